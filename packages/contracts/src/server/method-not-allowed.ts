import { Router } from 'express'
import type { RouteContract } from '../route-contract.ts'
import { AuthError } from './auth-error.ts'

const order = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE']

/** Answers 405 to a known path with a wrong method, and lists the allowed methods (RFC 9110 §15.5.6). */
export function methodNotAllowed(table: RouteContract[]): Router {
  const router = Router({ strict: true })
  for (const path of new Set(table.map((each) => each.path))) {
    const known = new Set(table.filter((each) => each.path === path).map(({ method }): string => method))
    if (known.has('GET')) known.add('HEAD')
    const methods = order.filter((method) => known.has(method))
    router.all(path, (_req, res) => {
      res.set('Allow', methods.join(', '))
      throw new AuthError('method_not_allowed')
    })
  }
  return router
}

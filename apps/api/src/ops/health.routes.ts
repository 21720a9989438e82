import { routes } from '@latchkey/contracts'
import { Router } from 'express'
import { AuthError } from '../auth-error.ts'
import type { Database } from '../database.ts'
import { route } from '../http/route.ts'
import type { Lifecycle } from './lifecycle.ts'

/** For load balancers and container health checks. */
export function healthRoutes({ database, lifecycle }: { database: Database; lifecycle: Lifecycle }): Router {
  const router = Router()

  route(router, routes.healthLive, [], () => ({ status: 'live' as const }))

  route(router, routes.healthReady, [], async () => {
    if (lifecycle.draining) throw new AuthError('shutting_down')
    await database.ping()
    return { status: 'ready' as const }
  })

  return router
}

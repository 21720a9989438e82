import { routes } from '@latchkey/contracts'
import { Router } from 'express'
import { AuthError } from '../auth-error.ts'
import { type Authenticate, claimsOf } from '../http/authenticate.ts'
import { route } from '../http/route.ts'
import type { Accounts } from './account.service.ts'

export function accountRoutes({
  accounts,
  authenticate,
}: {
  accounts: Accounts
  authenticate: Authenticate
}): Router {
  const router = Router()

  route(router, routes.me, [authenticate], async (_, { req }) => {
    const user = await accounts.profile(claimsOf(req).sub)
    // The token is good and its owner is gone: to a client the same as a revoked token.
    if (!user) throw new AuthError('access_token_revoked')
    return { user }
  })

  return router
}

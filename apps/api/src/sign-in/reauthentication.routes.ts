import { routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import { unchanged } from '../users/accounts.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { PasswordService } from './password.service.ts'

interface Collaborators {
  passwordService: PasswordService
  sessions: UserSessions
  rateLimits: RateLimits
  route: ApiRoute
}

/** Step-up (RFC 9470): somebody who is signed in confirms who they are. It counts for their session alone. */
export function reauthenticationRoutes(services: Collaborators): Router {
  const { passwordService, sessions, rateLimits, route } = services
  const router = Router()

  route(router, routes.confirmationMethods, () => ({ methods: ['password' as const] }))

  route(router, routes.reauthenticate, async ({ password }, { claims, req, res }) => {
    const { whom, settle } = await rateLimits.password(req, res, claims)
    const user = await passwordService.prove(claims.sub, password, 'password', whom)
    await settle()
    // The password may have changed while it was compared.
    const confirmed = await sessions.confirm(claims.sub, claims.sid, ['pwd'], unchanged(user))
    if (!confirmed) throw new AuthError('access_token_revoked')
    return sessions.answerConfirmed(confirmed)
  })

  return router
}

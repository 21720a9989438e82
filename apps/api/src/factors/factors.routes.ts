import { type AccessTokenClaims, routes } from '@latchkey/contracts'
import { deviceOf } from '@latchkey/sessions'
import { type Request, Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { FactorService } from './factors.service.ts'

interface Collaborators {
  factorService: FactorService
  sessions: Pick<UserSessions, 'confirm' | 'answerConfirmed'>
  rateLimits: RateLimits
  route: ApiRoute
}

/** What the owner of an account has beside the password. */
export function factorRoutes({ factorService, sessions, rateLimits, route }: Collaborators): Router {
  const router = Router()
  const change = (claims: AccessTokenClaims, req: Request) => ({ claims, device: deviceOf(req) })

  route(router, routes.factors, (_, { claims }) => factorService.list(claims))

  route(router, routes.enrolTotp, (_, { claims }) => factorService.enrolTotp(claims))

  route(router, routes.confirmTotp, async ({ code }, { claims, req, res }) => {
    const settle = await rateLimits.newFactor(res, claims)
    const recoveryCodes = await factorService.confirmTotp(change(claims, req), code)
    await settle()
    // The code was shown in this session, too. Should an outage keep that from being noted, the recovery codes, which are
    // shown this once, are not lost with it.
    const confirmed = await sessions.confirm(claims.sub, claims.sid, ['otp']).catch(() => null)
    return { recoveryCodes, ...(confirmed && sessions.answerConfirmed(confirmed)) }
  })

  route(router, routes.removeTotp, async (_, { claims, req }) => {
    await factorService.removeTotp(change(claims, req))
    return null
  })

  route(router, routes.renewRecoveryCodes, async (_, { claims, req }) => ({
    recoveryCodes: await factorService.renewRecoveryCodes(change(claims, req)),
  }))

  return router
}

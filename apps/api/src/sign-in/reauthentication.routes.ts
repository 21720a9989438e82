import { routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { deviceOf } from '@latchkey/sessions'
import { type Request, type Response, Router } from 'express'
import { factorMethodsOf } from '../factors/factor-store.ts'
import type { FactorService, ShownFactor } from '../factors/factors.service.ts'
import type { ApiRoute } from '../guards.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import { type Credentials, unchanged } from '../users/accounts.ts'
import { acquaintance } from '../users/known-devices.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { PasswordService } from './password.service.ts'

interface Collaborators {
  passwordService: PasswordService
  factorService: FactorService
  sessions: UserSessions
  rateLimits: RateLimits
  route: ApiRoute
}

interface Exchange {
  claims: { sub: string; sid: string }
  req: Request
  res: Response
}

/** Step-up (RFC 9470): somebody who is signed in confirms who they are. It counts for their session alone. */
export function reauthenticationRoutes(services: Collaborators): Router {
  const { passwordService, factorService, sessions, rateLimits, route } = services
  const router = Router()

  route(router, routes.confirmationMethods, async (_, { claims }) => {
    const factors = await factorService.methods(claims.sub)
    // Who has a second factor confirms by it: a password may have been read over a shoulder.
    return { methods: factors.length > 0 ? factors : ['password' as const] }
  })

  route(router, routes.reauthenticate, async (body, exchange) => {
    const { sub, sid } = exchange.claims
    const user = await passwordService.credentials(sub)
    const methods =
      'code' in body ? await byCode(user, body, exchange) : await byPassword(user, body, exchange)
    // The password or the factors may have changed meanwhile.
    const confirmed = await sessions.confirm(sub, sid, methods, unchanged(user))
    if (!confirmed) throw new AuthError('access_token_revoked')
    return sessions.answerConfirmed(confirmed)
  })

  return router

  async function byPassword(
    user: Credentials,
    { password }: { password: string },
    { claims, req, res }: Exchange,
  ): Promise<['pwd']> {
    if (factorMethodsOf(user).length > 0) throw new AuthError('factor_required')
    const { whom, settle } = await rateLimits.password(req, res, claims)
    await passwordService.verify(user, password, 'password', whom)
    await settle()
    return ['pwd']
  }

  async function byCode(
    user: Credentials,
    shown: ShownFactor,
    { claims, req, res }: Exchange,
  ): Promise<['otp']> {
    const device = deviceOf(req)
    const presented = sessions.cookies.readDeviceIdHash(req)
    const isKnown = acquaintance(user.knownDevices, presented ?? undefined, device.ip) !== 'unknown'
    const admission = await rateLimits.factor(req, res, {
      userId: claims.sub,
      knownDevice: isKnown ? presented : null,
    })
    const where = {
      device,
      sessionId: claims.sid,
      failures: admission.failures,
      condition: { disabledAt: null },
    }
    await factorService.show(user, shown, where)
    await admission.settle()
    return ['otp']
  }
}

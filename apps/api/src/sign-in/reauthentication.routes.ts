import { type Assertion, type ConfirmationMethod, routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { deviceOf } from '@latchkey/sessions'
import { type Request, type Response, Router } from 'express'
import { factorMethodsOf } from '../factors/factor-store.ts'
import type { FactorService, ShownFactor } from '../factors/factors.service.ts'
import { secondStepsOf } from '../factors/second-steps.ts'
import type { ApiRoute } from '../guards.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import { type Credentials, unchanged } from '../users/accounts.ts'
import { acquaintance } from '../users/known-devices.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { PasskeySignIn } from './passkeys/passkey-sign-in.service.ts'
import { present, type RelyingPartyOf } from './passkeys/relying-party.ts'
import type { PasswordService } from './password.service.ts'

interface Collaborators {
  passwordService: PasswordService
  factorService: FactorService
  passkeySignIn: PasskeySignIn
  relyingPartyOf: RelyingPartyOf
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
  const { passwordService, factorService, passkeySignIn, relyingPartyOf } = services
  const { sessions, rateLimits, route } = services
  const router = Router()

  route(router, routes.confirmationMethods, async (_, { claims, req }) => {
    const user = await passwordService.credentials(claims.sub)
    const methods: ConfirmationMethod[] = [...factorMethodsOf(user)]
    if (user.passwordHash && suffices(user)) methods.push('password')
    if (user.passkeys.length > 0 && relyingPartyOf(req.get('host'))) methods.push('passkey')
    return { methods }
  })

  route(router, routes.passkeyConfirmationOptions, async (_, { claims, req, res }) => {
    const relyingParty = present(relyingPartyOf(req.get('host')))
    await rateLimits.passkeys.ownChallenge(res, claims.sub)
    return { options: await passkeySignIn.confirmationOptions(relyingParty, claims) }
  })

  route(router, routes.reauthenticate, async (body, exchange) => {
    const confirmed =
      'passkey' in body ? await byPasskey(body.passkey, exchange) : await bySecret(body, exchange)
    if (!confirmed) throw new AuthError('access_token_revoked')
    return sessions.answerConfirmed(confirmed)
  })

  return router

  /** Who has a second factor confirms by it: a password may have been read over a shoulder. */
  function suffices(user: Credentials): boolean {
    return secondStepsOf(user, { isRequired: factorService.isRequired(user.roles) }).length === 0
  }

  function byPasskey(passkey: Assertion, { claims, req }: Exchange) {
    const relyingParty = present(relyingPartyOf(req.get('host')))
    return passkeySignIn.confirm(passkey, claims, { relyingParty, device: deviceOf(req) })
  }

  async function bySecret(shown: ShownFactor | { password: string }, exchange: Exchange) {
    const { sub, sid } = exchange.claims
    const user = await passwordService.credentials(sub)
    const methods =
      'code' in shown ? await byCode(user, shown, exchange) : await byPassword(user, shown, exchange)
    // The password or the factors may have changed meanwhile.
    return await sessions.confirm(sub, sid, methods, unchanged(user))
  }

  async function byPassword(
    user: Credentials,
    { password }: { password: string },
    { claims, req, res }: Exchange,
  ): Promise<['pwd']> {
    if (!suffices(user)) throw new AuthError('factor_required')
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

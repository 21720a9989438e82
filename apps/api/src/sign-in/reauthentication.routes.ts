import { type ConfirmationMethod, routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { deviceOf } from '@latchkey/sessions'
import { type Request, type Response, Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import { unchanged } from '../users/accounts.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { UserPasskeys } from '../users/user-passkeys.ts'
import type { PasskeySignIn } from './passkeys/passkey-sign-in.service.ts'
import { present, type RelyingPartyOf } from './passkeys/relying-party.ts'
import type { PasswordService } from './password.service.ts'

interface Collaborators {
  passwordService: PasswordService
  passkeySignIn: PasskeySignIn
  userPasskeys: Pick<UserPasskeys, 'waysIn'>
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
  const { passwordService, passkeySignIn, userPasskeys, relyingPartyOf, sessions, rateLimits, route } =
    services
  const router = Router()

  route(router, routes.confirmationMethods, async (_, { claims, req }) => {
    const { password, passkey } = await userPasskeys.waysIn(claims.sub)
    const methods: ConfirmationMethod[] = password ? ['password'] : []
    if (passkey && relyingPartyOf(req.get('host'))) methods.push('passkey')
    return { methods }
  })

  route(router, routes.passkeyConfirmationOptions, async (_, { claims, req, res }) => {
    const relyingParty = present(relyingPartyOf(req.get('host')))
    await rateLimits.passkeys.ownChallenge(res, claims.sub)
    return { options: await passkeySignIn.confirmationOptions(relyingParty, claims) }
  })

  route(router, routes.reauthenticate, async ({ password = '', passkey }, exchange) => {
    const { claims, req } = exchange
    const confirmed = passkey
      ? await passkeySignIn.confirm(passkey, claims, {
          relyingParty: present(relyingPartyOf(req.get('host'))),
          device: deviceOf(req),
        })
      : await byPassword(password, exchange)
    if (!confirmed) throw new AuthError('access_token_revoked')
    return sessions.answerConfirmed(confirmed)
  })

  return router

  async function byPassword(password: string, { claims, req, res }: Exchange) {
    const { whom, settle } = await rateLimits.password(req, res, claims)
    const user = await passwordService.prove(claims.sub, password, 'password', whom)
    await settle()
    // The password may have changed while it was compared.
    return await sessions.confirm(claims.sub, claims.sid, ['pwd'], unchanged(user))
  }
}

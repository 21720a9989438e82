import { routes, type SignedIn } from '@latchkey/contracts'
import { deviceId, deviceOf, signInLockOf, wantsTokenInBody } from '@latchkey/sessions'
import { type Request, Router } from 'express'
import type { ApiRoute } from '../../guards.ts'
import { requestLanguage } from '../../http/request-language.ts'
import type { RateLimits } from '../../limits/rate-limits.ts'
import type { UserSessions } from '../../users/user-identity.ts'
import type { PasskeySignIn } from './passkey-sign-in.service.ts'
import { present, type RelyingPartyOf } from './relying-party.ts'

interface Collaborators {
  passkeySignIn: PasskeySignIn
  relyingPartyOf: RelyingPartyOf
  sessions: UserSessions
  rateLimits: Pick<RateLimits, 'passkeys'>
  route: ApiRoute
}

/** Signing in by a passkey: a challenge, and what the passkey signed. */
export function passkeySignInRoutes(services: Collaborators): Router {
  const { passkeySignIn, relyingPartyOf, sessions, rateLimits, route } = services
  const router = Router()

  route(router, routes.passkeySignInOptions, async (_, { req, res }) => {
    const relyingParty = present(relyingPartyOf(req.get('host')))
    await rateLimits.passkeys.challenge(req, res)
    const browser = browserOf(req)
    // The challenge is for this browser alone, so it needs a name from here on.
    if (browser) sessions.cookies.setDeviceId(res, browser.id)
    return { options: await passkeySignIn.options(relyingParty, browser?.idHash ?? null) }
  })

  route(router, routes.passkeySignIn, async ({ passkey }, { req, res }): Promise<SignedIn> => {
    const relyingParty = present(relyingPartyOf(req.get('host')))
    const browser = browserOf(req)
    // Of a browser that says it was here before, only the database knows whether that is so.
    if (!sessions.cookies.readDeviceId(req)) rateLimits.passkeys.refuseFull(req, res)
    const signedIn = await passkeySignIn.signIn(
      passkey,
      {
        device: deviceOf(req),
        deviceId: browser,
        lock: signInLockOf(req),
        language: requestLanguage(req),
      },
      { relyingParty, admit: (owner) => rateLimits.passkeys.signIn(req, res, owner) },
    )
    if (browser) sessions.cookies.setDeviceId(res, browser.id)
    return {
      message: `Welcome back, ${signedIn.user.username}`,
      ...(await sessions.answer(req, res, signedIn)),
    }
  })

  return router

  function browserOf(req: Request) {
    return wantsTokenInBody(req) ? null : deviceId(sessions.cookies.readDeviceId(req))
  }
}

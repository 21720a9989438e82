import {
  type FactorOutstanding,
  type Registered,
  routes,
  type SignedIn,
  type Tokens,
} from '@latchkey/contracts'
import { deviceId, deviceOf, signInLockOf, trustProofOf, wantsTokenInBody } from '@latchkey/sessions'
import { type Request, type Response, Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import { requestLanguage } from '../http/request-language.ts'
import type { FactorTry } from '../limits/factor-limits.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import { identifierKey } from '../users/user.model.ts'
import { type SignedInUser, type UserSessions, userView } from '../users/user-identity.ts'
import type { Auth } from './auth.service.ts'
import type { SignIn } from './opening.ts'
import { present, type RelyingPartyOf } from './passkeys/relying-party.ts'
import type { SecondStep, SecondSteps } from './second-step.service.ts'

interface Collaborators {
  auth: Auth
  secondSteps: SecondSteps
  relyingPartyOf: RelyingPartyOf
  sessions: UserSessions
  rateLimits: RateLimits
  route: ApiRoute
}

/** Registering and signing in. Refreshing and signing out are the sessions' own. */
export function authRoutes(services: Collaborators): Router {
  const { auth, secondSteps, relyingPartyOf, sessions, rateLimits, route } = services
  const router = Router()

  route(router, routes.register, async (body, { req, res }): Promise<Registered> => {
    const signIn = signInOf(req)
    const registered = await auth.register(body, signIn, () => rateLimits.register(req, res, body.email))
    if (registered.session === null) {
      if (signIn.deviceId) sessions.cookies.setDeviceId(res, signIn.deviceId.id)
      return {
        message: `Your account has been created. ${
          registered.first === 'confirm the address'
            ? 'Open the link in the email we sent you, then sign in.'
            : 'Sign in to set up your second factor.'
        }`,
        user: userView(registered.user),
        next: registered.first === 'confirm the address' ? 'confirm_email' : 'sign_in',
      }
    }
    return {
      message: `Welcome, ${registered.user.username}`,
      ...(await answer(req, res, registered, signIn)),
    }
  })

  route(router, routes.login, async (body, { req, res }): Promise<SignedIn | FactorOutstanding> => {
    const signIn = signInOf(req)
    // Of a browser that says it was here before, only the database knows whether that is so.
    const returning = sessions.cookies.readDeviceId(req) ? signIn.deviceId : null
    rateLimits.signIn.refuseFull(req, res, identifierKey(body.email), returning?.idHash ?? null)
    const entered = await auth.login(body, signIn, (attempt) => rateLimits.signIn.login(req, res, attempt))
    if (!('ticket' in entered)) return await welcome(req, res, entered, signIn)
    res.status(202)
    return entered
  })

  route(router, routes.loginFactor, async (body, { req, res }): Promise<SignedIn> => {
    const signIn = signInOf(req)
    const finish = () => secondSteps.finish(body, signIn, (shown) => rateLimits.factor(req, res, shown))
    return await welcome(req, res, await rateLimits.link(req, res, finish), signIn)
  })

  route(router, routes.loginFactorPasskeyOptions, async ({ ticket }, { req, res }) => {
    const relyingParty = present(relyingPartyOf(req.get('host')))
    const signIn = signInOf(req)
    const admit = () => rateLimits.passkeys.ownChallenge(res, ticket)
    const begin = () => secondSteps.passkeyOptions(ticket, signIn, admit, relyingParty)
    const options = await rateLimits.link(req, res, begin)
    // The challenge is for this browser alone, so it needs a name from here on.
    if (signIn.deviceId) sessions.cookies.setDeviceId(res, signIn.deviceId.id)
    return { options }
  })

  route(router, routes.loginFactorPasskey, async (body, { req, res }): Promise<SignedIn> => {
    const relyingParty = present(relyingPartyOf(req.get('host')))
    const signIn = signInOf(req)
    const admit = (shown: FactorTry) => rateLimits.factor(req, res, shown)
    const finish = () => secondSteps.finishByPasskey(body, signIn, admit, relyingParty)
    return await welcome(req, res, await rateLimits.link(req, res, finish), signIn)
  })

  route(router, routes.loginEnrol, ({ ticket }, { req, res }) =>
    rateLimits.link(req, res, () => secondSteps.enrol(ticket, signInOf(req))),
  )

  route(router, routes.confirmLoginEnrol, async (body, { req, res }) => {
    const signIn = signInOf(req)
    const finish = () => secondSteps.finishEnrolment(body, signIn)
    const { signedIn, recoveryCodes } = await rateLimits.link(req, res, finish)
    return { ...(await welcome(req, res, signedIn, signIn)), recoveryCodes }
  })

  return router

  function signInOf(req: Request): SecondStep {
    const isBrowser = !wantsTokenInBody(req)
    return {
      device: deviceOf(req),
      deviceId: isBrowser ? deviceId(sessions.cookies.readDeviceId(req)) : null,
      presented: isBrowser ? sessions.cookies.readDeviceIdHash(req) : null,
      lock: signInLockOf(req),
      language: requestLanguage(req),
      trust: trustProofOf(req),
    }
  }

  async function welcome(
    req: Request,
    res: Response,
    signedIn: SignedInUser,
    signIn: SignIn,
  ): Promise<SignedIn> {
    return {
      message: `Welcome back, ${signedIn.user.username}`,
      ...(await answer(req, res, signedIn, signIn)),
    }
  }

  function answer(
    req: Request,
    res: Response,
    signedIn: SignedInUser,
    { deviceId }: SignIn,
  ): Promise<Tokens> {
    if (deviceId) sessions.cookies.setDeviceId(res, deviceId.id)
    return sessions.answer(req, res, signedIn)
  }
}

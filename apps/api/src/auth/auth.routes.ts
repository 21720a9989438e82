import { type Registered, routes, type SignedIn, type Tokens } from '@latchkey/contracts'
import { type Request, type Response, Router } from 'express'
import { Types } from 'mongoose'
import { userView } from '../account/user.model.ts'
import { bearerToken } from '../http/authenticate.ts'
import { deviceOf } from '../http/device.ts'
import type { RateLimits } from '../http/rate-limit.ts'
import type { Refresh } from '../http/refresh.ts'
import type { RefreshCookies } from '../http/refresh-cookie.ts'
import { signInLockOf, wantsTokenInBody } from '../http/refresh-headers.ts'
import { route } from '../http/route.ts'
import type { AccessTokens } from '../sessions/access-token.ts'
import type { RefreshTokens } from '../sessions/refresh-token.ts'
import type { SecurityEvents } from '../sessions/security-events.ts'
import type { Sessions, SignedInSession } from '../sessions/session.service.ts'
import type { Auth, SignIn } from './auth.service.ts'
import { deviceId } from './known-device.ts'

interface Collaborators {
  auth: Auth
  sessions: Sessions
  refreshTokens: RefreshTokens
  accessTokens: AccessTokens
  refreshCookies: RefreshCookies
  rateLimits: RateLimits
  refresh: Refresh
  events: SecurityEvents
}

export function authRoutes(services: Collaborators): Router {
  const { auth, sessions, events, refreshTokens, accessTokens, refreshCookies, rateLimits } = services
  const { refresh } = services
  const router = Router()

  route(router, routes.register, [], async (body, { req, res }): Promise<Registered> => {
    await rateLimits.register(req, res)
    const signIn = signInOf(req)
    const registered = await auth.register(body, signIn)
    if (registered.session === null) {
      if (signIn.deviceId) refreshCookies.setDeviceId(res, signIn.deviceId.id)
      return {
        message: 'Your account is made. Open the link in the mail we have sent you, then sign in.',
        user: userView(registered.user),
      }
    }
    return { message: `Welcome, ${registered.user.username}`, ...answer(req, res, registered, signIn) }
  })

  route(router, routes.login, [], async (body, { req, res }): Promise<SignedIn> => {
    const signIn = signInOf(req)
    const signedIn = await auth.login(body, signIn, (attempt) => rateLimits.login(req, res, attempt))
    return { message: `Welcome back, ${signedIn.user.username}`, ...answer(req, res, signedIn, signIn) }
  })

  route(router, routes.refreshToken, [], async (body, { req, res }): Promise<Tokens> => {
    const fromBody = body?.refreshToken
    const signedIn = await refresh(req, res, fromBody ?? refreshCookies.read(req))
    // A token that arrived in a cookie never leaves in a body.
    return fromBody ? tokens(signedIn, { inBody: true }) : setCookies(res, signedIn)
  })

  route(router, routes.logout, [], async (body, { req, res }) => {
    let ended = 0
    for (const { userId, sessionId } of sessionsToEnd(req, body?.refreshToken)) {
      if (!(await sessions.revoke(userId, sessionId))) continue
      ended++
      const ids = { userId: new Types.ObjectId(userId), sessionId: new Types.ObjectId(sessionId) }
      await events.record({ kind: 'signed_out', ...ids, device: deviceOf(req) })
    }
    if (ended > 0) return { message: 'You are signed out.' }
    res.status(204)
    return null
  })

  return router

  function signInOf(req: Request): SignIn {
    const id = wantsTokenInBody(req) ? null : deviceId(refreshCookies.readDeviceId(req))
    return { device: deviceOf(req), deviceId: id, lock: signInLockOf(req) }
  }

  function answer(req: Request, res: Response, signedIn: SignedInSession, { deviceId }: SignIn): Tokens {
    if (deviceId) refreshCookies.setDeviceId(res, deviceId.id)
    return wantsTokenInBody(req) ? tokens(signedIn, { inBody: true }) : setCookies(res, signedIn)
  }

  function setCookies(res: Response, signedIn: SignedInSession): Tokens {
    refreshCookies.set(res, signedIn)
    return tokens(signedIn, { inBody: false })
  }

  function tokens(signedIn: SignedInSession, { inBody }: { inBody: boolean }): Tokens {
    const { accessToken, expiresIn } = accessTokens.sign(signedIn)
    return {
      accessToken,
      tokenType: 'Bearer',
      expiresIn,
      user: userView(signedIn.user),
      ...(inBody && { refreshToken: signedIn.refreshToken }),
    }
  }

  /** The sessions that a body, a cookie and an access token name, each once; what is not ours names none. */
  function sessionsToEnd(req: Request, inBody: string | undefined): { userId: string; sessionId: string }[] {
    const bearer = bearerToken(req)
    const named = [
      () => inBody && refreshTokens.read(inBody),
      () => refreshTokens.read(refreshCookies.read(req) ?? ''),
      () => {
        const { sub, sid } = accessTokens.verify(bearer ?? '')
        return { userId: sub, sessionId: sid }
      },
    ].flatMap((read) => {
      try {
        return read() || []
      } catch {
        return []
      }
    })
    return [...new Map(named.map((each) => [each.sessionId, each])).values()]
  }
}

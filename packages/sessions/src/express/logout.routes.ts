import { routes } from '@latchkey/contracts'
import { jsonBody, statusOf, toAuthError } from '@latchkey/contracts/server'
import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express'
import { isDatabaseOutage } from '../database-outage.ts'
import type { SessionOwner, StandardClaims } from '../owner.ts'
import type { OnSessionEvent } from '../session-events.ts'
import type { SessionLife } from '../session-life.ts'
import type { RefreshTokens } from '../tokens/refresh-token.ts'
import { bearerToken } from './authenticate.ts'
import { deviceOf } from './device.ts'
import type { PresentedSessions } from './presented-sessions.ts'
import type { RefreshCookies } from './refresh-cookies.ts'
import { noteFacts } from './request-facts.ts'
import type { SessionRoute } from './session-route.ts'

interface Collaborators<Owner extends SessionOwner> {
  route: SessionRoute
  sessions: Pick<SessionLife<Owner>, 'revoke'>
  refreshTokens: RefreshTokens
  accessTokens: { verify(token: string): StandardClaims }
  presentedSessions: PresentedSessions
  refreshCookies: RefreshCookies
  onEvent: OnSessionEvent
}

/** Signing out. Ends the sessions that the request names. The browser is signed out, whatever else it sent. */
export function logoutRoutes<Owner extends SessionOwner>(collaborators: Collaborators<Owner>): Router {
  const { route, sessions, refreshTokens, accessTokens, presentedSessions, refreshCookies, onEvent } =
    collaborators
  // Not strict: every spelling of the path signs out.
  const router = Router()
  const { path } = routes.logout

  const clearCookies: RequestHandler = (req, res, next) => {
    const presented = presentedSessions.read(req)
    // A page on another host may mean a session whose cookies another sign-in has replaced.
    const isAnother =
      presented.length > 0 && !presented.some(({ sessionId }) => presentedSessions.isMeant(req, sessionId))
    if (!isAnother) refreshCookies.clear(res)
    next()
  }

  // Cookies are cleared first, before anything can go wrong.
  router.post(path, clearCookies, ...jsonBody)
  route(router, routes.logout, async (body, { req, res }) => {
    let ended = 0
    for (const { userId, sessionId } of sessionsToEnd(req, body?.refreshToken)) {
      noteFacts(req, { userId, sessionId })
      if (!(await sessions.revoke(userId, sessionId, 'signed_out'))) continue
      ended++
      const deviceIdHash = refreshCookies.readDeviceIdHash(req)
      await onEvent({ kind: 'signed_out', userId, sessionId, device: deviceOf(req), deviceIdHash })
    }
    if (ended > 0) return { message: 'You are signed out.' }
    res.status(204)
    return null
  })
  router.use(path, keepTokenInOutage(refreshCookies))

  return router

  /**
   * The sessions named by the body, the cookies and the access token, without duplicates. Tokens we did not sign are
   * ignored.
   */
  function sessionsToEnd(req: Request, inBody: string | undefined): { userId: string; sessionId: string }[] {
    const bearer = bearerToken(req)
    const named = [
      () => (inBody ? [refreshTokens.read(inBody)] : []),
      () => presentedSessions.meant(req),
      () => {
        const { sub, sid } = accessTokens.verify(bearer ?? '')
        return [{ userId: sub, sessionId: sid }]
      },
    ].flatMap((read) => {
      try {
        return read()
      } catch {
        return []
      }
    })
    return [...new Map(named.map((each) => [each.sessionId, each])).values()]
  }
}

/**
 * In an outage the sign-out has to be sent again later, and that needs the refresh token. So the token's cookie
 * stays, and only the `session` cookie is cleared: the page shows that nobody is signed in.
 */
const keepTokenInOutage =
  (refreshCookies: RefreshCookies): ErrorRequestHandler =>
  (thrown: unknown, _req, res, next) => {
    if (res.hasHeader('Set-Cookie') && statusOf(toAuthError(thrown, isDatabaseOutage)) >= 500) {
      res.removeHeader('Set-Cookie')
      refreshCookies.clearReadable(res)
    }
    next(thrown)
  }

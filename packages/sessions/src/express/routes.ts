import { routes, type StepUp } from '@latchkey/contracts'
import { jsonBody } from '@latchkey/contracts/server'
import { type RequestHandler, Router } from 'express'
import type { SessionOwner, StandardClaims } from '../owner.ts'
import type { OnSessionEvent } from '../session-events.ts'
import type { SessionLife } from '../session-life.ts'
import type { AccessTokens } from '../tokens/access-token.ts'
import type { RefreshTokens } from '../tokens/refresh-token.ts'
import type { Answers } from './answer.ts'
import { logoutRoutes } from './logout.routes.ts'
import type { PresentedSessions } from './presented-sessions.ts'
import { refreshRoutes } from './refresh.routes.ts'
import type { Refresh } from './refresh.ts'
import type { RefreshCookies } from './refresh-cookies.ts'
import { sessionRoutes } from './session.routes.ts'
import { createSessionRoute } from './session-route.ts'
import { tokenRoutes } from './token.routes.ts'

interface Collaborators<Owner extends SessionOwner, Claims extends StandardClaims> {
  sessions: SessionLife<Owner>
  accessTokens: AccessTokens<Owner, Claims>
  refreshTokens: RefreshTokens
  refreshCookies: RefreshCookies
  answers: Answers<Owner, unknown>
  presentedSessions: PresentedSessions
  refresh: Refresh<Owner>
  authenticate: RequestHandler
  stepUp: (demanded: StepUp) => (claims: StandardClaims) => void
  sameOrigin: RequestHandler
  onEvent: OnSessionEvent
}

const paths = [
  routes.refreshToken,
  routes.token,
  routes.logout,
  routes.logoutEverywhere,
  routes.sessions,
  routes.renameSession,
].map(({ path }) => path)

/** Express ignores the case of a path. */
const firstPartOf = (path: string) => path.split('/', 2)[1]?.toLowerCase()
const firstParts = new Set(paths.map(firstPartOf))

/**
 * The endpoints of a session. They bring their own parsers and checks, so the order in which an application mounts
 * things does not matter.
 */
export function allRoutes<Owner extends SessionOwner, Claims extends StandardClaims>(
  parts: Collaborators<Owner, Claims>,
): RequestHandler {
  const collaborators = { ...parts, route: createSessionRoute(parts) }
  // Not strict: some routes below accept a path with a slash at the end.
  const router = Router()
  router.all(paths, parts.sameOrigin)
  // Whoever leaves a router in vain waits for the event loop.
  router.all(routes.logout.path, logoutRoutes(collaborators))
  router.all(routes.token.path, tokenRoutes(collaborators))
  router.all(paths, ...jsonBody)
  router.all(routes.refreshToken.path, refreshRoutes(collaborators))
  router.use(sessionRoutes(collaborators))
  return (req, res, next) => (firstParts.has(firstPartOf(req.path)) ? router(req, res, next) : next())
}

import { routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { type Request, Router } from 'express'
import type { SessionOwner } from '../owner.ts'
import type { Session } from '../session.schema.ts'
import type { OnSessionEvent } from '../session-events.ts'
import type { SessionLife } from '../session-life.ts'
import { sessionView } from '../session-view.ts'
import { deviceOf } from './device.ts'
import type { RefreshCookies } from './refresh-cookies.ts'
import type { SessionRoute } from './session-route.ts'

interface Collaborators<Owner extends SessionOwner> {
  route: SessionRoute
  sessions: Pick<SessionLife<Owner>, 'list' | 'rename' | 'revoke' | 'revokeOthers'>
  refreshCookies: RefreshCookies
  onEvent: OnSessionEvent
}

/** Lets people list, rename and end their own sessions. The id of somebody else's session is a 404. */
export function sessionRoutes<Owner extends SessionOwner>(collaborators: Collaborators<Owner>): Router {
  const { route, sessions, refreshCookies, onEvent } = collaborators
  const router = Router({ strict: true })

  route(router, routes.sessions, async (_, { claims: { sub, sid } }) => {
    const own = await sessions.list(sub)
    return { sessions: own.map((session) => sessionView(session, sid)) }
  })

  route(router, routes.renameSession, async ({ name }, { claims: { sub, sid }, params }) => {
    const session = await sessions.rename(sub, params.id, name === '' ? null : name)
    if (!session) throw new AuthError('not_found')
    return { session: sessionView(session, sid) }
  })

  route(router, routes.revokeSession, async (_, { claims: { sub }, req, params }) => {
    const ended = await sessions.revoke(sub, params.id)
    if (!ended) throw new AuthError('not_found')
    await tell(req, sub, params.id, ended)
    return null
  })

  route(router, routes.revokeOtherSessions, async (_, { claims: { sub, sid }, req }) => {
    const ended = await sessions.revokeOthers(sub, sid)
    if (ended > 0) await tell(req, sub, null)
    return null
  })

  route(router, routes.logoutEverywhere, async (_, { claims: { sub }, req, res }) => {
    await sessions.revokeOthers(sub, null)
    refreshCookies.clear(res)
    await tell(req, sub, null)
    return null
  })

  return router

  /** One event when many sessions end at once: `sessionId` is null. */
  function tell(req: Request, userId: string, sessionId: string | null, ended?: Session): Promise<void> {
    const who = { device: deviceOf(req), deviceIdHash: refreshCookies.readDeviceIdHash(req) }
    return onEvent({ kind: 'session_revoked', userId, sessionId, ...who, ...(ended && { ended }) })
  }
}

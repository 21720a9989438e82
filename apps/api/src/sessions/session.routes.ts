import { routes } from '@latchkey/contracts'
import { Router } from 'express'
import { Types } from 'mongoose'
import { AuthError } from '../auth-error.ts'
import { type Authenticate, claimsOf } from '../http/authenticate.ts'
import { deviceOf } from '../http/device.ts'
import type { RefreshCookies } from '../http/refresh-cookie.ts'
import { route } from '../http/route.ts'
import type { SecurityEvents } from './security-events.ts'
import type { Sessions } from './session.service.ts'
import { sessionView } from './session-view.ts'

interface Collaborators {
  sessions: Sessions
  events: SecurityEvents
  refreshCookies: RefreshCookies
  authenticate: Authenticate
}

/** What people see and do with their own sessions. Another user's id is simply not there. */
export function sessionRoutes({ sessions, events, refreshCookies, authenticate }: Collaborators): Router {
  const router = Router()

  route(router, routes.sessions, [authenticate], async (_, { req }) => {
    const { sub, sid } = claimsOf(req)
    const own = await sessions.list(sub)
    return { sessions: own.map((session) => sessionView(session, sid)) }
  })

  route(router, routes.renameSession, [authenticate], async ({ name }, { req, params }) => {
    const { sub, sid } = claimsOf(req)
    const session = await sessions.rename(sub, params.id, name === '' ? null : name)
    if (!session) throw new AuthError('not_found')
    return { session: sessionView(session, sid) }
  })

  route(router, routes.revokeSession, [authenticate], async (_, { req, params }) => {
    const { sub } = claimsOf(req)
    if (!(await sessions.revoke(sub, params.id))) throw new AuthError('not_found')
    await events.record({
      kind: 'session_revoked',
      userId: new Types.ObjectId(sub),
      sessionId: new Types.ObjectId(params.id),
      device: deviceOf(req),
    })
    return null
  })

  route(router, routes.revokeOtherSessions, [authenticate], async (_, { req }) => {
    const { sub, sid } = claimsOf(req)
    const ended = await sessions.revokeOthers(sub, sid)
    if (ended > 0) await recordAll(sub, req)
    return null
  })

  route(router, routes.logoutEverywhere, [authenticate], async (_, { req, res }) => {
    const { sub } = claimsOf(req)
    await sessions.revokeOthers(sub, null)
    refreshCookies.clear(res)
    await recordAll(sub, req)
    return null
  })

  return router

  /** One event for all of them: no session in particular. */
  function recordAll(userId: string, req: Parameters<typeof deviceOf>[0]) {
    return events.record({
      kind: 'session_revoked',
      userId: new Types.ObjectId(userId),
      sessionId: null,
      device: deviceOf(req),
    })
  }
}

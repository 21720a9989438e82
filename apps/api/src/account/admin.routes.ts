import { type ActivityKind, routes } from '@latchkey/contracts'
import { type Request, type RequestHandler, Router } from 'express'
import { Types } from 'mongoose'
import { AuthError } from '../auth-error.ts'
import { type Authenticate, claimsOf } from '../http/authenticate.ts'
import { deviceOf } from '../http/device.ts'
import { route } from '../http/route.ts'
import { administratorAgent } from '../sessions/device-name.ts'
import type { SecurityEvents } from '../sessions/security-events.ts'
import type { Sessions } from '../sessions/session.service.ts'
import { sessionView } from '../sessions/session-view.ts'
import type { Administration } from './administration.ts'

interface Collaborators {
  administration: Administration
  sessions: Sessions
  events: SecurityEvents
  authenticate: Authenticate
}

/** For administrators: find a user, see and end their sessions, change roles, keep somebody out and let them in. */
export function adminRoutes({ administration, sessions, events, authenticate }: Collaborators): Router {
  const router = Router()
  const guards = [authenticate, adminsOnly]

  route(router, routes.findUsers, guards, async (_, { query }) => ({
    users: await administration.find(query.query),
  }))

  route(router, routes.inspectUser, guards, async (_, { params }) => {
    const user = found(await administration.inspect(params.id))
    const own = await sessions.list(user.id)
    return { user, sessions: own.map((session) => sessionView(session, null)) }
  })

  route(router, routes.endUserSession, guards, async (_, { req, params }) => {
    found(await administration.inspect(params.id))
    if (!(await sessions.revoke(params.id, params.sessionId))) throw new AuthError('not_found')
    await tell('session_revoked', params.id, req, params.sessionId)
    return null
  })

  route(router, routes.endUserSessions, guards, async (_, { req, params }) => {
    found(await administration.inspect(params.id))
    await sessions.revokeOthers(params.id, null)
    await tell('session_revoked', params.id, req)
    return null
  })

  route(router, routes.setUserRoles, [...guards, notOneself], async ({ roles }, { req, params }) => {
    const user = found(await administration.setRoles(params.id, [...new Set(roles)]))
    await tell('roles_changed', user.id, req)
    return { user }
  })

  route(router, routes.disableUser, [...guards, notOneself], async (_, { req, params }) => {
    const user = found(await administration.disable(params.id))
    await tell('account_disabled', user.id, req)
    return { user }
  })

  route(router, routes.enableUser, [...guards, notOneself], async (_, { req, params }) => {
    const user = found(await administration.enable(params.id))
    await tell('account_enabled', user.id, req)
    return { user }
  })

  return router

  /** The owner reads of it; where the administrator sits is not theirs to know. */
  function tell(kind: ActivityKind, userId: string, req: Request, sessionId?: string): Promise<void> {
    return events.record({
      kind,
      userId: new Types.ObjectId(userId),
      sessionId: sessionId === undefined ? null : new Types.ObjectId(sessionId),
      device: { ...deviceOf(req), ip: '', userAgent: administratorAgent },
    })
  }
}

const adminsOnly: RequestHandler = (req, _res, next) => {
  if (!claimsOf(req).roles.includes('admin')) throw new AuthError('forbidden')
  next()
}

/** So that the last administrator does not lock themselves out. */
const notOneself: RequestHandler = (req, _res, next) => {
  const id = String(req.params.id)
  // However the id is written.
  const oneself = Types.ObjectId.isValid(id) && new Types.ObjectId(id).equals(claimsOf(req).sub)
  if (oneself) throw new AuthError('forbidden')
  next()
}

function found<T>(user: T | null): T {
  if (user === null) throw new AuthError('not_found')
  return user
}

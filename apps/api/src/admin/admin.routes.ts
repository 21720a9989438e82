import { type ActivityKind, type Explanation, routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { administratorDevice, byAdministrator, sessionView } from '@latchkey/sessions'
import { Router } from 'express'
import { Types } from 'mongoose'
import type { SecurityEvents } from '../events/security-events.ts'
import type { ApiRoute } from '../guards.ts'
import type { KnownDevices } from '../users/known-devices.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { Administration } from './administration.ts'
import type { UserList } from './user-list.ts'

interface Collaborators {
  administration: Administration
  userList: UserList
  sessions: UserSessions
  knownDevices: Pick<KnownDevices, 'forgetOthers'>
  events: SecurityEvents
  explainSessions(userId: string): Promise<Explanation | null>
  route: ApiRoute
}

/** For administrators: find users, list and end their sessions, change roles, disable and enable accounts. */
export function adminRoutes(services: Collaborators): Router {
  const { administration, userList, sessions, knownDevices, events, explainSessions, route } = services
  const router = Router()

  route(router, routes.findUsers, (_, { query }) => userList.find(query))

  route(router, routes.inspectUser, async (_, { params }) => {
    const user = found(await administration.inspect(params.id))
    const own = await sessions.list(user.id)
    return { user, sessions: own.map((session) => sessionView(session, null)) }
  })

  route(router, routes.explainUser, async (_, { params }) => {
    found(await administration.inspect(params.id))
    return found(await explainSessions(params.id))
  })

  route(router, routes.endUserSession, async (_, { params }) => {
    found(await administration.inspect(params.id))
    const ended = found(await sessions.revoke(params.id, params.sessionId, byAdministrator))
    const { id: userId, sessionId } = params
    await events.record({ kind: 'session_revoked', userId, sessionId, device: administratorDevice, ended })
    return null
  })

  route(router, routes.endUserSessions, async (_, { params }) => {
    found(await administration.inspect(params.id))
    // First, or a thief's browser that is trusted would open the next one with no code.
    await knownDevices.forgetOthers(params.id, null)
    await sessions.revokeOthers(params.id, null, byAdministrator)
    await tell('session_revoked', params.id)
    return null
  })

  route(router, routes.setUserRoles, async (body, { claims, params }) => {
    refuseOneself(claims, params.id)
    const { user, isChanged } =
      'roles' in body
        ? {
            user: found(await administration.setRoles(params.id, [...new Set(body.roles)])),
            isChanged: true,
          }
        : found(await administration.changeRoles(params.id, body))
    if (isChanged) await tell('roles_changed', user.id)
    return { user }
  })

  route(router, routes.disableUser, async (_, { claims, params }) => {
    refuseOneself(claims, params.id)
    const user = found(await administration.disable(params.id))
    await tell('account_disabled', user.id)
    return { user }
  })

  route(router, routes.enableUser, async (_, { claims, params }) => {
    refuseOneself(claims, params.id)
    const user = found(await administration.enable(params.id))
    await tell('account_enabled', user.id)
    return { user }
  })

  return router

  /** Tells the owner what was done, but not where the administrator is. */
  function tell(kind: ActivityKind, userId: string): Promise<void> {
    return events.record({ kind, userId, sessionId: null, device: administratorDevice })
  }
}

/** Administrators cannot change their own account, so the last one cannot lock themselves out. */
function refuseOneself({ sub }: { sub: string }, id: string): void {
  // Compared as ObjectIds, because an id can be written in more than one way.
  if (Types.ObjectId.isValid(id) && new Types.ObjectId(id).equals(sub)) throw new AuthError('forbidden')
}

function found<T>(user: T | null): T {
  if (user === null) throw new AuthError('not_found')
  return user
}

import { routes } from '@latchkey/contracts'
import { deviceOf } from '@latchkey/sessions'
import { Router } from 'express'
import type { SecurityEvents } from '../events/security-events.ts'
import type { ApiRoute } from '../guards.ts'
import type { KnownDevices } from '../users/known-devices.ts'
import type { UserSessions } from '../users/user-identity.ts'

interface Collaborators {
  knownDevices: Pick<KnownDevices, 'forgetOthers'>
  sessions: Pick<UserSessions, 'cookies' | 'revokeOthers'>
  events: Pick<SecurityEvents, 'record'>
  route: ApiRoute
}

/**
 * Takes the place of the package's own: whoever ends all other sessions means the browsers as well, and one that is trusted
 * may hold no session at the moment.
 */
export function otherSessionsRoutes({ knownDevices, sessions, events, route }: Collaborators): Router {
  const router = Router({ strict: true })

  route(router, routes.revokeOtherSessions, async (_, { claims: { sub, sid }, req }) => {
    const ended = await sessions.revokeOthers(sub, sid)
    if (ended > 0)
      await events.record({ kind: 'session_revoked', userId: sub, sessionId: null, device: deviceOf(req) })
    await knownDevices.forgetOthers(sub, sessions.cookies.readDeviceIdHash(req))
    return null
  })

  return router
}

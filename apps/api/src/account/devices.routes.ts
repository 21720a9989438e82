import { routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { deviceOf } from '@latchkey/sessions'
import { Router } from 'express'
import type { SecurityEvents } from '../events/security-events.ts'
import type { ApiRoute } from '../guards.ts'
import type { KnownDevices } from '../users/known-devices.ts'
import type { UserSessions } from '../users/user-identity.ts'

interface Collaborators {
  knownDevices: KnownDevices
  sessions: Pick<UserSessions, 'cookies'>
  events: Pick<SecurityEvents, 'record'>
  route: ApiRoute
}

/** The browsers that an account knows. */
export function deviceRoutes({ knownDevices, sessions, events, route }: Collaborators): Router {
  const router = Router()

  route(router, routes.devices, async (_, { claims: { sub }, req }) => ({
    devices: await knownDevices.list(sub, sessions.cookies.readDeviceIdHash(req)),
  }))

  route(router, routes.forgetDevice, async (_, { claims: { sub }, params }) => {
    if (!(await knownDevices.forget(sub, params.id))) throw new AuthError('not_found')
    return null
  })

  route(router, routes.untrustDevice, async (_, { claims: { sub, sid }, params, req }) => {
    if (!(await knownDevices.untrust(sub, params.id))) throw new AuthError('not_found')
    await events.record({ kind: 'browser_untrusted', userId: sub, sessionId: sid, device: deviceOf(req) })
    return null
  })

  return router
}

import { routes } from '@latchkey/contracts'
import { deviceOf } from '@latchkey/sessions'
import { Router } from 'express'
import type { SecurityEvents } from '../events/security-events.ts'
import type { ApiRoute } from '../guards.ts'
import type { Accounts } from '../users/accounts.ts'
import type { KnownDevices } from '../users/known-devices.ts'
import type { UserSessions } from '../users/user-identity.ts'

interface Collaborators {
  accounts: Pick<Accounts, 'refusal'>
  knownDevices: KnownDevices
  sessions: Pick<UserSessions, 'cookies'>
  events: Pick<SecurityEvents, 'record'>
  route: ApiRoute
}

/** The browsers that an account knows. */
export function deviceRoutes({ accounts, knownDevices, sessions, events, route }: Collaborators): Router {
  const router = Router()

  route(router, routes.devices, async (_, { claims: { sub }, req }) => ({
    devices: await knownDevices.list(sub, sessions.cookies.readDeviceIdHash(req)),
  }))

  route(router, routes.forgetDevice, async (_, { claims, params }) => {
    const isForgotten = await knownDevices.forget(claims.sub, claims.sid, params.id)
    if (!isForgotten) throw await accounts.refusal(claims, 'not_found')
    return null
  })

  route(router, routes.untrustDevice, async (_, { claims, params, req }) => {
    const { sub, sid } = claims
    if (!(await knownDevices.untrust(sub, sid, params.id))) throw await accounts.refusal(claims, 'not_found')
    await events.record({ kind: 'browser_untrusted', userId: sub, sessionId: sid, device: deviceOf(req) })
    return null
  })

  return router
}

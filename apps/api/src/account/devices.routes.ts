import { routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import type { KnownDevices } from '../users/known-devices.ts'
import type { UserSessions } from '../users/user-identity.ts'

interface Collaborators {
  knownDevices: KnownDevices
  sessions: Pick<UserSessions, 'cookies'>
  route: ApiRoute
}

/** The browsers that an account knows. */
export function deviceRoutes({ knownDevices, sessions, route }: Collaborators): Router {
  const router = Router()

  route(router, routes.devices, async (_, { claims: { sub }, req }) => ({
    devices: await knownDevices.list(sub, sessions.cookies.readDeviceIdHash(req)),
  }))

  route(router, routes.forgetDevice, async (_, { claims: { sub }, params }) => {
    if (!(await knownDevices.forget(sub, params.id))) throw new AuthError('not_found')
    return null
  })

  return router
}

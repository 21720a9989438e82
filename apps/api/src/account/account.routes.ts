import { routes } from '@latchkey/contracts'
import { Router } from 'express'
import { Types } from 'mongoose'
import { AuthError } from '../auth-error.ts'
import type { Clock } from '../clock.ts'
import { type Authenticate, claimsOf } from '../http/authenticate.ts'
import { deviceOf } from '../http/device.ts'
import type { RateLimits } from '../http/rate-limit.ts'
import { route } from '../http/route.ts'
import type { SecurityEvents } from '../sessions/security-events.ts'
import type { Sessions } from '../sessions/session.service.ts'
import { sessionView } from '../sessions/session-view.ts'
import type { Accounts } from './account.service.ts'

interface Collaborators {
  accounts: Accounts
  sessions: Sessions
  events: SecurityEvents
  rateLimits: RateLimits
  clock: Clock
  authenticate: Authenticate
}

/** What somebody reads and changes about their own account, without showing the password again. */
export function accountRoutes(services: Collaborators): Router {
  const { accounts, sessions, events, rateLimits, clock, authenticate } = services
  const router = Router()

  route(router, routes.me, [authenticate], async (_, { req }) => ({
    user: present(await accounts.profile(claimsOf(req).sub)),
  }))

  route(router, routes.updateMe, [authenticate], async ({ username }, { req, res }) => {
    const { sub, sid } = claimsOf(req)
    await rateLimits.rename(res, sub)
    const user = present(await accounts.changeUsername(sub, username))
    const ids = { userId: new Types.ObjectId(sub), sessionId: new Types.ObjectId(sid) }
    await events.record({ kind: 'username_changed', ...ids, device: deviceOf(req) })
    return { user }
  })

  route(router, routes.exportMe, [authenticate], async (_, { req, res }) => {
    const { sub, sid } = claimsOf(req)
    const [user, own, devices, activity] = await Promise.all([
      accounts.profile(sub),
      sessions.list(sub),
      accounts.knownDevices(sub),
      events.list(sub, 0),
    ])
    res.set('Content-Disposition', 'attachment; filename="latchkey-account.json"')
    return {
      exportedAt: clock.now().toISOString(),
      user: present(user),
      sessions: own.map((session) => sessionView(session, sid)),
      knownDevices: devices.map((lastSeenAt) => ({ lastSeenAt: lastSeenAt.toISOString() })),
      activity,
    }
  })

  route(router, routes.activity, [authenticate], async (_, { req }) => ({
    events: await events.list(claimsOf(req).sub),
  }))

  return router
}

/** The token is good and its owner is gone: to a client the same as a revoked token. */
function present<T>(user: T | null): T {
  if (user === null) throw new AuthError('access_token_revoked')
  return user
}

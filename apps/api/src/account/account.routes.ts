import { slug } from '@latchkey/brand'
import { routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { Router } from 'express'
import type { SecurityEvents } from '../events/security-events.ts'
import type { ApiRoute } from '../guards.ts'
import { streamJson } from '../http/stream-json.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Accounts } from '../users/accounts.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { AccountExport } from './account-export.ts'
import type { EmailAddresses } from './email.service.ts'

interface Collaborators {
  accounts: Pick<Accounts, 'profile'>
  emailAddresses: Pick<EmailAddresses, 'pending'>
  exportAccount: AccountExport
  sessions: Pick<UserSessions, 'cookies'>
  events: SecurityEvents
  rateLimits: RateLimits
  route: ApiRoute
}

/** What somebody reads about their own account. */
export function accountRoutes(services: Collaborators): Router {
  const { accounts, emailAddresses, exportAccount, sessions, events, rateLimits } = services
  const { route } = services
  const router = Router()

  route(router, routes.me, async (_, { claims }) => {
    const [profile, pendingEmail] = await Promise.all([
      accounts.profile(claims.sub),
      emailAddresses.pending(claims.sub),
    ])
    return { ...present(profile), pendingEmail }
  })

  route(router, routes.exportMe, async (_, { claims, req, res }) => {
    const { sub, sid } = claims
    await rateLimits.export(res, sub)
    const deviceIdHash = sessions.cookies.readDeviceIdHash(req)
    const account = present(await exportAccount({ sub, sid, roles: claims.roles, deviceIdHash }))
    res.attachment(`${slug}-account.json`)
    await streamJson(res, account, 'activity', events.each(sub))
    return null
  })

  route(router, routes.activity, (_, { claims, query }) => events.page(claims.sub, query.after))

  return router
}

/** The token is good and its owner is gone: to a client the same as a revoked token. */
function present<T>(user: T | null): T {
  if (user === null) throw new AuthError('access_token_revoked')
  return user
}

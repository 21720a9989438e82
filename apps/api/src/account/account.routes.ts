import { slug } from '@latchkey/brand'
import { type AccessTokenClaims, type Factors, routes } from '@latchkey/contracts'
import { AuthError, type Clock } from '@latchkey/contracts/server'
import { sessionView } from '@latchkey/sessions'
import { Router } from 'express'
import type { SecurityEvents } from '../events/security-events.ts'
import type { ApiRoute } from '../guards.ts'
import { streamJson } from '../http/stream-json.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Accounts, RestingKey } from '../users/accounts.ts'
import type { KnownDevices } from '../users/known-devices.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { UserPasskeys } from '../users/user-passkeys.ts'
import type { EmailAddresses } from './email.service.ts'

interface Collaborators {
  accounts: Accounts
  emailAddresses: Pick<EmailAddresses, 'pending'>
  knownDevices: KnownDevices
  userPasskeys: Pick<UserPasskeys, 'list'>
  factorService: { list(claims: AccessTokenClaims): Promise<Factors> }
  sessions: UserSessions
  events: SecurityEvents
  rateLimits: RateLimits
  clock: Clock
  route: ApiRoute
}

/** What somebody reads about their own account. */
export function accountRoutes(services: Collaborators): Router {
  const {
    accounts,
    emailAddresses,
    knownDevices,
    userPasskeys,
    factorService,
    sessions,
    events,
    rateLimits,
  } = services
  const { clock, route } = services
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
    const [profile, own, devices, { passkeys, passwordChangedAt }, factors, { lastSeenAt, ...resting }] =
      await Promise.all([
        accounts.profile(sub),
        sessions.list(sub),
        knownDevices.list(sub, sessions.cookies.readDeviceIdHash(req)),
        userPasskeys.list(sub),
        factorService.list(claims),
        accounts.resting(sub),
      ])
    const account = {
      exportedAt: clock.now().toISOString(),
      ...present(profile),
      passwordChangedAt,
      lastSeenAt: lastSeenAt?.toISOString() ?? null,
      sessions: own.map((session) => sessionView(session, sid)),
      knownDevices: devices,
      passkeys,
      factors,
      formerUsernames: resting.usernames.map(former),
      formerEmails: resting.emails.map(former),
    }
    res.attachment(`${slug}-account.json`)
    await streamJson(res, account, 'activity', events.each(sub))
    return null
  })

  route(router, routes.activity, (_, { claims, query }) => events.page(claims.sub, query.after))

  return router
}

const former = ({ key, until }: RestingKey) => ({ name: key, restsUntil: until.toISOString() })

/** The token is good and its owner is gone: to a client the same as a revoked token. */
function present<T>(user: T | null): T {
  if (user === null) throw new AuthError('access_token_revoked')
  return user
}

import type { Factors, Role } from '@latchkey/contracts'
import type { Clock } from '@latchkey/contracts/server'
import { sessionView } from '@latchkey/sessions'
import type { Accounts, RestingKey } from '../users/accounts.ts'
import type { KnownDevices } from '../users/known-devices.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { UserPasskeys } from '../users/user-passkeys.ts'

interface Collaborators {
  accounts: Pick<Accounts, 'profile' | 'resting'>
  sessions: Pick<UserSessions, 'list'>
  knownDevices: Pick<KnownDevices, 'list'>
  userPasskeys: Pick<UserPasskeys, 'list'>
  factorService: { list(owner: { sub: string; roles: readonly Role[] }): Promise<Factors> }
  clock: Clock
}

/** Whose account it is, and the session and the browser that ask; null: none of theirs. */
interface Asked {
  sub: string
  roles: readonly Role[]
  sid: string | null
  deviceIdHash: string | null
}

export type AccountExport = ReturnType<typeof createAccountExport>

/** Everything that is kept about an account but its activity, which is read as it is written out. Null: it is gone. */
export function createAccountExport(services: Collaborators) {
  const { accounts, sessions, knownDevices, userPasskeys, factorService, clock } = services

  return async ({ sub, roles, sid, deviceIdHash }: Asked) => {
    const profile = await accounts.profile(sub)
    if (!profile) return null
    const [own, devices, { passkeys, passwordChangedAt }, factors, { lastSeenAt, ...resting }] =
      await Promise.all([
        sessions.list(sub),
        knownDevices.list(sub, deviceIdHash),
        userPasskeys.list(sub),
        factorService.list({ sub, roles }),
        accounts.resting(sub),
      ])
    return {
      exportedAt: clock.now().toISOString(),
      ...profile,
      passwordChangedAt,
      lastSeenAt: lastSeenAt?.toISOString() ?? null,
      sessions: own.map((session) => sessionView(session, sid)),
      knownDevices: devices,
      passkeys,
      factors,
      formerUsernames: resting.usernames.map(former),
      formerEmails: resting.emails.map(former),
    }
  }
}

const former = ({ key, until }: RestingKey) => ({ name: key, restsUntil: until.toISOString() })

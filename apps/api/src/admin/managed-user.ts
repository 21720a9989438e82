import type { ManagedUser } from '@latchkey/contracts'
import { projectionOf, type UserWith } from '../users/read-user.ts'
import { identityFields, userView } from '../users/user-identity.ts'

export const managedFields = [...identityFields, 'isDisabled', 'sessions', 'lastSeenAt', 'epoch'] as const
export type Managed = UserWith<(typeof managedFields)[number]>
export const managed = projectionOf(managedFields)

/** What an administrator sees of a user. */
export function managedView(user: Managed, now: Date): ManagedUser {
  const sessionCount = user.sessions.filter(({ expiresAt }) => expiresAt > now).length
  const lastSeenAt = user.lastSeenAt?.toISOString() ?? null
  return { ...userView(user), disabled: user.isDisabled, sessionCount, lastSeenAt }
}

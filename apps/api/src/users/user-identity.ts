import { type AccessTokenClaims, AccessTokenClaimsSchema, type User } from '@latchkey/contracts'
import type { OwnerDescription, Sessions, SignedInSession } from '@latchkey/sessions'
import { toTheHour } from './last-seen.ts'
import { projectionOf, readUser, type UserWith } from './read-user.ts'

/** Who a user is: enough to say who is signed in, without another read. */
export const identityFields = ['username', 'email', 'emailVerifiedAt', 'roles', 'createdAt', 'own'] as const
export type UserIdentity = UserWith<(typeof identityFields)[number]>

export const isProved = ({ emailVerifiedAt }: Pick<UserIdentity, 'emailVerifiedAt'>) =>
  emailVerifiedAt !== null

/** What leaves of a user. */
export const userView = (user: UserIdentity): User => ({
  id: user._id.toHexString(),
  username: user.username,
  email: user.email,
  emailVerified: isProved(user),
  roles: user.roles,
  createdAt: user.createdAt.toISOString(),
  ...user.own,
})

/** What sessions say of their owner: read with each refresh, signed into each access token. */
export const sessionOwner: OwnerDescription<UserIdentity, AccessTokenClaims, User> = {
  fields: projectionOf(identityFields),
  read: (stored) => readUser(stored, identityFields),
  claimsSchema: AccessTokenClaimsSchema,
  claims: (user) => ({
    roles: [...user.roles],
    username: user.username,
    email: user.email,
    email_verified: isProved(user),
  }),
  view: userView,
  used: (now) => ({ lastSeenAt: toTheHour(now) }),
}

/** The sessions of our users. */
export type UserSessions = Sessions<UserIdentity, AccessTokenClaims, User>
export type SignedInUser = SignedInSession<UserIdentity>

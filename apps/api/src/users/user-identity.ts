import { type AccessTokenClaims, AccessTokenClaimsSchema, type Role, type User } from '@latchkey/contracts'
import type { OwnerDescription, Sessions, SignedInSession } from '@latchkey/sessions'
import type { Types } from 'mongoose'

/** Who a user is: enough to say who is signed in, without another read. */
export interface UserIdentity {
  _id: Types.ObjectId
  username: string
  email: string
  emailVerifiedAt: Date | null
  roles: Role[]
  createdAt: Date
}

/** The projection of a UserIdentity. */
export const identityFields = { username: 1, email: 1, emailVerifiedAt: 1, roles: 1, createdAt: 1 } as const

/** Missing where an account was brought from elsewhere: then nobody has proved it here. */
export const isProved = ({ emailVerifiedAt }: Pick<UserIdentity, 'emailVerifiedAt'>) =>
  Boolean(emailVerifiedAt)

/** What leaves of a user. */
export const userView = (user: UserIdentity): User => ({
  id: user._id.toHexString(),
  username: user.username,
  email: user.email,
  emailVerified: isProved(user),
  roles: user.roles,
  createdAt: user.createdAt.toISOString(),
})

/** What sessions say of their owner: read with each refresh, signed into each access token. */
export const sessionOwner: OwnerDescription<UserIdentity, AccessTokenClaims, User> = {
  fields: identityFields,
  claimsSchema: AccessTokenClaimsSchema,
  claims: (user) => ({
    roles: [...user.roles],
    username: user.username,
    email: user.email,
    email_verified: isProved(user),
  }),
  view: userView,
}

/** The sessions of our users. */
export type UserSessions = Sessions<UserIdentity, AccessTokenClaims, User>
export type SignedInUser = SignedInSession<UserIdentity>

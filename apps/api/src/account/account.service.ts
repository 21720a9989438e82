import type { BodyOf, routes, User } from '@latchkey/contracts'
import { mongo, Types } from 'mongoose'
import { AuthError } from '../auth-error.ts'
import type { Clock } from '../clock.ts'
import type { Session } from '../sessions/session.schema.ts'
import { ownerFields, type SessionOwner } from '../sessions/session-owner.ts'
import { emailKey, type UserModel, type UserRecord, usernameKey, userView } from './user.model.ts'

/** What signing in needs to know of an account. */
export type Credentials = SessionOwner & Pick<UserRecord, 'passwordHash'>

type NewAccount = Omit<BodyOf<typeof routes.register>, 'password'> & {
  passwordHash: string
  session: Session
}

export type Accounts = ReturnType<typeof createAccounts>

/** Makes and finds accounts. */
export function createAccounts({ users, clock }: { users: UserModel; clock: Clock }) {
  return {
    /**
     * Stores an account together with its first session, in one insert.
     * Throws AuthError `email_taken` or `username_taken`: the unique index decides.
     */
    async create({ username, email, passwordHash, session }: NewAccount): Promise<SessionOwner> {
      const now = clock.now()
      const user: UserRecord = {
        _id: new Types.ObjectId(),
        username,
        usernameKey: usernameKey(username),
        email,
        emailKey: emailKey(email),
        emailVerifiedAt: null,
        passwordHash,
        roles: ['user'],
        refreshTokens: [session],
        createdAt: now,
        updatedAt: now,
      }
      try {
        await users.create(user)
        return user
      } catch (error) {
        throw taken(error) ?? error
      }
    },

    /** The account behind an email address or a username; null when there is none. */
    findByIdentifier: (identifier: string): Promise<Credentials | null> =>
      users
        .findOne(
          // A username holds no @, so one index look-up decides.
          identifier.includes('@')
            ? { emailKey: emailKey(identifier) }
            : { usernameKey: usernameKey(identifier) },
          { ...ownerFields, passwordHash: 1 },
        )
        .lean<Credentials>()
        .exec(),

    /** Puts a hash of the same password, made at another cost, in place of the one that was checked. */
    async replacePasswordHash(user: Credentials, passwordHash: string): Promise<void> {
      await users.updateOne({ _id: user._id, passwordHash: user.passwordHash }, { $set: { passwordHash } })
    },

    /** Null when the account is gone. */
    async profile(userId: string): Promise<User | null> {
      const user = await users.findById(userId, ownerFields).lean<SessionOwner>()
      return user && userView(user)
    },
  }
}

function taken(error: unknown): AuthError | null {
  if (!(error instanceof mongo.MongoServerError) || error.code !== 11000) return null
  const key: object = error.keyPattern ?? {}
  return new AuthError('usernameKey' in key ? 'username_taken' : 'email_taken', { cause: error })
}

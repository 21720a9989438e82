import type { BodyOf, Role, routes, User } from '@latchkey/contracts'
import { mongo, Types } from 'mongoose'
import { AuthError } from '../auth-error.ts'
import type { Clock } from '../clock.ts'
import type { Revocations } from '../sessions/revocations.ts'
import type { Session } from '../sessions/session.schema.ts'
import { ownerFields, type SessionOwner } from '../sessions/session-owner.ts'
import {
  emailKey,
  knownDeviceLimit,
  type UserModel,
  type UserRecord,
  usernameKey,
  userView,
} from './user.model.ts'

/** What signing in needs to know of an account. */
export type Credentials = SessionOwner & Pick<UserRecord, 'passwordHash' | 'knownDevices'>

const credentialFields = { ...ownerFields, passwordHash: 1, knownDevices: 1 } as const

type NewAccount = Omit<BodyOf<typeof routes.register>, 'password'> & {
  passwordHash: string
  session: Session
  deviceIdHash: string | null
}

interface Collaborators {
  users: UserModel
  revocations: Revocations
  clock: Clock
}

export type Accounts = ReturnType<typeof createAccounts>

/** Makes and finds accounts. */
export function createAccounts({ users, revocations, clock }: Collaborators) {
  return {
    /**
     * Stores an account together with its first session, in one insert.
     * Throws AuthError `email_taken` or `username_taken`: the unique index decides.
     */
    async create({
      username,
      email,
      passwordHash,
      session,
      deviceIdHash,
    }: NewAccount): Promise<SessionOwner> {
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
        knownDevices: deviceIdHash === null ? [] : [{ idHash: deviceIdHash, lastSeenAt: now }],
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
          credentialFields,
        )
        .lean<Credentials>()
        .exec(),

    /** Remembers that a browser has signed in; the one not seen for longest is forgotten past the limit. */
    async rememberDevice(userId: Types.ObjectId, idHash: string): Promise<void> {
      const lastSeenAt = clock.now()
      const seen = await users.updateOne(
        { _id: userId, 'knownDevices.idHash': idHash },
        { $set: { 'knownDevices.$.lastSeenAt': lastSeenAt } },
      )
      if (seen.matchedCount > 0) return
      await users.updateOne(
        // Not twice, should two sign-ins of one browser come at once.
        { _id: userId, 'knownDevices.idHash': { $ne: idHash } },
        {
          $push: {
            knownDevices: {
              $each: [{ idHash, lastSeenAt }],
              $sort: { lastSeenAt: 1 },
              $slice: -knownDeviceLimit,
            },
          },
        },
      )
    },

    /** Sets roles; every access token issued before dies, so that nobody keeps what was taken. False: no such user. */
    async setRoles(userId: Types.ObjectId, roles: Role[]): Promise<boolean> {
      const { matchedCount } = await users.updateOne(
        { _id: userId },
        { $set: { roles, updatedAt: clock.now() } },
      )
      // After the change: a token issued in between carries the old roles, and dies too.
      if (matchedCount > 0) await revocations.revokeUser(userId)
      return matchedCount > 0
    },

    /** Deletes an account, its sessions included; every access token of it dies. False: no such user. */
    async remove(userId: Types.ObjectId): Promise<boolean> {
      const { deletedCount } = await users.deleteOne({ _id: userId })
      await revocations.revokeUser(userId)
      return deletedCount > 0
    },

    /**
     * Puts a new password hash in place of the one that was checked. False when it is no longer that one: of two
     * changes at once, one wins.
     */
    async changePassword(user: Credentials, passwordHash: string): Promise<boolean> {
      const { matchedCount } = await users.updateOne(
        { _id: user._id, passwordHash: user.passwordHash },
        { $set: { passwordHash, updatedAt: clock.now() } },
      )
      return matchedCount > 0
    },

    /** What is needed to check the password of somebody who is signed in; null when the account is gone. */
    credentials: (userId: string): Promise<Credentials | null> =>
      users.findById(userId, credentialFields).lean<Credentials>().exec(),

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

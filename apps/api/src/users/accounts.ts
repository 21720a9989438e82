import type { BodyOf, routes, User } from '@latchkey/contracts'
import type { Clock } from '@latchkey/contracts/server'
import { AuthError } from '@latchkey/contracts/server'
import type { Revocations, Session } from '@latchkey/sessions'
import { mongo, Types } from 'mongoose'
import { emailKey, type KnownDevice, type UserModel, type UserRecord, usernameKey } from './user.model.ts'
import { identityFields, type UserIdentity, type UserSessions, userView } from './user-identity.ts'

/** What signing in needs to know of an account. */
export type Credentials = UserIdentity &
  Pick<UserRecord, 'passwordHash' | 'passwordChanges' | 'passwordResets' | 'knownDevices' | 'disabledAt'>

const credentialFields = {
  ...identityFields,
  passwordHash: 1,
  passwordChanges: 1,
  passwordResets: 1,
  knownDevices: 1,
  disabledAt: 1,
} as const

/** What must still hold of an account for a sign-in that was checked against these credentials to open a session. */
export const unchanged = ({ passwordHash }: Pick<Credentials, 'passwordHash'>) => ({
  passwordHash,
  disabledAt: null,
})

type NewAccount = Omit<BodyOf<typeof routes.register>, 'password'> & {
  passwordHash: string
  /** None when the address has to be proved first. */
  session: Session | null
  /** The browser that registers; null for a client without cookies. */
  knownDevice: KnownDevice | null
}

interface Collaborators {
  users: UserModel
  sessions: Pick<UserSessions, 'revokeIssued'>
  revocations: Revocations
  clock: Clock
}

export type Accounts = ReturnType<typeof createAccounts>

/** Makes, finds and changes accounts. Each change is one conditional update; uniqueness is the indexes' to decide. */
export function createAccounts({ users, sessions, revocations, clock }: Collaborators) {
  return {
    /**
     * Stores an account together with its first session, in one insert.
     * Throws AuthError `email_taken` or `username_taken`.
     */
    async create({ username, email, passwordHash, session, knownDevice }: NewAccount): Promise<UserIdentity> {
      const now = clock.now()
      const user: UserRecord = {
        _id: new Types.ObjectId(),
        username,
        usernameKey: usernameKey(username),
        email,
        emailKey: emailKey(email),
        emailVerifiedAt: null,
        disabledAt: null,
        passwordChanges: 0,
        passwordResets: 0,
        passwordHash,
        roles: ['user'],
        refreshTokens: session ? [session] : [],
        epoch: 0,
        knownDevices: knownDevice ? [knownDevice] : [],
        createdAt: now,
        updatedAt: now,
      }
      try {
        await users.create(user)
        return user
      } catch (error) {
        throw taken(error)
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

    /** What is needed to check the password of somebody who is signed in; null when the account is gone. */
    credentials: (userId: string): Promise<Credentials | null> =>
      users.findById(userId, credentialFields).lean<Credentials>().exec(),

    /** Whom a mail is for: by id, or by an address that may be nobody's. */
    findForMail: ({
      userId,
      email,
    }: Pick<{ userId: Types.ObjectId | null; email: string | null }, 'userId' | 'email'>) =>
      userId || email
        ? users
            .findOne(userId ? { _id: userId } : { emailKey: emailKey(email ?? '') }, identityFields)
            .lean<UserIdentity>()
            .exec()
        : null,

    /**
     * Puts a new password in place of the one that was checked and ends every session but one, in one update. False
     * when it is no longer that password: of two changes at once, one wins.
     */
    async changePassword(user: Credentials, passwordHash: string, keptSessionId: string): Promise<boolean> {
      const kept = new Types.ObjectId(keptSessionId)
      // First what the others were issued: should the answer to the update be lost, it is dead all the same.
      await sessions.revokeIssued(user._id, keptSessionId)
      const before = await users
        .findOneAndUpdate(
          // Not by its hash, which a sign-in may be making anew at this moment.
          { _id: user._id, passwordChanges: times(user.passwordChanges ?? 0) },
          {
            $set: { passwordHash, updatedAt: clock.now() },
            $inc: { passwordChanges: 1 },
            $pull: { refreshTokens: { _id: { $ne: kept } } },
          },
          { returnDocument: 'before', projection: sessionIds },
        )
        .lean<SessionIds>()
      if (before) await revocations.revokeEnded(idsOf(before).filter((id) => !id.equals(kept)))
      return before !== null
    },

    /** Puts a hash of the same password, made at another cost, in place of the one that was checked. */
    async replacePasswordHash(user: Credentials, passwordHash: string): Promise<void> {
      await users.updateOne({ _id: user._id, passwordHash: user.passwordHash }, { $set: { passwordHash } })
    },

    /**
     * Sets a password for whoever holds the address, which is thereby proved, and ends every session, in one update.
     * False when the address has changed or the password was reset since the account was read: of two resets at once
     * one wins. A mere change of the password does not stop it: whoever knows the old one could hold it up.
     */
    async resetPassword(
      user: Credentials,
      passwordHash: string,
      knownDevice: KnownDevice | null,
    ): Promise<boolean> {
      const now = clock.now()
      await sessions.revokeIssued(user._id)
      // Whoever used to sign in with the old password has to prove themselves again; this browser just did.
      const fresh = {
        passwordHash,
        emailVerifiedAt: now,
        updatedAt: now,
        knownDevices: knownDevice ? [knownDevice] : [],
        refreshTokens: [],
      }
      const changed = await users
        .findOneAndUpdate(
          {
            _id: user._id,
            emailKey: emailKey(user.email),
            passwordResets: times(user.passwordResets ?? 0),
          },
          { $set: fresh, $inc: { passwordChanges: 1, passwordResets: 1, epoch: 1 } },
          { returnDocument: 'after', projection: { epoch: 1 } },
        )
        .lean<Pick<UserRecord, 'epoch'>>()
      // Whoever is told that it came to nothing uses the link again.
      if (changed) await revocations.revokeBelow([user._id], changed.epoch)
      return changed !== null
    },

    /** False when the address is no longer the account's. */
    async markVerified(userId: Types.ObjectId, email: string): Promise<boolean> {
      const now = clock.now()
      const { matchedCount } = await users.updateOne(
        { _id: userId, emailKey: emailKey(email) },
        { $set: { emailVerifiedAt: now, updatedAt: now } },
      )
      return matchedCount > 0
    },

    /** Whether an address is another account's. */
    isEmailTaken: async (userId: Types.ObjectId, email: string): Promise<boolean> =>
      (await users.exists({ emailKey: emailKey(email), _id: { $ne: userId } })) !== null,

    /**
     * Changes the address to one that is proved, for whoever showed the password when it had changed so many times. The
     * account as it was; null when it is gone or has another password by now. Throws `email_taken`.
     */
    async changeEmail(
      userId: Types.ObjectId,
      email: string,
      passwordChanges: number,
    ): Promise<UserIdentity | null> {
      const now = clock.now()
      try {
        return await users
          .findOneAndUpdate(
            { _id: userId, passwordChanges: times(passwordChanges) },
            { $set: { email, emailKey: emailKey(email), emailVerifiedAt: now, updatedAt: now } },
            { returnDocument: 'before', projection: identityFields },
          )
          .lean<UserIdentity>()
      } catch (error) {
        throw taken(error)
      }
    },

    /** Null when the account is gone. Throws AuthError `username_taken`. */
    async changeUsername(userId: string, username: string): Promise<User | null> {
      try {
        const user = await users
          .findOneAndUpdate(
            { _id: userId },
            { $set: { username, usernameKey: usernameKey(username), updatedAt: clock.now() } },
            { returnDocument: 'after', projection: identityFields },
          )
          .lean<UserIdentity>()
        return user && userView(user)
      } catch (error) {
        throw taken(error)
      }
    },

    /** Deletes an account, its sessions included; every access token of it dies. */
    async remove(userId: Types.ObjectId): Promise<void> {
      // First what was issued so far: once the account is gone, nobody is left to try again.
      await sessions.revokeIssued(userId)
      await users.deleteOne({ _id: userId })
      await revocations.revokeEnded([userId])
    },

    /** Null when the account is gone. */
    async profile(userId: string): Promise<User | null> {
      const user = await users.findById(userId, identityFields).lean<UserIdentity>()
      return user && userView(user)
    },
  }
}

/** How a count is found that is missing where it never rose. */
const times = (count: number) => (count === 0 ? { $in: [0, null] } : count)

const sessionIds = { 'refreshTokens._id': 1 } as const
type SessionIds = { refreshTokens: Pick<Session, '_id'>[] }
const idsOf = ({ refreshTokens }: SessionIds) => refreshTokens.map(({ _id }) => _id)

/** What a violated unique index means to a person; any other error stays what it is. */
function taken(error: unknown): unknown {
  if (!(error instanceof mongo.MongoServerError) || error.code !== 11000) return error
  const key: object = error.keyPattern ?? {}
  return new AuthError('usernameKey' in key ? 'username_taken' : 'email_taken', { cause: error })
}

import {
  type BodyOf,
  type ErrorCode,
  type Language,
  type OwnFields,
  ownFieldDefaults,
  type routes,
  type User,
} from '@latchkey/contracts'
import { AuthError, type Clock, listOf, objectOf, oneMore } from '@latchkey/contracts/server'
import { liveSession, type Revocations, type Session } from '@latchkey/sessions'
import { Types } from 'mongoose'
import {
  emailRestSeconds,
  holding,
  isDuplicate,
  moveBack,
  moveOn,
  restsWith,
  taking,
  usernameRestSeconds,
} from './held-keys.ts'
import { toTheHour } from './last-seen.ts'
import { newUser } from './new-user.ts'
import { projectionOf, readUser, type StoredUser, type UserWith } from './read-user.ts'
import {
  emailKey,
  type HeldKey,
  identifierKey,
  isEmail,
  type KnownDevice,
  type UserModel,
  type UserRecord,
  usernameKey,
} from './user.model.ts'
import { identityFields, isProved, type UserIdentity, type UserSessions, userView } from './user-identity.ts'

/** What signing in needs to know of an account. */
const credentialFields = [
  ...identityFields,
  'passwordHash',
  'passwordChanges',
  'passwordResets',
  'knownDevices',
  'isDisabled',
  'epoch',
  'totp',
  'recoveryCodes',
  'factorChanges',
  'passkeys',
  'passkeyChanges',
  'language',
] as const
export type Credentials = UserWith<(typeof credentialFields)[number]>
const credentials = projectionOf(credentialFields)
const identity = projectionOf(identityFields)

const readerFields = [...identityFields, 'factorReset', 'language'] as const
/** Somebody who is written to. */
export type MailReader = UserWith<(typeof readerFields)[number]>

/**
 * What must still hold of an account for a sign-in that was checked against these credentials to open a session: a factor
 * that has come since would not have been shown.
 */
export const unchanged = ({
  passwordHash,
  factorChanges,
}: Pick<Credentials, 'passwordHash' | 'factorChanges'>) => ({
  passwordHash,
  disabledAt: null,
  factorChanges: countedTo(factorChanges),
})

/** For the `$set` of an update by a pipeline that takes every second factor away. */
export const withoutFactors = {
  totp: null,
  pendingTotp: null,
  recoveryCodes: null,
  factorReset: null,
  factorChanges: oneMore('factorChanges'),
}

/**
 * What must still hold when somebody who is signed in changes the account, however long their password took to
 * compare: their session goes on, and nobody keeps them out.
 */
export const stillIn = (sessionId: string, now: Date) => ({
  disabledAt: null,
  ...liveSession(new Types.ObjectId(sessionId), now),
})

/** A name or address that the account has given up and nobody else can take yet. */
export type RestingKey = HeldKey & { until: Date }

/** An account, or an address that may be nobody's. */
interface Addressee {
  userId: Types.ObjectId | null
  email: string | null
}

type NewAccount = Omit<BodyOf<typeof routes.register>, 'password'> & {
  passwordHash: string
  /** None when the address has to be proved first. */
  session: Session | null
  /** The browser that registers; null for a client without cookies. */
  knownDevice: KnownDevice | null
  /** Null: the request did not say. */
  language: Language | null
}

/** An account as it was, for what is told to the address that it no longer has. */
export type FormerIdentity = UserIdentity & { language: Language | null }

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
    async create({
      username,
      email,
      passwordHash,
      session,
      knownDevice,
      language,
    }: NewAccount): Promise<UserIdentity> {
      const now = clock.now()
      const user: UserRecord = {
        ...newUser({ username, email, passwordHash }, now),
        refreshTokens: session ? [session] : [],
        lastSeenAt: session && toTheHour(now),
        knownDevices: knownDevice ? [knownDevice] : [],
        ...(language && { language }),
      }
      try {
        const wanted = { usernameKey: user.usernameKey, emailKey: user.emailKey }
        await taking({ users, clock }, wanted, () => users.create(user))
        return { ...user, own: ownFieldDefaults }
      } catch (error) {
        throw taken(error)
      }
    },

    /** The account behind an email address or a username; null when there is none. */
    async findByIdentifier(identifier: string): Promise<Credentials | null> {
      // One index look-up decides.
      const key = { [isEmail(identifier) ? 'emailKey' : 'usernameKey']: identifierKey(identifier) }
      // Not by the model: the key is text, and what is read goes through readUser.
      const stored = await users.collection.findOne(key, { projection: credentials })
      return readUser(stored as StoredUser | null, credentialFields)
    },

    /** What is needed to check the password of somebody who is signed in; null when the account is gone. */
    credentials: async (userId: string): Promise<Credentials | null> =>
      readUser(await users.findById(userId, credentials).lean<StoredUser>(), credentialFields),

    /** Whether a session of theirs goes on, and nobody keeps them out. */
    isSignedIn: async (userId: Types.ObjectId | string, sessionId: string): Promise<boolean> =>
      (await users.exists({ ...stillIn(sessionId, clock.now()), _id: userId })) !== null,

    /** Why nothing was changed for somebody who is signed in: their session has ended meanwhile, or else `otherwise`. */
    async refusal({ sub, sid }: { sub: string; sid: string }, otherwise: ErrorCode): Promise<AuthError> {
      return new AuthError((await this.isSignedIn(sub, sid)) ? otherwise : 'access_token_revoked')
    },

    /** Whom a mail is for: by id, or by an address that may be nobody's. */
    async findForMail({ userId, email }: Addressee): Promise<MailReader | null> {
      if (!userId && !email) return null
      const key = userId ? { _id: userId } : { emailKey: emailKey(email ?? '') }
      return readUser(await users.findOne(key, projectionOf(readerFields)).lean<StoredUser>(), readerFields)
    },

    /**
     * Puts a new password in place of the one that was checked and ends every session but one, in one update. False
     * when it is no longer that password (of two changes at once, one wins), or that session has ended.
     */
    async changePassword(user: Credentials, passwordHash: string, keptSessionId: string): Promise<boolean> {
      const now = clock.now()
      const kept = new Types.ObjectId(keptSessionId)
      // First what the others were issued: should the answer to the update be lost, it is dead all the same.
      await sessions.revokeIssued(user._id, keptSessionId)
      const isKept = { $eq: ['$$each._id', kept] }
      const changed = {
        passwordHash: { $literal: passwordHash },
        passwordChangedAt: now,
        passwordChanges: oneMore('passwordChanges'),
        refreshTokens: { $filter: { input: listOf('refreshTokens'), as: 'each', cond: isKept } },
        updatedAt: now,
      }
      const stored = await users
        .findOneAndUpdate(
          // Not by its hash, which a sign-in may be making anew at this moment.
          {
            ...stillIn(keptSessionId, now),
            _id: user._id,
            passwordChanges: countedTo(user.passwordChanges),
          },
          [{ $set: changed }],
          { updatePipeline: true, returnDocument: 'before', projection: projectionOf(['sessions']) },
        )
        .lean<StoredUser>()
      const before = readUser(stored, ['sessions'])
      const others = before?.sessions.map(({ _id }) => _id).filter((id) => !id.equals(kept)) ?? []
      const cause = { userId: user._id, reason: 'password_changed' }
      if (before) await revocations.revokeEnded(others, cause)
      return before !== null
    },

    /**
     * Takes the password away from an account that a passkey opens and a mail can bring back. False when one of the
     * two is missing, the password was gone already, `condition` does not hold, or that session has ended.
     */
    async removePassword(userId: string, sessionId: string, condition: object): Promise<boolean> {
      const { matchedCount } = await users.updateOne(
        {
          ...stillIn(sessionId, clock.now()),
          _id: userId,
          $and: [condition],
          passwordHash: { $ne: null },
          'passkeys.0': { $exists: true },
          emailVerifiedAt: { $ne: null },
        },
        [
          {
            $set: {
              passwordHash: null,
              passwordChanges: oneMore('passwordChanges'),
              updatedAt: clock.now(),
            },
          },
        ],
        { updatePipeline: true },
      )
      return matchedCount > 0
    },

    /** Puts a hash of the same password, made at another cost, in place of the one that was checked. */
    async replacePasswordHash(user: Credentials, passwordHash: string): Promise<void> {
      await users.updateOne({ _id: user._id, passwordHash: user.passwordHash }, { $set: { passwordHash } })
    },

    /**
     * Sets a password for whoever holds the address, which is thereby proved, and ends every session, in one update. One
     * that was never proved is not while there is a second factor: it may be a stranger's, and then whoever reads the
     * mailbox cannot sign in, and can still have the account deleted. Null when the address has changed or the password was
     * reset since the account was read: of two resets at once one wins. A mere change of the password does not stop it:
     * whoever knows the old one could hold it up.
     */
    async resetPassword(
      user: Credentials,
      passwordHash: string,
      knownDevice: KnownDevice | null,
    ): Promise<{ passkeysRemoved: boolean } | null> {
      const now = clock.now()
      await sessions.revokeIssued(user._id)
      // Whoever used to sign in with the old password has to prove themselves again; this browser just did.
      const fresh = {
        ...startedOver(passwordHash, knownDevice ? [knownDevice] : []),
        passwordResets: oneMore('passwordResets'),
        emailVerifiedAt: {
          $cond: [{ $and: [isMissing('emailVerifiedAt'), { $not: [isMissing('totp')] }] }, null, now],
        },
        // Should the account be one that lapses still: not before its owner, who is here, is reminded anew.
        lapseReminderDueAt: null,
        lapseRemindedAt: null,
        passwordChangedAt: now,
        updatedAt: now,
        // Until the address was proved, anybody may have had the account, and added one. A second factor stays: it opens
        // nothing by itself, and whoever reads a mistyped mailbox must not get round it.
        ...(!isProved(user) && { passkeys: [] }),
      }
      const stored = await users
        .findOneAndUpdate(
          {
            _id: user._id,
            emailKey: emailKey(user.email),
            passwordResets: countedTo(user.passwordResets),
          },
          [{ $set: fresh }],
          { updatePipeline: true, returnDocument: 'before', projection: projectionOf(['epoch', 'passkeys']) },
        )
        .lean<StoredUser>()
      const before = readUser(stored, ['epoch', 'passkeys'])
      // Whoever is told that it came to nothing uses the link again.
      if (!before) return null
      const cause = { userId: user._id, reason: 'password_reset' }
      // What could not be written is written later; it is reset all the same.
      await revocations.revokeBelow([user._id], before.epoch + 1, cause).catch(() => {})
      return { passkeysRemoved: !isProved(user) && before.passkeys.length > 0 }
    },

    /** False when the address is no longer the account's, or its owner is kept out. */
    async markVerified(userId: Types.ObjectId, email: string): Promise<boolean> {
      const now = clock.now()
      const { matchedCount } = await users.updateOne(
        { _id: userId, emailKey: emailKey(email), disabledAt: null },
        { $set: { emailVerifiedAt: now, updatedAt: now } },
      )
      return matchedCount > 0
    },

    /** Whether an address is another account's. */
    isEmailTaken: async (userId: Types.ObjectId, email: string): Promise<boolean> =>
      (await users.exists({ ...holding('emailKey', emailKey(email), clock.now()), _id: { $ne: userId } })) !==
      null,

    /**
     * Changes the address to one that is proved, for whoever showed the password when it had changed so many times.
     * The one before, if it was proved, rests as long as the change can be undone; no token goes on saying it. The
     * account as it was; null when it is gone, has another password by now, or is kept out. Throws `email_taken`.
     */
    async changeEmail(
      userId: Types.ObjectId,
      email: string,
      passwordChanges: number,
    ): Promise<FormerIdentity | null> {
      const now = clock.now()
      const key = emailKey(email)
      const rests = { $gt: ['$emailVerifiedAt', null] }
      const changed = {
        ...moveOn('emailKey', key, { now, restSeconds: emailRestSeconds, rests }),
        email: { $literal: email },
        emailVerifiedAt: now,
        epoch: oneMore('epoch'),
        updatedAt: now,
      }
      const fields = [...identityFields, 'epoch', 'language'] as const
      // Looked at first, so that what is refused revokes nothing; what decides is the index.
      if (await this.isEmailTaken(userId, email)) throw new AuthError('email_taken')
      await sessions.revokeIssued(userId)
      try {
        const stored = await taking({ users, clock }, { emailKey: key }, () =>
          users
            .findOneAndUpdate(
              { _id: userId, passwordChanges: countedTo(passwordChanges), disabledAt: null },
              [{ $set: changed }],
              { updatePipeline: true, returnDocument: 'before', projection: projectionOf(fields) },
            )
            .lean<StoredUser>(),
        )
        const before = readUser(stored, fields)
        if (before) await revocations.revokeBelow([userId], before.epoch + 1, { userId })
        return before
      } catch (error) {
        throw taken(error)
      }
    },

    /**
     * Puts an address back that rests with the account, for whoever reads it, and a password in place of the one that
     * somebody else knew; every session ends, in one update. What was changed after that rests no longer: its mailbox is
     * the other's. The account as it was; null when the address does not rest with it.
     */
    async undoEmailChange(
      userId: Types.ObjectId,
      email: string,
      passwordHash: string,
    ): Promise<(FormerIdentity & Pick<Credentials, 'passkeys'>) | null> {
      const now = clock.now()
      const key = emailKey(email)
      const resting = { _id: userId, ...restsWith('emailKey', key, now) }
      if (!(await users.exists(resting))) return null
      await sessions.revokeIssued(userId)
      const back = {
        ...startedOver(passwordHash, []),
        ...moveBack('emailKey', key),
        email: { $literal: email },
        emailVerifiedAt: now,
        passwordChangedAt: now,
        // Whoever had the account may have added one.
        passkeys: [],
        updatedAt: now,
      }
      // What rests is nobody else's, so that the index has nothing against it.
      const fields = [...identityFields, 'epoch', 'language', 'passkeys'] as const
      const stored = await users
        .findOneAndUpdate(resting, [{ $set: back }], {
          updatePipeline: true,
          returnDocument: 'before',
          projection: projectionOf(fields),
        })
        .lean<StoredUser>()
      const before = readUser(stored, fields)
      const cause = { userId, reason: 'email_change_undone' }
      if (before) await revocations.revokeBelow([userId], before.epoch + 1, cause)
      return before
    },

    /**
     * Changes the name, for whoever is signed in; the former one rests. Null when the account is gone or has another
     * password by now, or that session has ended. Throws AuthError `username_taken`.
     */
    async changeUsername(user: Credentials, username: string, sessionId: string): Promise<User | null> {
      const now = clock.now()
      const key = usernameKey(username)
      const changed = {
        ...moveOn('usernameKey', key, { now, restSeconds: usernameRestSeconds }),
        username: { $literal: username },
        updatedAt: now,
      }
      const passwordChanges = countedTo(user.passwordChanges)
      const still = { ...stillIn(sessionId, now), _id: user._id, passwordChanges }
      try {
        const stored = await taking({ users, clock }, { usernameKey: key }, () =>
          users
            .findOneAndUpdate(still, [{ $set: changed }], {
              updatePipeline: true,
              returnDocument: 'after',
              projection: identity,
            })
            .lean<StoredUser>(),
        )
        const renamed = readUser(stored, identityFields)
        return renamed && userView(renamed)
      } catch (error) {
        throw taken(error)
      }
    },

    /**
     * In which language they are written to, of somebody who is signed in. Where it is that already, nothing is written and
     * `changed` is false. Null when that session has ended.
     */
    async setLanguage(
      userId: string,
      sessionId: string,
      language: Language,
    ): Promise<{ user: User; changed: boolean } | null> {
      const now = clock.now()
      const still = { ...stillIn(sessionId, now), _id: userId }
      const written = await users
        .findOneAndUpdate(
          { ...still, language: { $ne: language } },
          { $set: { language, updatedAt: now } },
          { returnDocument: 'after', projection: identity },
        )
        .lean<StoredUser>()
      const user = readUser(
        written ?? (await users.findOne(still, identity).lean<StoredUser>()),
        identityFields,
      )
      return user && { user: userView(user), changed: written !== null }
    },

    /** What somebody who is signed in says in fields of one's own. Null when that session has ended. */
    async changeOwnFields(
      userId: string,
      sessionId: string,
      changes: { [Name in keyof OwnFields]?: OwnFields[Name] | undefined },
    ): Promise<User | null> {
      const now = clock.now()
      const own = { $mergeObjects: [objectOf('own'), { $literal: changes }] }
      const stored = await users
        .findOneAndUpdate({ ...stillIn(sessionId, now), _id: userId }, [{ $set: { own, updatedAt: now } }], {
          updatePipeline: true,
          returnDocument: 'after',
          projection: identity,
        })
        .lean<StoredUser>()
      const user = readUser(stored, identityFields)
      return user && userView(user)
    },

    /** The language as a sign-in tells it, unless it is known. */
    async learnLanguage(
      { _id, language }: Pick<Credentials, '_id' | 'language'>,
      told: Language | null,
    ): Promise<void> {
      if (language === null && told !== null)
        await users.updateOne({ _id, language: null }, { $set: { language: told } })
    },

    /** Names and addresses that the account has given up and that still rest; and when its owner was last seen. */
    async resting(
      userId: string,
    ): Promise<{ usernames: RestingKey[]; emails: RestingKey[]; lastSeenAt: Date | null }> {
      const now = clock.now()
      const live = (held: HeldKey[] = []) =>
        held.filter((each): each is RestingKey => each.until !== null && each.until > now)
      const fields = ['heldUsernames', 'heldEmails', 'lastSeenAt'] as const
      const user = readUser(await users.findById(userId, projectionOf(fields)).lean<StoredUser>(), fields)
      return {
        usernames: live(user?.heldUsernames),
        emails: live(user?.heldEmails),
        lastSeenAt: user?.lastSeenAt ?? null,
      }
    },

    /** Whether it is there, readable or not. */
    exists: async (userId: Types.ObjectId): Promise<boolean> =>
      (await users.exists({ _id: userId }).read('primary')) !== null,

    /**
     * Deletes an account, its sessions included; every access token of it dies. False when there is none of which the
     * condition holds.
     */
    async remove(userId: Types.ObjectId, condition?: object): Promise<boolean> {
      if (condition && !(await users.exists({ ...condition, _id: userId }))) return false
      // First what was issued so far: once the account is gone, nobody is left to try again.
      await sessions.revokeIssued(userId)
      const { deletedCount } = await users.deleteOne({ ...condition, _id: userId })
      // Also when somebody else was quicker: what was issued meanwhile dies with the account.
      const cause = { userId, reason: 'account_deleted' }
      if (deletedCount > 0 || !(await users.exists({ _id: userId })))
        await revocations.revokeEnded([userId], cause)
      return deletedCount > 0
    },

    /** The same, for whoever is signed in. */
    removeOwn(userId: Types.ObjectId, sessionId: string): Promise<boolean> {
      return this.remove(userId, stillIn(sessionId, clock.now()))
    },

    /** Null when the account is gone. */
    async profile(userId: string): Promise<{ user: User; language: Language | null } | null> {
      const fields = [...identityFields, 'language'] as const
      const user = readUser(await users.findById(userId, projectionOf(fields)).lean<StoredUser>(), fields)
      return user && { user: userView(user), language: user.language }
    },
  }
}

/** Matches a count as it was read; older accounts have no number. */
export const countedTo = (count: number) => (count === 0 ? { $in: [0, null] } : count)

/** True where a field is missing or null. */
const isMissing = (field: string) => ({ $lte: [`$${field}`, null] })

/** For the `$set` of an update after which nobody is signed in, and nothing opens the account but a new password. */
const startedOver = (passwordHash: string, knownDevices: KnownDevice[]) => ({
  passwordHash: { $literal: passwordHash },
  passwordChanges: oneMore('passwordChanges'),
  epoch: oneMore('epoch'),
  knownDevices: { $literal: knownDevices },
  refreshTokens: [],
})

/** What a violated unique index means to a person; any other error stays what it is. */
function taken(error: unknown): unknown {
  if (!isDuplicate(error)) return error
  const key: object = error.keyPattern ?? {}
  const isName = 'usernameKey' in key || 'heldUsernames.key' in key
  return new AuthError(isName ? 'username_taken' : 'email_taken', { cause: error })
}

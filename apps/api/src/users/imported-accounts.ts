import type { Role } from '@latchkey/contracts'
import type { Clock } from '@latchkey/contracts/server'
import { mongo, type Types } from 'mongoose'
import { isDuplicate, taking } from './held-keys.ts'
import { newUser } from './new-user.ts'
import { projectionOf, readUser, type StoredUser } from './read-user.ts'
import type { UnprovedAccounts } from './unproved-accounts.ts'
import { type UserModel, type UserRecord, usernameKey } from './user.model.ts'

/** Somebody as another system knew them. */
export interface ImportedAccount {
  /** The same each time that this entry is imported: by it an account is known that is there already. */
  _id: Types.ObjectId
  email: string
  /** As `emailKey` makes it of the address. */
  emailKey: string
  /** Those that would do, the best first. */
  usernames: readonly [string, ...string[]]
  emailVerifiedAt: Date | null
  roles: Role[]
  isDisabled: boolean
  /** Null: the other system did not say. */
  createdAt: Date | null
  /** As sign-in/foreign-hash.ts reads it. Null: a mailed link sets the first password. */
  passwordHash: string | null
  /** The bcrypt cost that takes as long as the hash. */
  hashCost: number
}

/** `present`: this very entry was imported before. */
export type ImportOutcome = 'imported' | 'present' | 'email_taken' | 'username_taken'

interface Attempt {
  at: number
  account: ImportedAccount
  /** Which of the usernames. */
  name: number
  inParts: boolean
}

interface Collaborators {
  users: UserModel
  unprovedAccounts: Pick<UnprovedAccounts, 'reminderDueFor'>
  clock: Clock
}

export type ImportedAccounts = ReturnType<typeof createImportedAccounts>

/** Stores accounts from elsewhere, many at a time. What is taken is the unique indexes' to decide, as at a registration. */
export function createImportedAccounts({ users, unprovedAccounts, clock }: Collaborators) {
  return {
    /** What became of each. `inParts`: they are found by any part of a name or an address at once. Throws what the database throws; then some of them may be stored, and are `present` the next time. */
    async insert(
      accounts: readonly ImportedAccount[],
      { inParts }: { inParts: boolean },
    ): Promise<ImportOutcome[]> {
      const outcomes = accounts.map((): ImportOutcome => 'imported')
      let attempts: Attempt[] = accounts.map((account, at) => ({ at, account, name: 0, inParts }))
      while (attempts.length > 0) {
        const refused = await insertUnordered(attempts)
        if (refused.length === 0) break
        const taken = await takenOf(refused.map(({ account }) => account))
        attempts = []
        for (const attempt of refused) {
          const { at, account, name } = attempt
          const why = taken(account, name) ?? (await insertAgain(attempt))
          if (why === 'username_taken' && name + 1 < account.usernames.length)
            attempts.push({ ...attempt, name: name + 1 })
          else outcomes[at] = why
        }
      }
      return outcomes
    },

    /** What would become of each. Changes nothing. */
    async foresee(accounts: readonly ImportedAccount[]): Promise<ImportOutcome[]> {
      const taken = await takenOf(accounts)
      return accounts.map((account) => {
        const reasons = account.usernames.map((_, name) => taken(account, name))
        return reasons.every((reason) => reason !== null) ? (reasons[0] ?? 'imported') : 'imported'
      })
    },

    /** Which of them are there already, by the hexadecimal digits of their ids. */
    async present(accounts: readonly ImportedAccount[]): Promise<Set<string>> {
      const ids = accounts.map(({ _id }) => _id)
      const found = await users
        .find({ _id: { $in: ids } }, { _id: 1 })
        .read('primary')
        .lean<{ _id: Types.ObjectId }[]>()
      return new Set(found.map(({ _id }) => _id.toHexString()))
    },
  }

  /** Returns those that a unique index refused. */
  async function insertUnordered(attempts: readonly Attempt[]): Promise<Attempt[]> {
    try {
      // Past Mongoose: every value was made here, and there may be a million of them.
      await users.collection.insertMany(attempts.map(recordOf), { ordered: false })
      return []
    } catch (error) {
      if (!(error instanceof mongo.MongoBulkWriteError)) throw error
      const errors = [error.writeErrors].flat()
      if (errors.length === 0 || errors.some(({ code }) => code !== 11000)) throw error
      return errors.flatMap(({ index }) => attempts[index] ?? [])
    }
  }

  /** One that was refused because of a reservation that has expired, or of somebody who has just gone. */
  async function insertAgain(attempt: Attempt): Promise<ImportOutcome> {
    const record = recordOf(attempt)
    const wanted = { usernameKey: record.usernameKey, emailKey: record.emailKey }
    try {
      await taking({ users, clock }, wanted, () => users.collection.insertOne(record))
      return 'imported'
    } catch (error) {
      if (!isDuplicate(error)) throw error
      return (await takenOf([attempt.account]))(attempt.account, attempt.name) ?? 'username_taken'
    }
  }

  /** Says why an account cannot have its address and one of its usernames, as it is now. Null: it can. */
  async function takenOf(accounts: readonly ImportedAccount[]) {
    const now = clock.now()
    const emailKeys = accounts.map((account) => account.emailKey)
    const usernameKeys = accounts.flatMap(({ usernames }) => usernames.map(usernameKey))
    const holders = await users
      .find(
        {
          $or: [
            { _id: { $in: accounts.map(({ _id }) => _id) } },
            { emailKey: { $in: emailKeys } },
            { 'heldEmails.key': { $in: emailKeys } },
            { usernameKey: { $in: usernameKeys } },
            { 'heldUsernames.key': { $in: usernameKeys } },
          ],
        },
        { emailKey: 1, usernameKey: 1, ...projectionOf(held) },
      )
      .read('primary')
      .lean<StoredUser[]>()
    const ids = new Set<string>()
    const emails = new Set<unknown>()
    const usernames = new Set<unknown>()
    for (const stored of holders) {
      const user = readUser(stored, held)
      if (user) ids.add(user._id.toHexString())
      emails.add(stored.emailKey)
      usernames.add(stored.usernameKey)
      for (const { key, until } of user?.heldEmails ?? []) if (!until || until > now) emails.add(key)
      for (const { key, until } of user?.heldUsernames ?? []) if (!until || until > now) usernames.add(key)
    }
    return (account: ImportedAccount, name: number): Exclude<ImportOutcome, 'imported'> | null => {
      if (ids.has(account._id.toHexString())) return 'present'
      if (emails.has(account.emailKey)) return 'email_taken'
      return usernames.has(usernameKey(account.usernames[name] ?? '')) ? 'username_taken' : null
    }
  }

  function recordOf({ account, name, inParts }: Attempt): UserRecord {
    const { _id, email, emailKey, usernames, emailVerifiedAt, roles, isDisabled, passwordHash } = account
    const now = clock.now()
    return {
      ...newUser({ username: usernames[name] ?? usernames[0], email, emailKey, passwordHash, inParts }, now),
      _id,
      emailVerifiedAt,
      roles,
      disabledAt: isDisabled ? now : null,
      // It was set elsewhere, nobody knows when.
      passwordChangedAt: null,
      createdAt: account.createdAt ?? now,
      ...(!emailVerifiedAt && { lapseReminderDueAt: unprovedAccounts.reminderDueFor(now) }),
    }
  }
}

const held = ['heldEmails', 'heldUsernames'] as const

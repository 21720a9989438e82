import { specialRoles } from '@latchkey/contracts'
import { AuthError, addSeconds, type Clock } from '@latchkey/contracts/server'
import type { Types } from 'mongoose'
import { type Accounts, type Credentials, countedTo } from './accounts.ts'
import { emailRestSeconds, isDuplicate, moveOn, taking } from './held-keys.ts'
import { projectionOf, readUser, type StoredUser, type UserWith } from './read-user.ts'
import { emailKey, type UserModel } from './user.model.ts'

/** Of the time that an account has to be proved, so much is left when its owner is reminded. */
const remindedWithLeft = 1 / 4

/** As long as a mail is kept that cannot be sent, and a little more. */
const reminderKeptSeconds = 25 * 3600

/** Never proved, and not kept out by an administrator: deleted, such an account could be made anew. */
const unproved = { emailVerifiedAt: null, disabledAt: null }
const ours = { _id: { $type: 'objectId' } } as const
/** Whom an administrator gave a role does not lapse. */
const lapsing = { ...unproved, ...ours, roles: { $nin: [...specialRoles] } }

const fields = ['email'] as const
export type Unproved = UserWith<(typeof fields)[number]>

interface Collaborators {
  users: UserModel
  accounts: Pick<Accounts, 'remove'>
  clock: Clock
  /** How long an account has to be proved, in seconds; 0: for ever. */
  lifetimeSeconds: number
}

export type UnprovedAccounts = ReturnType<typeof createUnprovedAccounts>

/** Accounts whose address nobody has proved. Each change is conditional on that, so that a proof that is quicker wins. */
export function createUnprovedAccounts({ users, accounts, clock, lifetimeSeconds }: Collaborators) {
  const noticeSeconds = lifetimeSeconds * remindedWithLeft
  const ago = (seconds: number) => addSeconds(clock.now(), -seconds)

  return {
    /**
     * Puts another address in place of one that was never proved, for whoever showed the password. False when it is
     * proved by now, the password another one, or `condition` does not hold. Throws `email_taken`.
     */
    async correctEmail(user: Credentials, email: string, condition: object): Promise<boolean> {
      const now = clock.now()
      const key = emailKey(email)
      const corrected = {
        // The mistyped one belongs to somebody else, who may need it.
        ...moveOn('emailKey', key, { now, restSeconds: emailRestSeconds, rests: false }),
        email: { $literal: email },
        // The reminder went astray as well.
        lapseReminderDueAt: null,
        lapseRemindedAt: null,
        updatedAt: now,
      }
      const passwordChanges = countedTo(user.passwordChanges)
      const still = { ...condition, ...unproved, _id: user._id, passwordChanges }
      try {
        const { matchedCount } = await taking({ users, clock }, { emailKey: key }, () =>
          users.updateOne(still, [{ $set: corrected }], { updatePipeline: true }),
        )
        return matchedCount > 0
      } catch (error) {
        if (isDuplicate(error)) throw new AuthError('email_taken', { cause: error })
        throw error
      }
    },

    /**
     * Deletes an account that was never proved, by whoever reads its address. False when it is proved, kept out, or not
     * there.
     */
    disown: (userId: Types.ObjectId, email: string): Promise<boolean> =>
      accounts.remove(userId, { ...unproved, emailKey: emailKey(email) }),

    /**
     * Whoever is to be reminded next, marked as such: of several processes one gets each. Whose reminder could not be sent
     * for as long as a mail is kept is next again.
     */
    async nextToRemind(): Promise<Unproved | null> {
      const next = await users
        .findOneAndUpdate(
          {
            ...lapsing,
            createdAt: { $lte: ago(lifetimeSeconds - noticeSeconds) },
            lapseRemindedAt: null,
            $or: [{ lapseReminderDueAt: null }, { lapseReminderDueAt: { $lte: ago(reminderKeptSeconds) } }],
          },
          { $set: { lapseReminderDueAt: clock.now() } },
          { sort: { createdAt: 1 }, projection: projectionOf(fields) },
        )
        .lean<StoredUser>()
      return readUser(next, fields)
    },

    /**
     * From when on an account counts as reminded in vain that comes from elsewhere now: however old it is, its owner has the
     * whole time to prove the address.
     */
    reminderDueFor: (now: Date): Date =>
      addSeconds(now, lifetimeSeconds - noticeSeconds - reminderKeptSeconds),

    /** The reminder could not be asked for after all. */
    async remindAgain({ _id }: Unproved): Promise<void> {
      await users.updateOne({ _id }, { $set: { lapseReminderDueAt: null } })
    },

    /** A reminder has been sent. From now on the account may lapse. */
    async wasReminded(_id: Types.ObjectId, at: Date): Promise<void> {
      // Unless the address was corrected meanwhile: then it went astray.
      const asked = { ...unproved, _id, lapseReminderDueAt: { $ne: null } }
      await users.updateOne(asked, { $set: { lapseRemindedAt: at } })
    },

    /** Those whose time is over, some at a time. */
    async lapsed(limit: number): Promise<Unproved[]> {
      const found = users.find(over(), projectionOf(fields)).sort({ createdAt: 1 }).limit(limit)
      return (await found.lean<StoredUser[]>()).flatMap((each) => readUser(each, fields) ?? [])
    },

    /** False when it was proved, corrected or deleted in the meantime. */
    removeLapsed: ({ _id }: Unproved): Promise<boolean> => accounts.remove(_id, over()),

    /** When an account lapses of which nobody proves the address. */
    lapsesAt(createdAt: Date, remindedAt: Date): Date {
      const ofAge = addSeconds(createdAt, lifetimeSeconds)
      return later(ofAge, addSeconds(remindedAt, noticeSeconds))
    },
  }

  /** Reminded long enough ago, whenever the account was made: also one from before there was such a rule. */
  function over() {
    return {
      ...lapsing,
      createdAt: { $lte: ago(lifetimeSeconds) },
      lapseRemindedAt: { $lte: ago(noticeSeconds) },
    }
  }
}

const later = (a: Date, b: Date) => new Date(Math.max(a.getTime(), b.getTime()))

import { addSeconds, type Clock, listOf } from '@latchkey/contracts/server'
import { mongo } from 'mongoose'
import { partsOf } from './search-parts.ts'
import type { HeldKey, UserModel } from './user.model.ts'

/** So that nobody signs up under a name that others still know as somebody else's. */
export const usernameRestSeconds = 30 * 86_400
/** As long as the change can be undone. */
export const emailRestSeconds = 7 * 86_400
/**
 * So many rest at a time, those that were given up first: a name is changed seldom, and whoever has taken the account
 * over cannot push out what its owner would need.
 */
const restingLimit = 10

const fields = { usernameKey: 'heldUsernames', emailKey: 'heldEmails' } as const
const parts = { usernameKey: 'usernameParts', emailKey: 'emailParts' } as const
type KeyField = keyof typeof fields

/** What a new account holds. */
export const inUse = (key: string): HeldKey[] => [{ key, until: null }]

interface Move {
  now: Date
  restSeconds: number
  /** An expression: whether what is given up rests at all. */
  rests?: unknown
}

/** For the `$set` of an update that puts another key in the place of the one in use. */
export function moveOn(field: KeyField, newKey: string, { now, restSeconds, rests = true }: Move) {
  const key = { $literal: newKey }
  // The one in use has no date, and null is later than none.
  const cond = { $and: [{ $gt: ['$$each.until', now] }, { $ne: ['$$each.key', key] }] }
  const resting = { $filter: { input: listOf(fields[field]), as: 'each', cond } }
  const givenUp = {
    $cond: [
      // An account may have none so far.
      { $and: [{ $gt: [`$${field}`, null] }, { $ne: [`$${field}`, key] }, rests] },
      [{ key: `$${field}`, until: addSeconds(now, restSeconds) }],
      [],
    ],
  }
  return {
    [field]: key,
    [parts[field]]: { $literal: partsOf(newKey) },
    [fields[field]]: {
      $concatArrays: [
        { $slice: [{ $concatArrays: [resting, givenUp] }, restingLimit] },
        [{ key, until: null }],
      ],
    },
  }
}

/** For the `$set` of an update that puts a resting key back: what was given up after it rests no longer. */
export function moveBack(field: KeyField, restingKey: string) {
  const key = { $literal: restingKey }
  const keys = `$${fields[field]}.key`
  const cond = { $lt: [{ $indexOfArray: [keys, '$$each.key'] }, { $indexOfArray: [keys, key] }] }
  const earlier = { $filter: { input: `$${fields[field]}`, as: 'each', cond } }
  return {
    [field]: key,
    [parts[field]]: { $literal: partsOf(restingKey) },
    [fields[field]]: { $concatArrays: [earlier, [{ key, until: null }]] },
  }
}

/** The condition that a key rests with an account. */
export const restsWith = (field: KeyField, key: string, now: Date) => ({
  [fields[field]]: { $elemMatch: { key, until: { $gt: now } } },
})

/** Accounts that hold a key, in use or resting. */
export const holding = (field: KeyField, key: string, now: Date) => ({
  $or: [{ [field]: key }, restsWith(field, key, now)],
})

/**
 * Runs a write that takes a name or an address. If the unique index refuses it because of a reservation that has expired,
 * removes that and tries again.
 */
export async function taking<T>(
  { users, clock }: { users: UserModel; clock: Clock },
  wanted: Partial<Record<KeyField, string>>,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (!isDuplicate(error) || !(await letGo())) throw error
    return await write()
  }

  async function letGo(): Promise<boolean> {
    const until = { $lte: clock.now() }
    const freed = await Promise.all(
      Object.entries(wanted).map(([field, key]) => {
        const held = fields[field as KeyField]
        return users.updateMany(
          { [`${held}.key`]: key, [held]: { $elemMatch: { key, until } } },
          { $pull: { [held]: { key, until } } },
        )
      }),
    )
    return freed.some(({ modifiedCount }) => modifiedCount > 0)
  }
}

export const isDuplicate = (error: unknown): error is mongo.MongoServerError =>
  error instanceof mongo.MongoServerError && error.code === 11000

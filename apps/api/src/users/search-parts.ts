import { setTimeout as delay } from 'node:timers/promises'
import { textIn } from '@latchkey/contracts/server'
import { sessionsIn } from '@latchkey/sessions'
import type { Types } from 'mongoose'
import { toTheHour } from './last-seen.ts'
import { projectionOf, readUser, type StoredUser } from './read-user.ts'
import type { UserModel } from './user.model.ts'

/** So much of a text is looked up in the index; whether the rest is right is seen in the document. */
const partLength = 10

/**
 * What a name or an address is found by, also from the middle of it: what stands at each of its characters. Whatever
 * holds a text has a part that begins with it, and an index finds beginnings.
 */
export function partsOf(key: string): string[] {
  const characters = [...key]
  return [...new Set(characters.map((_, at) => characters.slice(at, at + partLength).join('')))]
}

/** Accounts whose name or address may hold a text. Those that have no parts yet are found by their beginning. */
export function mayHold(text: string) {
  const part = beginsWith([...text].slice(0, partLength).join(''))
  const whole = beginsWith(text)
  return { $or: [{ usernameKey: whole }, { emailKey: whole }, { usernameParts: part }, { emailParts: part }] }
}

const beginsWith = (text: string) => ({ $regex: `^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}` })

const atATime = 200
/** After each of these, so that a million imported accounts keep nobody else waiting. */
const pauseMs = 20
const seen = ['knownDevices'] as const
const needed = { ...projectionOf(seen), usernameKey: 1, emailKey: 1, refreshTokens: 1 }

/**
 * Gives parts to accounts that have none, and notes when they were last seen: those of a large import, those from before
 * there were such fields, and what another system stores. Each on the condition that it is still called that.
 */
export function createSearchParts({ users }: { users: UserModel }) {
  return {
    async complete(stopping?: AbortSignal): Promise<void> {
      while (!stopping?.aborted) {
        const lacking = { $or: [{ usernameParts: null }, { emailParts: null }] }
        const found = await users.find(lacking, needed).limit(atATime).lean<StoredUser[]>()
        if (found.length === 0) return
        await users.collection.bulkWrite(found.map(completing), { ordered: false })
        if (found.length < atATime) return
        await delay(pauseMs, undefined, { signal: stopping }).catch(() => {}) // told to stop
      }
    },
  }
}

function completing(stored: StoredUser) {
  const { usernameKey = null, emailKey = null } = stored
  const $set = {
    usernameParts: partsOf(textIn(usernameKey) ?? ''),
    emailParts: partsOf(textIn(emailKey) ?? ''),
  }
  const lastSeenAt = lastSeen(stored)
  return {
    updateOne: {
      filter: { _id: stored._id as Types.ObjectId, usernameKey, emailKey },
      update: { $set, ...(lastSeenAt && { $max: { lastSeenAt } }) },
    },
  }
}

function lastSeen(stored: StoredUser): Date | null {
  const user = readUser(stored, seen)
  const times = [
    ...sessionsIn(stored.refreshTokens).map(({ rotatedAt }) => rotatedAt.getTime()),
    ...(user?.knownDevices.map(({ lastSeenAt }) => lastSeenAt.getTime()) ?? []),
  ]
  return times.length === 0 ? null : toTheHour(new Date(Math.max(...times)))
}

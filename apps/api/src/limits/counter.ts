import { addSeconds, type Clock, numberOf, oneMore } from '@latchkey/contracts/server'
import { mongo } from 'mongoose'
import { type Bucket, keyOf } from './bucket.ts'
import { type RateLimitModel, readRateLimit } from './rate-limit.model.ts'

/** Two processes that open the same window at once: one of them counts in the other's. */
const maxAttempts = 3

/** What was asked of a bucket, and how it stands. */
export interface Count {
  readonly bucket: Bucket
  readonly refused: boolean
  readonly points: number
  /** When its window ends. */
  readonly until: Date
}

/** Counts in the database, so that a limit holds across processes. What is refused is not counted. */
export function createCounter({ model, clock }: { model: RateLimitModel; clock: Clock }) {
  const { collection } = model

  return {
    /** Takes one if there is room, or whatever there is with `past`: one atomic update either way. */
    async take(bucket: Bucket, { past = false } = {}): Promise<Count> {
      const now = clock.now()
      const room = past ? Number.MAX_SAFE_INTEGER : bucket.limit.points
      const opened = addSeconds(now, bucket.limit.windowSeconds)
      const before = await upsert(bucket, now, opened, room)
      if (!before || before.expire <= now) return { bucket, refused: false, points: 1, until: opened }
      const refused = before.points >= room
      return { bucket, refused, points: before.points + (refused ? 0 : 1), until: before.expire }
    },

    /** Gives back what was taken, unless its window is over, and forgets all that was taken from the others. */
    async undo(counts: readonly Count[], forgotten: readonly Bucket[] = []): Promise<void> {
      const givenBack = counts.map(({ bucket, until }) => ({
        updateOne: {
          filter: { key: keyOf(bucket), expire: until, points: { $gt: 0 } },
          update: { $inc: { points: -1 } },
        },
      }))
      const keys = forgotten.map(keyOf)
      const removed = keys.length > 0 ? [{ deleteMany: { filter: { key: { $in: keys } } } }] : []
      const changes = [...givenBack, ...removed]
      if (changes.length > 0) await collection.bulkWrite(changes, { ordered: false })
    },
  }

  /** The bucket as it was before; null when there was none. */
  async function upsert(bucket: Bucket, now: Date, opened: Date, room: number) {
    const isOpen = { $gt: ['$expire', now] }
    const taken = { $cond: [{ $lt: [numberOf('points'), room] }, oneMore('points'), '$points'] }
    const update = [
      { $set: { points: { $cond: [isOpen, taken, 1] }, expire: { $cond: [isOpen, '$expire', opened] } } },
    ]
    for (let attempt = 1; ; attempt++)
      try {
        const before = await collection.findOneAndUpdate({ key: keyOf(bucket) }, update, {
          upsert: true,
          returnDocument: 'before',
        })
        return before && readRateLimit({ points: before.points, expire: before.expire })
      } catch (error) {
        if (!isDuplicate(error) || attempt === maxAttempts) throw error
      }
  }
}

const isDuplicate = (error: unknown) => error instanceof mongo.MongoServerError && error.code === 11000

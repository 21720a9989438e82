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

/** What is given back. */
export interface Returned {
  readonly counts: readonly Count[]
  /** All that was taken from these. */
  readonly forgotten?: readonly Bucket[]
}

/**
 * How one is taken without learning how a bucket stood. `opening`: no window is open there, so this is the first. `joining`:
 * or one is, with room for more than this one; then `points` is only the least that it can be, and `until` the latest.
 */
export interface Blind {
  readonly bucket: Bucket
  readonly by: 'opening' | 'joining'
}

/** Counts in the database, so that a limit holds across processes. What is refused is not counted. */
export function createCounter({ model, clock }: { model: RateLimitModel; clock: Clock }) {
  const { collection } = model

  return {
    /** Takes one if there is room, or whatever there is with `past`: one atomic update either way. */
    async take(bucket: Bucket, { past = false } = {}): Promise<Count> {
      const now = clock.now()
      const room = past ? Number.MAX_SAFE_INTEGER : bucket.limit.points
      const opened = endOf(bucket, now)
      const before = await upsert(bucket, now, opened, room)
      if (!before || before.expire <= now) return { bucket, refused: false, points: 1, until: opened }
      const refused = before.points >= room
      return { bucket, refused, points: before.points + (refused ? 0 : 1), until: before.expire }
    },

    /**
     * Takes one from each in turn, up to the first that only `take` can tell about, and then gives back, if there was no
     * such. Each is one atomic update; all are one command. Where the database says that one of them failed, what was
     * taken until then comes with the `failure`. Rejects where nobody knows.
     */
    async takeBlindly(
      blind: readonly Blind[],
      returned: Returned = { counts: [] },
    ): Promise<{ counts: Count[]; failure?: unknown }> {
      const now = clock.now()
      const taking = blind.map(({ bucket, by }) => (by === 'opening' ? opening : joining)(bucket, now))
      const { done, ...failed } = await inOrder([...taking, ...givingBack(returned, now)])
      const counts = blind
        .slice(0, done)
        .map(({ bucket }) => ({ bucket, refused: false, points: 1, until: endOf(bucket, now) }))
      return { counts, ...failed }
    },

    /** Gives back what was taken, unless its window is over. */
    async giveBack(returned: Returned): Promise<void> {
      const changes = givingBack(returned, clock.now())
      if (changes.length > 0) await collection.bulkWrite(changes, { ordered: false })
    },
  }

  /** The bucket as it was before; null when there was none. */
  async function upsert(bucket: Bucket, now: Date, opened: Date, room: number) {
    const isOpen = { $gt: ['$expire', now] }
    const taken = { $cond: [{ $lt: [numberOf('points'), room] }, oneMore('points'), '$points'] }
    const update = [
      {
        $set: {
          _id: { $ifNull: ['$_id', keyOf(bucket)] },
          points: { $cond: [isOpen, taken, 1] },
          expire: { $cond: [isOpen, '$expire', opened] },
        },
      },
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

  /** How many were made. The first that meets a bucket to which it does not apply, and so a duplicate, is the last. */
  async function inOrder(changes: Change[]): Promise<{ done: number; failure?: unknown }> {
    try {
      await collection.bulkWrite(changes, { ordered: true })
      return { done: changes.length }
    } catch (error) {
      const [failed] = error instanceof mongo.MongoBulkWriteError ? [error.writeErrors].flat() : []
      if (!failed) throw error
      return { done: failed.index, ...(failed.code !== duplicate && { failure: error }) }
    }
  }
}

type Change = mongo.AnyBulkWriteOperation

const endOf = ({ limit }: Bucket, opened: Date) => addSeconds(opened, limit.windowSeconds)

/**
 * The key is the id as well: somebody may drop the collection with its indexes, and what there is no index for meets no
 * duplicate.
 */
const opening = (bucket: Bucket, now: Date): Change => ({
  updateOne: {
    filter: { key: keyOf(bucket), expire: { $lte: now } },
    update: { $set: { points: 1, expire: endOf(bucket, now) }, $setOnInsert: { _id: keyOf(bucket) } },
    upsert: true,
  },
})

/** Not the last one: whoever takes that learns that the bucket is full. */
const joining = (bucket: Bucket, now: Date): Change => ({
  updateOne: {
    filter: {
      key: keyOf(bucket),
      // No later than a window that opens now, so that none that opens later is taken for this one.
      expire: { $gt: now, $lte: endOf(bucket, now) },
      points: { $lt: bucket.limit.points - 1 },
    },
    update: { $inc: { points: 1 }, $setOnInsert: { _id: keyOf(bucket), expire: endOf(bucket, now) } },
    upsert: true,
  },
})

/** Each by itself: the driver sends no `updateMany` again when an answer was lost. */
const givingBack = ({ counts, forgotten = [] }: Returned, now: Date): Change[] => [
  ...counts.map(({ bucket, until }) => ({
    updateOne: {
      filter: { key: keyOf(bucket), expire: { $lte: until }, points: { $gt: 0 } },
      update: { $inc: { points: -1 } },
    },
  })),
  // Its window ends, and the database removes it like all others.
  ...forgotten.map((bucket) => ({
    updateOne: { filter: { key: keyOf(bucket) }, update: { $set: { points: 0, expire: now } } },
  })),
]

const duplicate = 11000
const isDuplicate = (error: unknown) => error instanceof mongo.MongoServerError && error.code === duplicate

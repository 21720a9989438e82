import { addSeconds, type Clock, oneMore, type Stored } from '@latchkey/contracts/server'
import { isDatabaseOutage } from '@latchkey/sessions'
import { mongo, Types } from 'mongoose'
import {
  readWebhookDelivery,
  type WebhookDelivery,
  type WebhookDeliveryModel,
  type WebhookDeliveryRecord,
} from './webhook-delivery.model.ts'
import { bodyOf, type WebhookEvent } from './webhook-event.ts'

/** How long one attempt may take before another process may try. Longer than the time limit of an attempt. */
const leaseSeconds = 60
/** For so long what a receiver does not take is tried. */
export const triedSeconds = 3 * 86_400
/** What was given up is kept for an operator to look at, and what was delivered so that nobody puts it here again. */
const failedKeptSeconds = 7 * 86_400
/** Longer than a revocation is kept, from which the same event would be made. */
const deliveredKeptSeconds = 86_400
const countMs = 1000
/** So many of a line are set back one by one. */
const singly = 3
const listed = 1000
/** What has been due for so long is sent by nobody: a process that knows its address would have tried it. */
const abandonedSeconds = 600
/** So many of a line move at one go. */
const movedAtOnce = 200
/** So many are lined up again at one go. */
const linedUpAtOnce = 500
const maxBackoffSeconds = 3600
/** By up to so much more each wait is longer, so that not everything comes back at one moment. */
const jitter = 0.2

/** Twice as long each time: 1 s, 2 s, 4 s, … an hour. */
export const backoffSeconds = (attempts: number) =>
  Math.round(Math.min(2 ** (attempts - 1), maxBackoffSeconds) * (1 + Math.random() * jitter) * 1000) / 1000

/** The answer of what nobody can read, and so nobody can send. */
const unreadable = 'unreadable'

const inLine = { queuedAt: 1, sequence: 1 } as const

type StoredDelivery = Stored<WebhookDeliveryRecord>

/** An event on its way into the outbox, for one endpoint. */
interface Upsert {
  event: WebhookEvent
  update: mongo.AnyBulkWriteOperation
}

/** An event that can never be put into the outbox, and why. */
export interface Refused {
  event: WebhookEvent
  error: unknown
}

interface Collaborators {
  model: WebhookDeliveryModel
  clock: Clock
  /** The keys of the endpoints. */
  endpoints: readonly string[]
  /**
   * Told of what the database refuses to change, and so cannot be sent. `retryInSeconds` null: it was given up, by one of all
   * processes, and is gone.
   */
  onUnchangeable: (delivery: WebhookDelivery, error: unknown, retryInSeconds: number | null) => void
}

/**
 * Events on their way, in the database. Those of one user go to an endpoint in their order: the first in line is taken,
 * and the next only when that was delivered or given up. Each change is one conditional update.
 */
export function createWebhookOutbox({ model, clock, endpoints, onUnchangeable }: Collaborators) {
  let sequence = 0
  /** What the database refuses to change, by its id, and so only this process knows how often it was tried. */
  const resting = new Map<string, { tries: number; until: Date }>()
  const stranded = elsewhere(endpoints)

  return {
    /**
     * Puts events here in their order, for every endpoint; those that are here already stay as they are. Returns those that
     * can never be put here, which hold up no other. Throws what may pass: then none is lost that is put here again.
     */
    async add(events: readonly WebhookEvent[]): Promise<Refused[]> {
      const now = clock.now()
      const refused: Refused[] = []
      const upserts: Upsert[] = []
      for (const event of events)
        try {
          for (const endpoint of endpoints)
            upserts.push({ event, update: upsertOf(event, endpoint, now, sequence++) })
        } catch (error) {
          refused.push({ event, error })
        }
      return [...refused, ...(await write(upserts))]
    },

    /** Takes what is due at an endpoint and first in the line of its user. Null: nothing is. */
    async take(endpoint: string): Promise<WebhookDelivery | null> {
      for (let rounds = 0; ; rounds++) {
        const now = clock.now()
        const due = await model
          .findOne({ endpoint, state: 'waiting', dueAt: { $lte: now }, ...awake(now) })
          .sort({ dueAt: 1 })
          .read('primary')
          .lean<StoredDelivery>()
        if (!due) return null
        const found = await readOrSetAside(due)
        const first = found && (await firstInLine(found))
        if (!found || !first) continue
        if (first.dueAt <= now) {
          const taken = await lease(first, { dueAt: { $lte: now } })
          if (taken) {
            await waitFor(taken)
            return taken
          }
          // A long line is passed over at one go. What stands behind is taken by whoever has the first.
        } else if (rounds < singly || !(await waitFor(first))) await waitBehind(first, found)
      }
    },

    /** Takes what is next in the line of the same user. Null: there is nothing, or it is not to be tried yet. */
    async takeNext(after: WebhookDelivery): Promise<WebhookDelivery | null> {
      const first = await firstInLine(after)
      // What was never tried only waited for its turn, whenever it is due.
      const free = { $or: [{ attempts: 0 }, { dueAt: { $lte: clock.now() } }] }
      return first && (await lease(first, free))
    },

    /** Gives back what was taken and not sent: it is due at once, for whichever process looks. */
    release: (delivery: WebhookDelivery): Promise<void> =>
      note(delivery, { attempts: delivery.attempts - 1, dueAt: clock.now() }),

    async delivered(delivery: WebhookDelivery, answer: string): Promise<void> {
      const expiresAt = addSeconds(clock.now(), deliveredKeptSeconds)
      await note(delivery, { state: 'delivered', answer, expiresAt })
    },

    async failed(delivery: WebhookDelivery, answer: string): Promise<void> {
      const expiresAt = addSeconds(clock.now(), failedKeptSeconds)
      await note(delivery, { state: 'failed', answer, expiresAt })
    },

    async postponed(delivery: WebhookDelivery, answer: string, seconds: number): Promise<void> {
      const dueAt = addSeconds(clock.now(), seconds)
      await note(delivery, { answer, dueAt })
      await waitFor({ ...delivery, dueAt })
    },

    /**
     * How many deliveries are due, come later, or were given up lately. The database works on it for a second at most;
     * throws what the driver throws.
     */
    async size(): Promise<{ due: number; later: number; failed: number }> {
      const count = (state: string, dueAt?: object) =>
        model.collection.countDocuments(
          { endpoint: { $in: [...endpoints] }, state, ...(dueAt && { dueAt }) },
          { maxTimeMS: countMs },
        )
      const now = clock.now()
      const [due, later, failed] = await Promise.all([
        count('waiting', { $lte: now }),
        count('waiting', { $gt: now }),
        count('failed'),
      ])
      return { due, later, failed }
    },

    /** How many wait for an address that is none of the endpoints any more. */
    stranded: (): Promise<number> =>
      model.collection.countDocuments(stranded({ state: 'waiting' }), { maxTimeMS: countMs }),

    /**
     * Has what waits for such an address go to an endpoint, in its order, where nobody has sent it for ten minutes. What is
     * here for that one already stays as it is. Resolves with how many there were.
     */
    async moveStranded(endpoint: string): Promise<number> {
      for (let moved = 0; ; ) {
        const now = clock.now()
        const found = await model
          .findOne(stranded({ state: 'waiting', dueAt: { $lte: addSeconds(now, -abandonedSeconds) } }))
          .read('primary')
          .lean<StoredDelivery>()
        if (!found) return moved
        const first = await readOrSetAside(found)
        if (first) moved += await moveLine(first, endpoint)
      }
    },

    /** Those that were given up, or tried and not taken, the oldest first. */
    async troubled(): Promise<WebhookDelivery[]> {
      const trouble = [{ state: 'failed' as const }, { state: 'waiting' as const, answer: { $ne: '' } }]
      const found = model
        .find({ endpoint: { $in: [...endpoints] }, $or: trouble })
        .sort(inLine)
        .limit(listed)
      return (await found.lean<StoredDelivery[]>()).flatMap((each) => readWebhookDelivery(each) ?? [])
    },

    /** Lines deliveries up again that were given up, and has the others tried at once. How many there were. */
    async retry(eventId: string | null): Promise<number> {
      const now = clock.now()
      const which = { endpoint: { $in: [...endpoints] }, ...(eventId !== null && { eventId }) }
      const { modifiedCount: postponed } = await model.updateMany(
        { ...which, state: 'waiting', answer: { $ne: '' }, dueAt: { $gt: addSeconds(now, leaseSeconds) } },
        { $set: { dueAt: now } },
      )
      return postponed + (await lineUpAgain(which, now))
    },
  }

  /** Returns those that are refused for what they are, which is found out one by one. */
  async function write(upserts: readonly Upsert[]): Promise<Refused[]> {
    if (upserts.length === 0) return []
    try {
      // By the driver, which knows a pipeline here.
      await model.collection.bulkWrite(upserts.map(({ update }) => update))
      return []
    } catch (error) {
      if (!isRefusal(error)) throw error
      const [only, ...others] = upserts
      if (only && others.length === 0) return [{ event: only.event, error }]
    }
    const refused: Refused[] = []
    for (const each of upserts) refused.push(...(await write([each])))
    return refused
  }

  /** One after the other, as if each came now: where all of a line did at one moment, nothing would tell their order. */
  async function lineUpAgain(which: { endpoint: object; eventId?: string }, now: Date): Promise<number> {
    const failed = { state: 'failed', answer: { $ne: unreadable } } as const
    const expiresAt = addSeconds(now, triedSeconds + failedKeptSeconds)
    const again = { state: 'waiting', attempts: 0, dueAt: now, createdAt: now, queuedAt: '$$NOW', expiresAt }
    const found = model
      .find({ ...which, ...failed }, { _id: 1 })
      // As an index has them, however many there are.
      .sort({ endpoint: 1, userId: 1, state: 1, ...inLine })
      .read('primary')
      .lean<{ _id: string }[]>()
      .cursor({ batchSize: linedUpAtOnce })
    let count = 0
    let updates: mongo.AnyBulkWriteOperation[] = []
    const write = async () => {
      if (updates.length > 0) count += (await model.collection.bulkWrite(updates)).modifiedCount
      updates = []
    }
    for await (const { _id } of found) {
      const filter: object = { _id, ...failed }
      updates.push({ updateOne: { filter, update: [{ $set: { ...again, sequence: sequence++ } }] } })
      if (updates.length === linedUpAtOnce) await write()
    }
    await write()
    return count
  }

  /** What is left of a user's line behind so many is found, and moved, the next time. */
  async function moveLine({ endpoint: from, userId }: WebhookDelivery, endpoint: string): Promise<number> {
    const line = await model
      .find({ endpoint: from, userId, state: 'waiting' })
      .sort(inLine)
      .limit(movedAtOnce)
      .read('primary')
      .lean<(StoredDelivery & { _id: string })[]>()
    const moves: mongo.AnyBulkWriteOperation[] = []
    const fresh = { endpoint, attempts: 0, dueAt: clock.now(), answer: '' }
    for (const { _id, ...stored } of line) {
      const read = await readOrSetAside({ ...stored, _id })
      if (!read) continue
      const filter: object = { _id: `${read.eventId}.${endpoint}` }
      const update = { $setOnInsert: { ...stored, ...fresh } }
      moves.push(
        { updateOne: { filter, update, upsert: true } },
        { deleteOne: { filter: { _id } as object } },
      )
    }
    if (moves.length > 0) await model.collection.bulkWrite(moves)
    return moves.length / 2
  }

  async function firstInLine({ endpoint, userId }: WebhookDelivery): Promise<WebhookDelivery | null> {
    const first = await model
      .findOne({ endpoint, userId, state: 'waiting' })
      .sort(inLine)
      // Whatever MONGO_URI says: a secondary may not know yet what was delivered.
      .read('primary')
      .lean<StoredDelivery>()
    const delivery = first && (await readOrSetAside(first))
    const rest = delivery && resting.get(delivery._id)
    return rest && rest.until > delivery.dueAt ? { ...delivery, dueAt: rest.until } : delivery
  }

  /** Those behind the first in a line are not looked at before it is due. False: one of them cannot be changed. */
  async function waitFor({ endpoint, userId, dueAt }: WebhookDelivery): Promise<boolean> {
    const behind = {
      endpoint,
      userId,
      state: 'waiting',
      dueAt: { $lt: dueAt },
      ...awake(clock.now()),
    } as const
    try {
      await model.updateMany(behind, { $set: { dueAt } })
      return true
    } catch (error) {
      if (!isNo(error)) throw error
      return false
    }
  }

  /** The same for one that came meanwhile; not for all of them, for the first may be done by now. */
  async function waitBehind({ dueAt }: WebhookDelivery, { _id, attempts }: WebhookDelivery): Promise<void> {
    const behind = { _id, attempts, state: 'waiting', dueAt: { $lt: dueAt } } as const
    try {
      await model.updateOne(behind, { $set: { dueAt } })
    } catch (error) {
      if (!isNo(error)) throw error
      resting.set(_id, { tries: resting.get(_id)?.tries ?? 0, until: dueAt })
    }
  }

  /** One process gets it, and for the length of the lease no other looks at it. */
  async function lease(delivery: WebhookDelivery, free: object): Promise<WebhookDelivery | null> {
    const { _id, attempts } = delivery
    try {
      const taken = await model
        .findOneAndUpdate(
          { _id, attempts, state: 'waiting', ...free },
          [{ $set: { dueAt: addSeconds(clock.now(), leaseSeconds), attempts: oneMore('attempts') } }],
          { updatePipeline: true, returnDocument: 'after' },
        )
        .lean<StoredDelivery>()
      resting.delete(_id)
      return taken && readWebhookDelivery(taken)
    } catch (error) {
      if (!isNo(error)) throw error
      await rest(delivery, error)
      return null
    }
  }

  /** It is tried as often as what a receiver does not take, and holds up no other line meanwhile. */
  async function rest(delivery: WebhookDelivery, error: unknown): Promise<void> {
    const { _id, createdAt } = delivery
    const tries = (resting.get(_id)?.tries ?? 0) + 1
    const seconds = backoffSeconds(tries)
    const until = addSeconds(clock.now(), seconds)
    resting.set(_id, { tries, until })
    if (until <= addSeconds(createdAt, triedSeconds)) return onUnchangeable(delivery, error, seconds)
    // Nor can it be noted that it was given up.
    const { deletedCount } = await model.deleteOne({ _id })
    resting.delete(_id)
    if (deletedCount === 1) onUnchangeable(delivery, error, null)
  }

  /** A query for what does not rest. */
  function awake(now: Date) {
    const ids = [...resting].filter(([, { until }]) => until > now).map(([id]) => id)
    return ids.length > 0 ? { _id: { $nin: ids } } : {}
  }

  /** Unless its time was up and somebody else has taken it. */
  async function note(
    { _id, attempts }: WebhookDelivery,
    noted: Partial<WebhookDeliveryRecord>,
  ): Promise<void> {
    await model.updateOne({ _id, attempts, state: 'waiting' }, { $set: noted })
  }

  /** Null: it cannot be read, so nobody knows what it is, and it must not stand in the way. */
  async function readOrSetAside(stored: StoredDelivery): Promise<WebhookDelivery | null> {
    const delivery = readWebhookDelivery(stored)
    const which = { _id: stored._id } as object
    const expiresAt = addSeconds(clock.now(), failedKeptSeconds)
    const aside = { state: 'failed', answer: unreadable, expiresAt }
    if (!delivery) await model.collection.updateOne(which, { $set: aside })
    return delivery
  }
}

/** A query for what goes to none of these, in stretches of the index that begins with the endpoint. */
function elsewhere(endpoints: readonly string[]) {
  const keys = endpoints.toSorted()
  const stretches = [
    ...keys.map((key, i) => ({ $lt: key, ...(i > 0 && { $gt: keys[i - 1] }) })),
    { $gt: keys.at(-1) ?? '' },
  ]
  return (which: object) => ({ $or: stretches.map((endpoint) => ({ endpoint, ...which })) })
}

/** Whether the database has answered, and said no. */
const isNo = (error: unknown) => error instanceof mongo.MongoServerError && !isDatabaseOutage(error)

/**
 * Whether what was to be written is refused for what it is: by the driver before it is sent, or by the database, which
 * answered for the one document. Not what another process has just put here, which is seen the next time.
 */
function isRefusal(error: unknown): boolean {
  if (error instanceof mongo.BSON.BSONError || error instanceof mongo.MongoInvalidArgumentError) return true
  if (!(error instanceof mongo.MongoBulkWriteError) || isDatabaseOutage(error)) return false
  return [error.writeErrors].flat().some(({ code, errmsg = '' }) => code !== 11_000 || !/ _id_ /.test(errmsg))
}

function upsertOf(
  event: WebhookEvent,
  endpoint: string,
  now: Date,
  sequence: number,
): mongo.AnyBulkWriteOperation {
  const { id, type } = event
  const fresh = {
    eventId: id,
    endpoint,
    userId: new Types.ObjectId(event.userId),
    type,
    body: bodyOf(event),
    sequence,
    createdAt: now,
    state: 'waiting',
    attempts: 0,
    dueAt: now,
    answer: '',
    expiresAt: addSeconds(now, triedSeconds + failedKeptSeconds),
  }
  const stays = { $mergeObjects: [{ $literal: fresh }, { queuedAt: '$$NOW' }, '$$ROOT'] }
  const filter: object = { _id: `${id}.${endpoint}` }
  return { updateOne: { filter, update: [{ $replaceWith: stays }], upsert: true } }
}

import { setTimeout as delay } from 'node:timers/promises'
import { AuthError, type Clock, toNumericDate } from '@latchkey/contracts/server'
import { type mongo, Types } from 'mongoose'
import type { Log } from '../log.ts'
import type { StandardClaims } from '../owner.ts'
import { longestAccessTokenSeconds } from '../settings.ts'
import {
  type Cause,
  type ReadRevocation,
  type RevocationModel,
  type RevocationRecord,
  readCause,
  readRevocation,
} from './revocation.model.ts'

/** Half of the second within which every node must know. */
const pollMs = 500
/** A feed that has heard nothing for longer asks the database for each request. */
const staleMs = 5000
/** Read again on every poll, so that writes that became visible late are not missed. */
const overlapSeconds = 10
/** Everything that is live is read again this often: a database whose clock was set back hides nothing for longer. */
const reloadMs = 60_000

/**
 * How long a record outlives the tokens it forbids, for clocks that lie up to ten minutes off: a token may be issued by a
 * clock that is ahead and verified by one that is behind (20 minutes), and the database fail over to a member whose clock is
 * that much ahead of the one that wrote the record (20 more).
 */
const skewSeconds = 3600
const keptSeconds = longestAccessTokenSeconds + skewSeconds
/** Longer than the database takes to remove it, so that it is not forgotten here and read again. */
const rememberedSeconds = keptSeconds + 600

/** So many are read at once, so that neither memory nor the event loop feels how many there are. */
const readBatch = 500

type Id = RevocationRecord['_id']
type Concern = Pick<StandardClaims, 'sub' | 'sid' | 'epoch'>

/** What was revoked. */
export interface Revoked {
  /** A session's id or, the same as `userId`, a user's. */
  id: string
  userId: string
  /** The lowest epoch whose tokens live; null: none does. */
  epoch: number | null
  /** Why the session, or each of that user, has ended. Null: they go on, with a new token. */
  reason: string | null
}

/**
 * Called with each revocation that this process learns of: with its own as soon as they are written, with those of others
 * within a second, and after its start with all that are live. Nobody waits for it, and what it throws is logged and no more.
 */
export type OnRevoked = (revoked: readonly Revoked[]) => void

interface Collaborators {
  model: RevocationModel
  clock: Clock
  log: Log
  onRevoked?: OnRevoked | undefined
}

/** Sessions or users, and what was revoked of all of them. */
interface Written extends Cause {
  ids: Id[]
  epoch: number | null
}

export type Revocations = ReturnType<typeof createRevocations>

/**
 * Access tokens that died early. Every process keeps the live revocations in a map and follows the collection, so that
 * checking a token is a look-up and no database read. Which token is older is decided by numbers; no time is compared.
 */
export function createRevocations({ model, clock, log, onRevoked }: Collaborators) {
  /** Sessions and users all of whose tokens are dead, and when that can be forgotten, in seconds: a number each, for there may be many. */
  const ended = new Map<string, number>()
  /** Users and sessions whose tokens below an epoch are dead, and below which of those sessions have ended; -1: none. */
  const raised = new Map<string, { epoch: number; endedBelow: number; forgetAt: number }>()
  const stopping = new AbortController()
  const unwritten: Written[] = []
  /** By the monotonic clock; how old the map may be is no matter of the time of day. */
  let readAt = Number.NEGATIVE_INFINITY
  let reloadedAt = Number.NEGATIVE_INFINITY
  let newest: number | undefined
  let following: Promise<void> | undefined
  let loadedFirst = () => {}
  const firstLoad = new Promise<void>((done) => {
    loadedFirst = done
  })

  return {
    /** Every access token of these sessions dies, here at once and elsewhere within a second. */
    revokeSessions: (ids: Id[], cause: Cause) => write([{ ids, epoch: null, ...cause }]),

    /** The same for sessions of several users at one go. */
    revokeSessionsOf: (users: readonly (Cause & { ids: Id[] })[]) =>
      write(users.map((each) => ({ ...each, epoch: null }))),

    /**
     * The same for sessions, or a user, that are gone already: never throws, and what could not be written is written
     * later.
     */
    async revokeEnded(ids: Id[], cause: Cause): Promise<void> {
      await writeNowOrLater({ ids, epoch: null, ...cause }).catch((error) => {
        log.warn({ err: error }, 'revocations could not be written yet; trying again')
      })
    },

    /**
     * What these users or sessions were issued below an epoch dies, which their user's document has reached; what goes on
     * gets a token of that epoch with its next refresh. Dead here at once, whatever becomes of the database: when it
     * throws, that is written later, unless the process ends before.
     */
    revokeBelow: (ids: Id[], epoch: number, cause: Cause) => writeNowOrLater({ ids, epoch, ...cause }),

    /** The same for several users at one go, without writing it later. */
    revokeUsersBelow: (users: readonly Id[], epoch: number) =>
      write(users.map((userId) => ({ ids: [userId], epoch, userId }))),

    /**
     * Whether a token is revoked; a promise only when the feed is stale.
     * Rejects with AuthError `database_unavailable` when then nobody can be asked either.
     */
    isRevoked(claims: Concern): boolean | Promise<boolean> {
      const { sub, sid, epoch } = claims
      if (ended.has(sid) || ended.has(sub) || epoch < Math.max(leastOf(sid), leastOf(sub))) return true
      return performance.now() - readAt > staleMs ? ask(claims) : false
    },

    /** Whether this process knows that a session was ended, be it that it is still stored. */
    hasEnded: (sessionId: string) => ended.has(sessionId),

    /** Resolves once everything that is live is loaded, however often that takes; follows the collection from then on. */
    async follow(): Promise<void> {
      following ??= poll()
      await Promise.race([following, firstLoad])
    },

    catchUp,

    /** Whether everything that was live at the start has been loaded. */
    get loaded() {
      return reloadedAt !== Number.NEGATIVE_INFINITY
    },

    /** How old what this process knows of revocations is, in seconds; Infinity until it has read them once. */
    get lagSeconds() {
      return (performance.now() - readAt) / 1000
    },

    /** How many users and sessions are remembered. */
    get size() {
      return ended.size + raised.size
    },

    async stop(): Promise<void> {
      stopping.abort()
      await following
    },
  }

  async function writeNowOrLater(written: Written): Promise<void> {
    for (const id of written.ids) remember(id.toHexString(), written.epoch, endOf(written))
    try {
      await write([written])
    } catch (error) {
      unwritten.push(written)
      throw error
    }
  }

  async function write(all: readonly Written[]): Promise<void> {
    const updates = all.flatMap((each) => {
      const update = raiseTo(each)
      return each.ids.map((_id) => ({ updateOne: { filter: { _id }, update, upsert: true } }))
    })
    if (updates.length === 0) return
    // By the driver, which knows a pipeline here.
    await model.collection.bulkWrite(updates, { ordered: false })
    for (const each of all) for (const id of each.ids) remember(id.toHexString(), each.epoch, endOf(each))
    tell(
      all.flatMap(({ ids, epoch, userId, reason }) =>
        ids.map((id) => revoked(id.toHexString(), userId, epoch, reason ?? null)),
      ),
    )
  }

  /** What somebody makes of it must not keep this process from writing and reading the next. */
  function tell(news: readonly Revoked[]): void {
    try {
      if (news.length > 0) onRevoked?.(news)
    } catch (error) {
      log.error({ err: error, revoked: news.length }, 'somebody could not be told of revocations')
    }
  }

  /** Whether a record says more than is known here. */
  function isNews({ id, epoch, endedBelow }: ReadRevocation): boolean {
    return !ended.has(id) && (isAbove(epoch, leastOf(id)) || endedBelow > endedBelowOf(id))
  }

  /**
   * What a record says that is not known here: that sessions have ended, and that more is dead for another reason. Each is
   * told by itself, or one would hide the other from whoever reads both at once. Nothing where nobody kept whose it is.
   */
  function newsIn({ id, epoch }: ReadRevocation, raw: Buffer): Revoked[] {
    const cause = readCause(raw)
    if (!cause) return []
    const { userId, ended: end } = cause
    const news: Revoked[] = []
    if (end && isAbove(end.below, endedBelowOf(id))) news.push(revoked(id, userId, end.below, end.reason))
    const isEnd = end && (end.below === null || !isAbove(epoch, end.below))
    if (!isEnd && isAbove(epoch, leastOf(id))) news.push(revoked(id, userId, epoch, null))
    return news
  }

  /**
   * What is known is not made anew, for it is read again and again; and never taken back, for what is read may be older
   * than what this process has written meanwhile.
   */
  function remember(
    id: string,
    epoch: number | null,
    endedBelow: number,
    now = toNumericDate(clock.now()),
  ): void {
    const forgetAt = now + rememberedSeconds
    if (epoch === null) {
      if ((ended.get(id) ?? 0) < now) ended.set(id, forgetAt)
      return
    }
    const known = raised.get(id)
    const isKnown = known && known.epoch >= epoch && known.endedBelow >= endedBelow
    if (isKnown && known.forgetAt >= now) return
    raised.set(id, {
      epoch: Math.max(epoch, known?.epoch ?? 0),
      endedBelow: Math.max(endedBelow, known?.endedBelow ?? -1),
      forgetAt,
    })
  }

  /** The lowest epoch whose tokens live; -1: all do. */
  function leastOf(id: string): number {
    return raised.get(id)?.epoch ?? -1
  }

  /** The epoch below which it is known that sessions have ended; -1: of none. */
  function endedBelowOf(id: string): number {
    return raised.get(id)?.endedBelow ?? -1
  }

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await catchUp(performance.now() - reloadedAt > reloadMs)
      } catch (error) {
        log.debug({ err: error }, 'the revocations could not be read; trying again')
      }
      await delay(pollMs, undefined, { signal: stopping.signal }).catch(() => {}) // told to stop
    }
  }

  /** Writes what could not be written, and reads what is new, or everything. */
  async function catchUp(everything = false): Promise<void> {
    await writeUnwritten()
    if (everything) await reload()
    else await read(newest ? { at: { $gt: new Date(newest - overlapSeconds * 1000) } } : {})
  }

  async function writeUnwritten(): Promise<void> {
    await Promise.allSettled(unwritten.splice(0).map(writeNowOrLater))
  }

  async function reload(): Promise<void> {
    const startedAt = performance.now()
    await read({})
    reloadedAt = startedAt
    loadedFirst()
    // What is still stored has just been remembered anew.
    const now = toNumericDate(clock.now())
    for (const [id, forgetAt] of ended) if (forgetAt < now) ended.delete(id)
    for (const [id, { forgetAt }] of raised) if (forgetAt < now) raised.delete(id)
  }

  async function read(filter: object): Promise<void> {
    // What is written while the answer is on its way may be missing from it, so the map is as old as the question.
    const startedAt = performance.now()
    const now = toNumericDate(clock.now())
    const records = model.collection.find<Buffer>(filter, { batchSize: readBatch, raw: true })
    // By the batch, at one go: handed out one by one they would live long enough to pile up in memory.
    while (await records.hasNext()) {
      const news: Revoked[] = []
      for (const raw of records.readBufferedDocuments()) {
        const revocation = readRevocation(raw)
        if (!revocation) continue
        const { id, epoch, endedBelow, at } = revocation
        if (onRevoked && isNews(revocation)) news.push(...newsIn(revocation, raw))
        remember(id, epoch, endedBelow, now)
        if (!newest || at > newest) newest = at
      }
      tell(news)
    }
    readAt = startedAt
  }

  async function ask({ sub, sid, epoch }: Concern): Promise<boolean> {
    try {
      const ids = [new Types.ObjectId(sid), new Types.ObjectId(sub)]
      const records = await model.collection.find<Buffer>({ _id: { $in: ids } }, { raw: true }).toArray()
      return records.map(readRevocation).some((found) => found && (found.epoch ?? Infinity) > epoch)
    } catch (cause) {
      throw new AuthError('database_unavailable', { cause })
    }
  }
}

const revoked = (id: string, userId: Id, epoch: number | null, reason: string | null): Revoked => ({
  id,
  userId: userId.toHexString(),
  epoch,
  reason,
})

/** Null is above all of them. */
const isAbove = (epoch: number | null, other: number): boolean => epoch === null || epoch > other

/** Below which epoch sessions end with what is written. */
const endOf = ({ epoch, reason }: Written): number => (reason === undefined ? -1 : (epoch ?? -1))

/** Times are the database's, whichever process writes: its index removes the record, and its clock orders the feed. */
function raiseTo({ epoch, userId, reason }: Omit<Written, 'ids'>): mongo.Document[] {
  // Written late, a lower epoch changes nothing; nor does any where all is dead: in a record that is there, and has
  // neither an epoch nor the `before` of a time when there was none.
  const isThere = { $gt: [{ $ifNull: ['$at', '$expiresAt'] }, null] }
  const dead = { $and: [isThere, { $lte: [{ $ifNull: ['$epoch', '$before'] }, null] }] }
  const raised = { $cond: [dead, null, { $max: ['$epoch', epoch] }] }
  // The reason goes with what counts: the first of those by which all is dead, or that of the highest epoch.
  const counts = epoch === null ? { $not: [dead] } : { $and: [{ $not: [dead] }, { $gt: [epoch, '$epoch'] }] }
  const why = { $cond: [counts, { $literal: reason ?? null }, { $ifNull: ['$reason', null] }] }
  const expiresAt = { $max: ['$expiresAt', { $add: ['$$NOW', keptSeconds * 1000] }] }
  const fields = { epoch: epoch === null ? null : raised, at: '$$NOW', expiresAt, userId, reason: why }
  return [{ $set: { ...fields, ...(epoch !== null && endUnder(epoch, reason)) } }]
}

/**
 * An end that a mere change has overtaken, or soon may. Kept beside what counts, for whoever has not read it by then. Where
 * all is dead nothing overtakes it. A version before this wrote no more than the reason of what counts.
 */
function endUnder(epoch: number, reason: string | undefined) {
  const said = { $gt: ['$reason', null] }
  const before = { $max: ['$endedBelow', { $cond: [said, '$epoch', null] }] }
  const whyBefore = { $ifNull: [{ $cond: [said, '$reason', '$endReason'] }, null] }
  if (reason === undefined) return { endedBelow: before, endReason: whyBefore }
  const why = { $cond: [{ $gt: [epoch, before] }, { $literal: reason }, whyBefore] }
  return { endedBelow: { $max: [before, epoch] }, endReason: why }
}

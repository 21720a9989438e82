import { setTimeout as delay } from 'node:timers/promises'
import { AuthError, addSeconds, type Clock, toNumericDate } from '@latchkey/contracts/server'
import type { Log } from '../log.ts'
import type { StandardClaims } from '../owner.ts'
import { type RevocationModel, type RevocationRecord, readRevocation } from './revocation.model.ts'

/** Half of the second within which every node must know. */
const pollMs = 500
/** A feed that has heard nothing for longer asks the database for each request. */
const staleMs = 5000
/** Read again on every poll, so that writes that became visible late are not missed. */
const overlapSeconds = 10
/** Everything that is live is read again this often: a database whose clock was set back hides nothing for longer. */
const reloadMs = 60_000
/** How far the clocks of two nodes may lie apart. */
const skewSeconds = 60

/** So many are read at once, so that neither memory nor the event loop feels how many there are. */
const readBatch = 500

type Concern = Pick<StandardClaims, 'sub' | 'sid' | 'iat'>

interface Collaborators {
  model: RevocationModel
  clock: Clock
  log: Log
  accessTokenTtlSeconds: number
}

export type Revocations = ReturnType<typeof createRevocations>

/**
 * Access tokens that died early. Every process keeps the live ones in a map and follows the collection, so that
 * checking a token is a look-up and no database read.
 */
export function createRevocations({ model, clock, log, accessTokenTtlSeconds }: Collaborators) {
  /** Sessions all of whose tokens are dead, and when that can be forgotten, in seconds: a number each, for there may be many. */
  const ended = new Map<string, number>()
  /** Users and sessions whose tokens issued before a second are dead. */
  const cut = new Map<string, { beforeSeconds: number; expiresAtSeconds: number }>()
  const stopping = new AbortController()
  const unwritten: RevocationRecord['_id'][] = []
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
    revokeSessions,

    /** The same for sessions that are gone already: never throws, and what could not be written is written later. */
    async revokeEnded(sessionIds: RevocationRecord['_id'][]): Promise<void> {
      const expiresAt = forgettableAt()
      for (const _id of sessionIds) remember(_id.toHexString(), null, expiresAt.getTime())
      try {
        await revokeSessions(sessionIds)
      } catch (error) {
        log.warn({ err: error }, 'revocations could not be written yet; trying again')
        unwritten.push(...sessionIds)
      }
    },

    /**
     * What these sessions were issued so far dies; the sessions go on. For sessions that are about to end: should that
     * come to nothing, their clients refresh and notice nothing.
     */
    revokeIssued: (sessionIds: RevocationRecord['_id'][]) => write(sessionIds, nextSecond()),

    /** Every access token that a user was issued so far dies; their sessions go on. */
    async revokeUser(_id: RevocationRecord['_id']): Promise<void> {
      // Always a later second than the revocation before this one left: what was issued in between, even within the same
      // second, dies too.
      const before = { $max: [nextSecond(), { $add: [{ $ifNull: ['$before', new Date(0)] }, 1000] }] }
      const record = await model
        .findOneAndUpdate({ _id }, [{ $set: { before, expiresAt: forgettableAt(), at: '$$NOW' } }], {
          updatePipeline: true,
          upsert: true,
          returnDocument: 'after',
        })
        .lean<RevocationRecord>()
      if (record?.before) remember(_id.toHexString(), record.before.getTime(), record.expiresAt.getTime())
    },

    /**
     * Whether a token is revoked; a promise only when the feed is stale.
     * Rejects with AuthError `database_unavailable` when then nobody can be asked either.
     */
    isRevoked(claims: Concern): boolean | Promise<boolean> {
      if (performance.now() - readAt > staleMs) return ask(claims)
      return ended.has(claims.sid) || claims.iat < Math.max(cutOf(claims.sid), cutOf(claims.sub))
    },

    /**
     * The `iat` (seconds) of a token that says what is about to be read of its user, in a session that is there already. To be asked before reading: what
     * is revoked after that is newer than what was read.
     */
    issuedAt(userId: string, sessionId?: string): number {
      return Math.max(toNumericDate(clock.now()), cutOf(userId), cutOf(sessionId ?? ''))
    },

    /** Resolves once everything that is live is loaded, however often that takes; follows the collection from then on. */
    async follow(): Promise<void> {
      following ??= poll()
      await Promise.race([following, firstLoad])
    },

    /** Whether everything that was live at the start has been loaded. */
    get loaded() {
      return reloadedAt !== Number.NEGATIVE_INFINITY
    },

    async stop(): Promise<void> {
      stopping.abort()
      await following
    },
  }

  function revokeSessions(sessionIds: RevocationRecord['_id'][]): Promise<void> {
    return write(sessionIds, null)
  }

  async function write(sessionIds: RevocationRecord['_id'][], before: Date | null): Promise<void> {
    if (sessionIds.length === 0) return
    const expiresAt = forgettableAt()
    await model.bulkWrite(
      sessionIds.map((_id) => ({
        updateOne: {
          filter: { _id },
          // The database's clock orders them, whichever process writes.
          update: { $set: { before, expiresAt }, $currentDate: { at: true } },
          upsert: true,
        },
      })),
      { ordered: false },
    )
    for (const _id of sessionIds) remember(_id.toHexString(), before?.getTime() ?? null, expiresAt.getTime())
  }

  /** `iat` counts whole seconds, so the first whose tokens live is the next one. */
  function nextSecond(): Date {
    return new Date((toNumericDate(clock.now()) + 1) * 1000)
  }

  /** When a token issued now has expired on every node. */
  function forgettableAt(): Date {
    return addSeconds(clock.now(), accessTokenTtlSeconds + skewSeconds)
  }

  /**
   * Times in milliseconds. What is known is not made anew, for it is read again and again; and never taken back, for
   * what is read may be older than what this process has written meanwhile.
   */
  function remember(id: string, before: number | null, expiresAt: number): void {
    const expiresAtSeconds = Math.floor(expiresAt / 1000)
    if (before === null) {
      ended.set(id, expiresAtSeconds)
      return
    }
    const beforeSeconds = before / 1000
    const known = cut.get(id)
    if (known && known.beforeSeconds >= beforeSeconds && known.expiresAtSeconds >= expiresAtSeconds) return
    cut.set(id, {
      beforeSeconds: Math.max(beforeSeconds, known?.beforeSeconds ?? 0),
      expiresAtSeconds: Math.max(expiresAtSeconds, known?.expiresAtSeconds ?? 0),
    })
  }

  /** The second (`iat`) whose tokens are the first that live. */
  function cutOf(id: string): number {
    return cut.get(id)?.beforeSeconds ?? 0
  }

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await writeUnwritten()
        if (performance.now() - reloadedAt > reloadMs) await reload()
        else await read(newest ? { at: { $gt: new Date(newest - overlapSeconds * 1000) } } : {})
      } catch (error) {
        log.debug({ err: error }, 'the revocations could not be read; trying again')
      }
      await delay(pollMs, undefined, { signal: stopping.signal }).catch(() => {}) // told to stop
    }
  }

  async function writeUnwritten(): Promise<void> {
    const sessionIds = unwritten.splice(0)
    try {
      await revokeSessions(sessionIds)
    } catch (error) {
      unwritten.push(...sessionIds)
      throw error
    }
  }

  async function reload(): Promise<void> {
    const startedAt = performance.now()
    await read({ expiresAt: { $gt: clock.now() } })
    reloadedAt = startedAt
    loadedFirst()
    const now = toNumericDate(clock.now())
    for (const [id, expiresAtSeconds] of ended) if (expiresAtSeconds < now) ended.delete(id)
    for (const [id, { expiresAtSeconds }] of cut) if (expiresAtSeconds < now) cut.delete(id)
  }

  async function read(filter: object): Promise<void> {
    // What is written while the answer is on its way may be missing from it, so the map is as old as the question.
    const startedAt = performance.now()
    const records = model.collection.find<Buffer>(filter, { batchSize: readBatch, raw: true })
    // By the batch, at one go: handed out one by one they would live long enough to pile up in memory.
    while (await records.hasNext())
      for (const raw of records.readBufferedDocuments()) {
        const { id, before, at, expiresAt } = readRevocation(raw)
        remember(id, before, expiresAt)
        if (!newest || at > newest) newest = at
      }
    readAt = startedAt
  }

  async function ask(claims: Concern): Promise<boolean> {
    try {
      const records = await model.find({ _id: { $in: [claims.sid, claims.sub] } }).lean<RevocationRecord[]>()
      return records.some(({ before }) => before === null || claims.iat * 1000 < before.getTime())
    } catch (cause) {
      throw new AuthError('database_unavailable', { cause })
    }
  }
}

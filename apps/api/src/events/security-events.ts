import type { ActivityEvent, ActivityKind, AuthenticationMethod } from '@latchkey/contracts'
import { addSeconds, type Clock, complain, dateIn, type Stored } from '@latchkey/contracts/server'
import { type Device, describeDevice, deviceName } from '@latchkey/sessions'
import { mongo, Types } from 'mongoose'
import type { Logger } from 'pino'
import {
  readSecurityEvent,
  type SecurityEventModel,
  type SecurityEventRecord,
} from './security-event.model.ts'

const keptSeconds = 90 * 86_400
const shownLimit = 100
/** How many events of one user are kept: the newest. */
const keptLimit = 1000
/** After this many writes, this process counts a user's events again. */
const slack = 16
/**
 * Events that an attacker can cause again and again, with a stolen session, too. They are recorded once an hour: enough of
 * them would push the others out of what is kept.
 */
const hourlyKinds = new Set<ActivityKind>([
  'copied_session_refused',
  'token_reused',
  'answered_elsewhere',
  'failed_sign_ins',
  'factor_asked',
  'factor_failed',
  'failed_factors',
  'passkey_refused',
  'passkey_counter_back',
  'language_changed',
])

export interface NewEvent {
  kind: ActivityKind
  userId: Types.ObjectId | string
  sessionId: Types.ObjectId | string | null
  device: Device
  /** The session that was ended from another one. */
  ended?: { name: string | null; userAgent: string }
  /** By what somebody signed in. */
  amr?: readonly AuthenticationMethod[] | null | undefined
  /** Whether passkeys went with it. */
  passkeysRemoved?: boolean
}

interface Collaborators {
  model: SecurityEventModel
  clock: Clock
  log: Logger
  /** Called once for each event that was recorded. Mails to the owner start here. */
  onRecorded: (event: NewEvent) => Promise<void>
}

export type SecurityEvents = ReturnType<typeof createSecurityEvents>

/** Records what owners read as recent activity, and operators as structured log lines. */
export function createSecurityEvents({ model, clock, log, onRecorded }: Collaborators) {
  let written = 0

  return {
    /** Never throws: the event has happened, even if it cannot be saved. */
    async record({ kind, device, amr, ended, passkeysRemoved, ...ids }: NewEvent): Promise<void> {
      const userId = new Types.ObjectId(ids.userId)
      const sessionId = ids.sessionId === null ? null : new Types.ObjectId(ids.sessionId)
      const at = clock.now()
      const event: SecurityEventRecord = {
        _id: hourlyKinds.has(kind)
          ? hourlyId(kind, sessionId ?? userId, at)
          : new Types.ObjectId().toHexString(),
        kind,
        userId,
        sessionId,
        at,
        ip: device.ip,
        userAgent: device.userAgent,
        ...(ended && { ended: { name: ended.name, userAgent: ended.userAgent } }),
        ...(amr && { amr: [...amr] }),
        expiresAt: addSeconds(at, keptSeconds),
      }
      try {
        // Not by the model: we made every value here.
        await model.collection.insertOne(event as object)
        written++
        if (written % slack === 0) await forgetOldest(userId)
      } catch (error) {
        if (error instanceof mongo.MongoServerError && error.code === 11000) return // this hour's is there
        log.error({ err: error, securityEvent: kind }, 'a security event could not be recorded')
      }
      const facts = { securityEvent: kind, userId: userId.toHexString(), sessionId: sessionId?.toHexString() }
      log.info({ ...facts, ip: device.ip }, 'security event')
      await onRecorded({ kind, userId, sessionId, device, amr, ...(passkeysRemoved && { passkeysRemoved }) })
    },

    /**
     * The same for many at once, of whom no session in particular is meant and no mail tells. Throws what the database
     * throws, for whoever ends the sessions of everybody goes on later.
     */
    async recordForEach(
      kind: ActivityKind,
      userIds: readonly Types.ObjectId[],
      device: Device,
    ): Promise<void> {
      if (userIds.length === 0) return
      const at = clock.now()
      const { ip, userAgent } = device
      const expiresAt = addSeconds(at, keptSeconds)
      const events: SecurityEventRecord[] = userIds.map((userId) => ({
        _id: new Types.ObjectId().toHexString(),
        ...{ kind, userId, at, ip, userAgent, expiresAt, sessionId: null },
      }))
      // Lean: we made every value here, and there may be a million of them.
      await model.insertMany(events, { ordered: false, lean: true })
      log.info({ securityEvent: kind, accounts: userIds.length, ip }, 'security event of many')
    },

    /** Deletes everything about a user. */
    async remove(userId: Types.ObjectId): Promise<void> {
      await model.deleteMany({ userId })
    },

    /**
     * The events of one user, newest first, page by page as far as they are kept. Throws AuthError
     * `validation_failed` for a cursor that is none.
     */
    async page(userId: string, after?: string): Promise<{ events: ActivityEvent[]; next: string | null }> {
      const found = await model
        .find({ userId, ...(after !== undefined && olderThan(after)) })
        .sort({ at: -1, _id: -1 })
        .limit(shownLimit + 1)
        .lean<StoredEvent[]>()
      const events = found.slice(0, shownLimit).flatMap((event) => view(event) ?? [])
      const last = events.at(-1)
      return { events, next: found.length > shownLimit && last ? `${last.at}~${last.id}` : null }
    },

    /** All events of one user that are kept, newest first, streamed from the database. */
    async *each(userId: string): AsyncGenerator<ActivityEvent> {
      const events = newest(userId, keptLimit).lean<StoredEvent>().cursor({ batchSize: 100 })
      for await (const event of events) {
        const shown = view(event)
        if (shown) yield shown
      }
    },
  }

  function newest(userId: string | Types.ObjectId, limit: number) {
    return model.find({ userId }).sort({ at: -1 }).limit(limit)
  }

  async function forgetOldest(userId: Types.ObjectId): Promise<void> {
    const tooMany = await model
      .findOne({ userId }, { at: 1 })
      .sort({ at: -1 })
      .skip(keptLimit)
      .lean<StoredEvent>()
    // Those that do not say when are the last.
    if (tooMany) await model.deleteMany({ userId, at: { $lte: dateIn(tooMany.at) } })
  }
}

function olderThan(cursor: string) {
  const [, at = '', _id = ''] = /^([^~]+)~(.+)$/.exec(cursor) ?? []
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) complain('after', 'place_unknown')
  return { $or: [{ at: { $lt: time } }, { at: time, _id: { $lt: _id } }] }
}

const hourlyId = (kind: ActivityKind, subject: Types.ObjectId, at: Date) =>
  `${subject.toHexString()}:${kind}:${at.toISOString().slice(0, 13)}`

type StoredEvent = Stored<SecurityEventRecord>

function view(stored: StoredEvent): ActivityEvent | null {
  const event = readSecurityEvent(stored)
  return (
    event && {
      id: event._id,
      kind: event.kind,
      at: event.at.toISOString(),
      sessionId: event.sessionId?.toHexString() ?? null,
      ip: event.ip,
      ...describeDevice(event.userAgent),
      ...(event.ended && { ended: { name: event.ended.name, device: deviceName(event.ended.userAgent) } }),
      ...(event.amr && { amr: event.amr }),
    }
  )
}

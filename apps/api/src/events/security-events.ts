import type { ActivityEvent, ActivityKind } from '@latchkey/contracts'
import { addSeconds, type Clock } from '@latchkey/contracts/server'
import { type Device, deviceName } from '@latchkey/sessions'
import { mongo, Types } from 'mongoose'
import type { Logger } from 'pino'
import type { SecurityEventModel, SecurityEventRecord } from './security-event.model.ts'

const keptSeconds = 90 * 86_400
const shownLimit = 100
/** So many of one user are kept, the newest. */
const keptLimit = 1000
/** This process writes so many before it looks again how many a user has. */
const slack = 16
/** What an attacker can cause over and over, or many times at once, is recorded once an hour. */
const hourlyKinds = new Set<ActivityKind>([
  'copied_session_refused',
  'token_reused',
  'answered_elsewhere',
  'failed_sign_ins',
])

export interface NewEvent {
  kind: ActivityKind
  userId: Types.ObjectId | string
  sessionId: Types.ObjectId | string | null
  device: Device
}

interface Collaborators {
  model: SecurityEventModel
  clock: Clock
  log: Logger
  /** Called once for each event that was recorded: where notices to the owner come from. */
  onRecorded: (event: NewEvent) => Promise<void>
}

export type SecurityEvents = ReturnType<typeof createSecurityEvents>

/** What the owner of an account reads as recent activity and the operator as structured log lines. */
export function createSecurityEvents({ model, clock, log, onRecorded }: Collaborators) {
  let written = 0

  return {
    /** Never throws: what happened has happened, whether or not it can be written down. */
    async record({ kind, device, ...ids }: NewEvent): Promise<void> {
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
        expiresAt: addSeconds(at, keptSeconds),
      }
      try {
        await model.create(event)
        written++
        if (written % slack === 0) await forgetOldest(userId)
      } catch (error) {
        if (error instanceof mongo.MongoServerError && error.code === 11000) return // this hour's is there
        log.error({ err: error, securityEvent: kind }, 'a security event could not be recorded')
      }
      const facts = { securityEvent: kind, userId: userId.toHexString(), sessionId: sessionId?.toHexString() }
      log.info({ ...facts, ip: device.ip }, 'security event')
      await onRecorded({ kind, userId, sessionId, device })
    },

    /** Forgets everything about a user. */
    async remove(userId: Types.ObjectId): Promise<void> {
      await model.deleteMany({ userId })
    },

    /** The latest of one user, newest first. */
    async list(userId: string): Promise<ActivityEvent[]> {
      const events = await newest(userId, shownLimit).lean<SecurityEventRecord[]>()
      return events.map(view)
    },

    /** All that are kept of one user, newest first, as they come from the database. */
    async *each(userId: string): AsyncGenerator<ActivityEvent> {
      for await (const event of newest(userId, keptLimit)
        .lean<SecurityEventRecord>()
        .cursor({ batchSize: 100 }))
        yield view(event)
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
      .lean<SecurityEventRecord>()
    if (tooMany) await model.deleteMany({ userId, at: { $lte: tooMany.at } })
  }
}

const hourlyId = (kind: ActivityKind, subject: Types.ObjectId, at: Date) =>
  `${subject.toHexString()}:${kind}:${at.toISOString().slice(0, 13)}`

const view = ({ _id, kind, at, sessionId, ip, userAgent }: SecurityEventRecord): ActivityEvent => ({
  id: _id,
  kind,
  at: at.toISOString(),
  sessionId: sessionId?.toHexString() ?? null,
  ip,
  device: deviceName(userAgent),
})

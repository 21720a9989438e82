import type { AuthenticationMethod } from '@latchkey/contracts'
import { addSeconds, earlier, listOf, toNumericDate, wholeIn } from '@latchkey/contracts/server'
import { type PipelineStage, Types } from 'mongoose'
import { byPassword, isStrong } from './authentication.ts'
import type { Collaborators, SignedInSession } from './collaborators.ts'
import type { SessionOwner, StoredHolder } from './owner.ts'
import { type Device, type Session, sessionsIn } from './session.schema.ts'

/** How a session is opened. */
export interface SessionBeginning {
  device: Device
  /** Null: the client is unbound. */
  lock?: string | null
  /** Null: the client keeps no cookies, so it cannot be recognised. */
  deviceIdHash?: string | null
  /** How its owner proved who they are. Default: by password. */
  amr?: readonly AuthenticationMethod[]
  /** When they did. Default: now. */
  authenticatedAt?: Date
}

/** Opens sessions. */
export function createIssue<Owner extends SessionOwner>(collaborators: Collaborators<Owner>) {
  const { users, owner, refreshTokens, revocations, clock, settings } = collaborators
  const { limit, maxAgeSeconds } = settings.session

  return {
    /** A new account, at epoch 0, with the session it was stored with. */
    present: (user: Owner, session: Session) => present(user, session, { epoch: 0, at: session.createdAt }),

    /** A session at generation 0, not stored yet. */
    begin({
      device,
      lock = null,
      deviceIdHash = null,
      amr = byPassword,
      authenticatedAt,
    }: SessionBeginning): Session {
      const now = clock.now()
      const absoluteExpiresAt = addSeconds(now, maxAgeSeconds)
      return {
        _id: new Types.ObjectId(),
        generation: 0,
        lock,
        consumed: [],
        createdAt: now,
        rotatedAt: now,
        expiresAt: earlier(addSeconds(now, settings.refreshToken.ttlSeconds), absoluteExpiresAt),
        absoluteExpiresAt,
        userAgent: device.userAgent,
        ip: device.ip,
        deviceIdHash,
        name: null,
        authenticatedAt: authenticatedAt ?? now,
        amr: [...amr],
        ...(isStrong(amr) && { strongAt: now }),
      }
    },

    /**
     * Stores a session with its user. The same update removes expired sessions and, past the limit, the least
     * recently used. Returns null when the user is gone or does not meet `condition`. A condition is, for example,
     * that the password is still the one that was checked: then a sign-in that races a password change opens nothing.
     */
    async issue(
      userId: Types.ObjectId,
      session: Session,
      condition: object = {},
    ): Promise<SignedInSession<Owner> | null> {
      const now = clock.now()
      const before = await users
        .findOneAndUpdate(
          { ...condition, _id: userId },
          withSession(session, owner.used?.(now), { now, limit }),
          {
            updatePipeline: true,
            returnDocument: 'before',
            projection: { ...owner.fields, ...sessionAges, epoch: 1 },
          },
        )
        .lean<StoredHolder>()
      const user = before && owner.read(before)
      if (!user) return null
      const earlierSessions = sessionsIn(before.refreshTokens)
      const tooMany = evicted(earlierSessions, session, now, limit)
      await revocations.revokeEnded(tooMany, { userId, reason: 'session_limit' })
      return present(user, session, { epoch: wholeIn(before.epoch) ?? 0, at: now })
    },
  }

  function present(user: Owner, session: Session, read: { epoch: number; at: Date }): SignedInSession<Owner> {
    const refreshToken = refreshTokens.sign(user._id.toHexString(), session)
    return { user, session, refreshToken, epoch: read.epoch, issuedAt: toNumericDate(read.at) }
  }
}

const sessionAges = {
  'refreshTokens._id': 1,
  'refreshTokens.rotatedAt': 1,
  'refreshTokens.expiresAt': 1,
  'refreshTokens.absoluteExpiresAt': 1,
} as const

/** Adds a session to `refreshTokens`. Removes expired sessions and, past the limit, the least recently used. */
function withSession(
  session: Session,
  used: Record<string, Date> = {},
  { now, limit }: { now: Date; limit: number },
): PipelineStage.Set[] {
  // What `readSession` takes for a session that lasts.
  const lasts = {
    $and: [
      { $eq: [{ $type: '$$each._id' }, 'objectId'] },
      { $gt: ['$$each.expiresAt', now] },
      { $gt: ['$$each.absoluteExpiresAt', now] },
    ],
  }
  const live = { $filter: { input: listOf('refreshTokens'), as: 'each', cond: lasts } }
  // $literal: a User-Agent that starts with a dollar sign is text, not an expression.
  const all = { $concatArrays: [live, [{ $literal: session }]] }
  const byUse = { $sortArray: { input: all, sortBy: { rotatedAt: 1, _id: 1 } } }
  const raised = Object.entries(used).map(([field, at]) => [field, { $max: [`$${field}`, at] }])
  return [{ $set: { refreshTokens: { $slice: [byUse, -limit] }, ...Object.fromEntries(raised) } }]
}

/** The live sessions that `withSession` removed. Counted in the same way, in the document as it was before. */
function evicted(before: Session[], added: Session, now: Date, limit: number): Types.ObjectId[] {
  const all = [...before.filter(({ expiresAt }) => expiresAt > now), added]
  const byUse = all.sort((a, b) => a.rotatedAt.getTime() - b.rotatedAt.getTime() || compareIds(a._id, b._id))
  return byUse.slice(0, Math.max(0, all.length - limit)).map(({ _id }) => _id)
}

const compareIds = (a: Types.ObjectId, b: Types.ObjectId) => (a.toHexString() < b.toHexString() ? -1 : 1)

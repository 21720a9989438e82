import type { ActivityKind } from '@latchkey/contracts'
import { type Model, type mongo, type PipelineStage, Types } from 'mongoose'
import { AuthError } from '../auth-error.ts'
import { addSeconds, type Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { LockProof } from './refresh-lock.ts'
import type { RefreshTokenClaims, RefreshTokens } from './refresh-token.ts'
import { isComplete, judgeRefresh, unbound } from './refresh-verdict.ts'
import type { Revocations } from './revocations.ts'
import type { SecurityEvents } from './security-events.ts'
import { consumedLimit, type Device, type Session } from './session.schema.ts'
import { ownerFields, type SessionHolder, type SessionOwner } from './session-owner.ts'

/** A session with its owner, after issuing or rotating it, and the one refresh token that is current. */
export interface SignedInSession {
  user: SessionOwner
  session: Session
  refreshToken: string
  /** `iat` of the access token that goes with it, in seconds. */
  issuedAt: number
}

type SessionHolders = Pick<Model<SessionHolder>, 'collection' | 'findOne' | 'findOneAndUpdate' | 'updateOne'>

interface Collaborators {
  /** The documents that sessions live in. */
  users: SessionHolders
  refreshTokens: RefreshTokens
  revocations: Revocations
  events: SecurityEvents
  clock: Clock
  config: Pick<Config, 'refreshToken' | 'session'>
}

/** A compare-and-swap that lost is looked at again; more often than this it is not bad luck. */
const maxAttempts = 5

export type Sessions = ReturnType<typeof createSessions>

/** Issues, rotates and revokes sessions: each change is one conditional update of one document. */
export function createSessions({ users, refreshTokens, revocations, events, clock, config }: Collaborators) {
  const { leewaySeconds } = config.refreshToken

  return {
    /** A new account with the session it was stored with. */
    present: (user: SessionOwner, session: Session) =>
      present(user, session, revocations.issuedAt(user._id.toHexString())),

    /** A session at generation 0, not stored yet. `lock` null: the client is unbound. */
    begin(device: Device, lock: string | null): Session {
      const now = clock.now()
      const absoluteExpiresAt = addSeconds(now, config.session.maxAgeSeconds)
      return {
        _id: new Types.ObjectId(),
        generation: 0,
        lock,
        consumed: [],
        createdAt: now,
        rotatedAt: now,
        expiresAt: earlier(addSeconds(now, config.refreshToken.ttlSeconds), absoluteExpiresAt),
        absoluteExpiresAt,
        userAgent: device.userAgent,
        ip: device.ip,
        name: null,
      }
    },

    /**
     * Stores a session with its user. The same update prunes expired sessions and evicts the least recently used past
     * the limit. Returns null when the user is gone or kept out, or the password is no longer the one that was checked, so
     * that a sign-in that raced either opens nothing.
     */
    async issue(
      user: SessionOwner & { passwordHash: string },
      session: Session,
    ): Promise<SignedInSession | null> {
      const now = clock.now()
      const issuedAt = revocations.issuedAt(user._id.toHexString())
      const before = await users
        .findOneAndUpdate(
          { _id: user._id, passwordHash: user.passwordHash, disabledAt: null },
          withSession(session, now, config.session.limit),
          { updatePipeline: true, returnDocument: 'before', projection: withAllSessions },
        )
        .lean<SessionOwner & { refreshTokens: Session[] }>()
      if (!before) return null
      const { refreshTokens: earlierSessions, ...owner } = before
      await revocations.revokeEnded(evicted(earlierSessions, session, now, config.session.limit))
      return present(owner, session, issuedAt)
    },

    /**
     * Moves a session to its next generation, or answers a retry with the current token.
     * Throws AuthError `refresh_token_invalid`, `_expired`, `_revoked`, `_reused`, `_locked` or `refresh_lock_malformed`.
     */
    async rotate(claims: RefreshTokenClaims, proof: LockProof, device: Device): Promise<SignedInSession> {
      // Nearly every refresh ends here, in one atomic update. Only a session in its last days, whose expiry may not
      // slide a full length any more, and whatever is not a plain rotation, needs the look below.
      const lock = isComplete(proof) ? proof : unbound
      const rotated = await swap(claims, lock, addSeconds(clock.now(), config.refreshToken.ttlSeconds))
      if (rotated) return rotated

      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const issuedAt = revocations.issuedAt(claims.userId, claims.sessionId)
        const found = await find(claims)
        const verdict = judgeRefresh({
          claims,
          proof,
          session: found?.session,
          now: clock.now(),
          leewaySeconds,
        })
        if (verdict.kind === 'answer') return signedIn(found, issuedAt)
        if (verdict.kind === 'refused') throw new AuthError(verdict.code)
        if (verdict.kind === 'reused') {
          await revokeWhere(claims.userId, (session) => session._id.equals(claims.sessionId))
          await record('token_reused', claims, device)
          throw new AuthError('refresh_token_reused')
        }
        if (verdict.kind === 'locked') {
          const { generation } = verdict
          // Its own client, with a cookie that came back from long ago, is told which key to show instead. It always
          // shows one; who shows none is nobody's client.
          if (generation === undefined || proof.opens === null)
            await record('copied_session_refused', claims, device)
          throw new AuthError('refresh_token_locked', generation === undefined ? {} : { generation })
        }
        const swapped = await swap(claims, verdict.lock, found?.session.absoluteExpiresAt)
        if (swapped) return swapped
      }
      throw new AuthError('overloaded', { retryAfterSeconds: 1 })
    },

    /** The live sessions of a user, the latest used first. */
    async list(userId: string): Promise<Session[]> {
      const now = clock.now()
      const user = await users
        .findOne({ _id: userId }, { refreshTokens: 1 })
        .lean<Pick<SessionHolder, 'refreshTokens'>>()
      const live = user?.refreshTokens.filter(({ expiresAt }) => expiresAt > now) ?? []
      return live.sort((a, b) => b.rotatedAt.getTime() - a.rotatedAt.getTime())
    },

    /** Null when the user has no such session. */
    async rename(userId: string, sessionId: string, name: string | null): Promise<Session | null> {
      if (!Types.ObjectId.isValid(sessionId)) return null
      const user = await users
        .findOneAndUpdate(
          { _id: userId, 'refreshTokens._id': sessionId },
          { $set: { 'refreshTokens.$.name': name } },
          { returnDocument: 'after', projection: withOneSession(sessionId) },
        )
        .lean<UserWithOneSession>()
      return user && (pick(user)?.session ?? null)
    },

    /** Ends one session and no other, its access tokens included. Returns whether the user had it. */
    async revoke(userId: string, sessionId: string): Promise<boolean> {
      if (!Types.ObjectId.isValid(sessionId)) return false
      return (await revokeWhere(userId, (session) => session._id.equals(sessionId))) > 0
    },

    /** Ends every session of a user but one. Returns how many. */
    revokeOthers: (userId: string, keptSessionId: string | null): Promise<number> =>
      revokeWhere(userId, (session) => session._id.toHexString() !== keptSessionId),
  }

  /**
   * Ends sessions of one user. Their access tokens go first: should the process die in between, the sessions are still
   * there and whoever ended them tries again. Only ids found with this user are ever revoked.
   */
  async function revokeWhere(
    userId: string,
    ends: (session: Pick<Session, '_id'>) => boolean,
  ): Promise<number> {
    const user = await users
      .findOne({ _id: userId }, { 'refreshTokens._id': 1 })
      .lean<{ refreshTokens: Pick<Session, '_id'>[] }>()
    const ids = user?.refreshTokens.filter(ends).map(({ _id }) => _id) ?? []
    if (ids.length === 0) return 0
    await revocations.revokeSessions(ids)
    await users.updateOne({ _id: userId }, { $pull: { refreshTokens: { _id: { $in: ids } } } })
    return ids.length
  }

  /** The compare-and-swap. Of any number of callers with the same generation exactly one gets a session back. */
  async function swap(
    { userId, sessionId, generation }: RefreshTokenClaims,
    { opens, next }: LockProof,
    latestExpiresAt: Date | undefined,
  ): Promise<SignedInSession | null> {
    if (!latestExpiresAt) return null
    const now = clock.now()
    const issuedAt = revocations.issuedAt(userId, sessionId)
    const expiresAt = earlier(addSeconds(now, config.refreshToken.ttlSeconds), latestExpiresAt)
    const update: mongo.Document = {
      $inc: { 'refreshTokens.$.generation': 1 },
      $set: {
        'refreshTokens.$.lock': next,
        'refreshTokens.$.rotatedAt': now,
        'refreshTokens.$.expiresAt': expiresAt,
      },
      $push: {
        'refreshTokens.$.consumed': {
          $each: [{ generation, lock: opens, at: now }],
          $slice: -consumedLimit,
        },
      },
    }
    // By the driver: every value here is of our making, and Mongoose's casting would be a third of what this costs.
    const user = await users.collection.findOneAndUpdate(
      {
        _id: new Types.ObjectId(userId),
        refreshTokens: {
          $elemMatch: {
            _id: new Types.ObjectId(sessionId),
            generation,
            lock: opens,
            expiresAt: { $gt: now },
            absoluteExpiresAt: { $gte: expiresAt },
          },
        },
      },
      update,
      { returnDocument: 'after', projection: withOneSession(sessionId) },
    )
    return user && signedIn(pick(user as unknown as UserWithOneSession), issuedAt)
  }

  async function find({ userId, sessionId }: RefreshTokenClaims) {
    const user = await users
      .findOne({ _id: userId, 'refreshTokens._id': sessionId }, withOneSession(sessionId))
      .lean<UserWithOneSession>()
    return user && pick(user)
  }

  function record(kind: ActivityKind, claims: RefreshTokenClaims, device: Device): Promise<void> {
    return events.record({
      kind,
      userId: new Types.ObjectId(claims.userId),
      sessionId: new Types.ObjectId(claims.sessionId),
      device,
    })
  }

  function signedIn(
    found: { user: SessionOwner; session: Session } | null,
    issuedAt: number,
  ): SignedInSession {
    if (!found) throw new AuthError('refresh_token_revoked')
    return present(found.user, found.session, issuedAt)
  }

  function present(user: SessionOwner, session: Session, issuedAt: number): SignedInSession {
    return { user, session, refreshToken: refreshTokens.sign(user._id.toHexString(), session), issuedAt }
  }
}

type UserWithOneSession = SessionOwner & { refreshTokens: Session[] }

const withOneSession = (sessionId: string) => ({
  ...ownerFields,
  refreshTokens: { $elemMatch: { _id: new Types.ObjectId(sessionId) } },
})

const withAllSessions = {
  ...ownerFields,
  'refreshTokens._id': 1,
  'refreshTokens.rotatedAt': 1,
  'refreshTokens.expiresAt': 1,
} as const

function pick({ refreshTokens: [session], ...user }: UserWithOneSession) {
  return session ? { user, session } : null
}

/** Adds a session to `refreshTokens`, without the expired ones and within the limit: the oldest use goes first. */
function withSession(session: Session, now: Date, limit: number): PipelineStage.Set[] {
  const live = {
    $filter: { input: '$refreshTokens', as: 'each', cond: { $gt: ['$$each.expiresAt', now] } },
  }
  // $literal: a User-Agent that starts with a dollar sign is text, not an expression.
  const all = { $concatArrays: [live, [{ $literal: session }]] }
  const byUse = { $sortArray: { input: all, sortBy: { rotatedAt: 1, _id: 1 } } }
  return [{ $set: { refreshTokens: { $slice: [byUse, -limit] } } }]
}

/** The live sessions that `withSession` pushed out, counted the same way in the document as it was before. */
function evicted(before: Session[], added: Session, now: Date, limit: number): Types.ObjectId[] {
  const all = [...before.filter(({ expiresAt }) => expiresAt > now), added]
  const byUse = all.sort((a, b) => a.rotatedAt.getTime() - b.rotatedAt.getTime() || compareIds(a._id, b._id))
  return byUse.slice(0, Math.max(0, all.length - limit)).map(({ _id }) => _id)
}

const compareIds = (a: Types.ObjectId, b: Types.ObjectId) => (a.toHexString() < b.toHexString() ? -1 : 1)

const earlier = (a: Date, b: Date) => (a < b ? a : b)

import { type Model, type PipelineStage, Types } from 'mongoose'
import { AuthError } from '../auth-error.ts'
import { addSeconds, type Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { LockProof } from './refresh-lock.ts'
import type { RefreshTokenClaims, RefreshTokens } from './refresh-token.ts'
import { consumedLimit, type Session } from './session.schema.ts'
import { ownerFields, type SessionHolder, type SessionOwner } from './session-owner.ts'

/** Where a sign-in comes from, as the request tells it. */
export interface Device {
  userAgent: string
  ip: string
}

/** A session with its owner, after issuing or rotating it, and the one refresh token that is current. */
export interface SignedInSession {
  user: SessionOwner
  session: Session
  refreshToken: string
}

type SessionHolders = Pick<Model<SessionHolder>, 'findOne' | 'findOneAndUpdate' | 'updateOne'>

interface Collaborators {
  /** The documents that sessions live in. */
  users: SessionHolders
  refreshTokens: RefreshTokens
  clock: Clock
  config: Pick<Config, 'refreshToken' | 'session'>
}

/** A compare-and-swap that lost is looked at again; more often than this it is not bad luck. */
const maxAttempts = 5

export type Sessions = ReturnType<typeof createSessions>

/** Issues, rotates and revokes sessions: each change is one conditional update of one document. */
export function createSessions({ users, refreshTokens, clock, config }: Collaborators) {
  return {
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
      }
    },

    /**
     * Stores a session with its user. The same update prunes expired sessions and evicts the least recently used past
     * the limit. Returns null when the user is gone or the password is no longer the one that was checked, so that a
     * sign-in that raced a password change opens nothing.
     */
    async issue(
      user: SessionOwner & { passwordHash: string },
      session: Session,
    ): Promise<SignedInSession | null> {
      const stored = await users
        .findOneAndUpdate(
          { _id: user._id, passwordHash: user.passwordHash },
          withSession(session, clock.now(), config.session.limit),
          { updatePipeline: true, returnDocument: 'after', projection: ownerFields },
        )
        .lean<SessionOwner>()
      return (
        stored && {
          user: stored,
          session,
          refreshToken: refreshTokens.sign(stored._id.toHexString(), session),
        }
      )
    },

    /**
     * Moves a session to its next generation, or answers a retry with the current token.
     * Throws AuthError `refresh_token_invalid`, `_expired`, `_revoked`, `_reused`, `_locked` or `refresh_lock_malformed`.
     */
    async rotate(claims: RefreshTokenClaims, proof: LockProof): Promise<SignedInSession> {
      // Nearly every refresh ends here, in one atomic update. Only a session in its last days, whose expiry may not
      // slide a full length any more, and whatever is not a plain rotation, needs the look below.
      const lock = isComplete(proof) ? proof : unbound
      const rotated = await swap(claims, lock, addSeconds(clock.now(), config.refreshToken.ttlSeconds))
      if (rotated) return rotated

      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const found = await find(claims)
        const verdict = judge(found?.session, claims, proof)
        if (verdict === 'answer') return signedIn(found)
        if (verdict === 'reuse') {
          await revoke(claims.userId, claims.sessionId)
          throw new AuthError('refresh_token_reused')
        }
        const swapped = await swap(claims, verdict, found?.session.absoluteExpiresAt)
        if (swapped) return swapped
      }
      throw new AuthError('overloaded', { retryAfterSeconds: 1 })
    },

    revoke,
  }

  /** Ends one session and no other. Returns whether there was one. */
  async function revoke(userId: string, sessionId: string): Promise<boolean> {
    const { modifiedCount } = await users.updateOne(
      { _id: userId, 'refreshTokens._id': sessionId },
      { $pull: { refreshTokens: { _id: sessionId } } },
    )
    return modifiedCount === 1
  }

  /** The compare-and-swap. Of any number of callers with the same generation exactly one gets a session back. */
  async function swap(
    { userId, sessionId, generation }: RefreshTokenClaims,
    { opens, next }: LockProof,
    latestExpiresAt: Date | undefined,
  ): Promise<SignedInSession | null> {
    if (!latestExpiresAt) return null
    const now = clock.now()
    const expiresAt = earlier(addSeconds(now, config.refreshToken.ttlSeconds), latestExpiresAt)
    const user = await users
      .findOneAndUpdate(
        {
          _id: userId,
          refreshTokens: {
            $elemMatch: {
              _id: sessionId,
              generation,
              lock: opens,
              expiresAt: { $gt: now },
              absoluteExpiresAt: { $gte: expiresAt },
            },
          },
        },
        {
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
        },
        { returnDocument: 'after', projection: withOneSession(sessionId) },
      )
      .lean<UserWithOneSession>()
    return user && signedIn(pick(user))
  }

  async function find({ userId, sessionId }: RefreshTokenClaims) {
    const user = await users
      .findOne({ _id: userId, 'refreshTokens._id': sessionId }, withOneSession(sessionId))
      .lean<UserWithOneSession>()
    return user && pick(user)
  }

  /**
   * What a token deserves that was not simply rotated: an `answer` with the current token, the end of a session whose
   * token was a `reuse`, or another compare-and-swap with the locks returned. Throws every other verdict.
   */
  function judge(
    session: Session | undefined,
    claims: RefreshTokenClaims,
    proof: LockProof,
  ): 'answer' | 'reuse' | LockProof {
    const now = clock.now()
    if (!session) throw new AuthError('refresh_token_revoked')
    if (session.expiresAt <= now) throw new AuthError('refresh_token_expired')
    if (claims.generation > session.generation) throw new AuthError('refresh_token_invalid')

    const consumed = session.consumed.find(({ generation }) => generation === claims.generation)
    if (session.lock === null) {
      if (claims.generation === session.generation) return unbound
      const leewayEndsAt = consumed && addSeconds(consumed.at, config.refreshToken.leewaySeconds)
      return leewayEndsAt && now <= leewayEndsAt ? 'answer' : 'reuse'
    }
    if (claims.generation === session.generation && proof.opens === session.lock) {
      if (!isComplete(proof)) throw new AuthError('refresh_lock_malformed')
      return proof
    }
    // The same client again: a retry, another tab, a response that was lost or came late. It shows the key of the
    // generation it asks with, or, when that is too old to be remembered, of the current one.
    const opened = proof.opens !== null && (proof.opens === consumed?.lock || proof.opens === session.lock)
    if (opened) return 'answer'
    throw new AuthError('refresh_token_locked', consumed ? {} : { generation: session.generation })
  }

  function signedIn(found: { user: SessionOwner; session: Session } | null): SignedInSession {
    if (!found) throw new AuthError('refresh_token_revoked')
    return { ...found, refreshToken: refreshTokens.sign(found.user._id.toHexString(), found.session) }
  }
}

/** An unbound session stays unbound: whoever could bind it later might be the thief. */
const unbound: LockProof = { opens: null, next: null }
const isComplete = ({ opens, next }: LockProof) => opens !== null && next !== null

type UserWithOneSession = SessionOwner & { refreshTokens: Session[] }

const withOneSession = (sessionId: string) => ({
  ...ownerFields,
  refreshTokens: { $elemMatch: { _id: new Types.ObjectId(sessionId) } },
})

function pick({ refreshTokens: [session], ...user }: UserWithOneSession) {
  return session ? { user, session } : null
}

/** Adds a session to `refreshTokens`, without the expired ones and within the limit: the oldest use goes first. */
function withSession(session: Session, now: Date, limit: number): PipelineStage.Set[] {
  const live = { $filter: { input: '$refreshTokens', as: 'each', cond: { $gt: ['$$each.expiresAt', now] } } }
  // $literal: a User-Agent that starts with a dollar sign is text, not an expression.
  const all = { $concatArrays: [live, [{ $literal: session }]] }
  const byUse = { $sortArray: { input: all, sortBy: { rotatedAt: 1 } } }
  return [{ $set: { refreshTokens: { $slice: [byUse, -limit] } } }]
}

const earlier = (a: Date, b: Date) => (a < b ? a : b)

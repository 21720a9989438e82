import { AuthError, addSeconds, earlier, oneMore, toNumericDate, wholeIn } from '@latchkey/contracts/server'
import { type mongo, Types } from 'mongoose'
import type { Collaborators, SignedInSession } from '../collaborators.ts'
import type { SessionOwner, StoredHolder } from '../owner.ts'
import { sameNetwork } from '../same-network.ts'
import { consumedLimit, type Device, type Session, sessionsIn } from '../session.schema.ts'
import type { SessionEvent } from '../session-events.ts'
import type { RefreshTokenClaims } from '../tokens/refresh-token.ts'
import type { LockProof } from './refresh-lock.ts'
import { isComplete, judgeRefresh, unbound } from './refresh-verdict.ts'

/** A compare-and-swap that loses is tried again. Losing more often than this is not bad luck. */
const maxAttempts = 5

/** What was used up is most of a session, and nobody reads it of one that has just rotated: it is left undecoded. */
const rawHistory = { consumed: true }

/** Who shows the token. */
export interface CookieHolder {
  /** Of the `device` cookie beside it; null: none came. */
  deviceIdHash: string | null
  /** Whether it is a browser, and no server or program that has its cookies. */
  isBrowser: boolean
}

interface Needs<Owner extends SessionOwner> extends Collaborators<Owner> {
  revoke: (userId: string, sessionId: string, reason?: string) => Promise<Session | null>
}

/** Refreshes a session: the compare-and-swap, and what happens to a token that was not simply rotated. */
export function createRotate<Owner extends SessionOwner>(needs: Needs<Owner>) {
  const { users, owner, refreshTokens, revocations, onEvent, clock, settings, revoke } = needs
  const { ttlSeconds, leewaySeconds } = settings.refreshToken

  /**
   * Moves a session to its next generation, or answers a retry with the current token.
   * Throws AuthError `refresh_token_invalid`, `_expired`, `_revoked`, `_reused`, `_locked`, `_key_lost` or `_forwarded`,
   * `refresh_lock_malformed`, or `overloaded`.
   */
  return async function rotate(
    claims: RefreshTokenClaims,
    proof: LockProof,
    device: Device,
    { deviceIdHash, isBrowser }: CookieHolder,
  ): Promise<SignedInSession<Owner>> {
    // The end of this session was recorded, but the process stopped before removing it. Finish that now.
    if (revocations.hasEnded(claims.sessionId) && (await revoke(claims.userId, claims.sessionId)))
      throw new AuthError('refresh_token_revoked')

    // Nearly every refresh ends here, in one atomic update. Only a session in its last days, whose expiry may not
    // slide a full length any more, and whatever is not a plain rotation, needs the look below.
    const lock = isComplete(proof) ? proof : unbound
    const rotated = await swap(claims, lock, device, addSeconds(clock.now(), ttlSeconds))
    if (rotated) return rotated

    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const readAt = clock.now()
      const found = await find(claims)
      const verdict = judgeRefresh({
        claims,
        proof,
        session: found?.session,
        sameBrowser: deviceIdHash !== null && found?.session.deviceIdHash === deviceIdHash,
        now: clock.now(),
        leewaySeconds,
      })
      if (verdict.kind === 'answer') {
        // A copy of the whole request gets the same answer as a retry, while its key is remembered. If it came from
        // another network, the owner is told. A token from before a restored backup says nothing: the network that was
        // restored is an old one.
        const isRestored = found && claims.generation > found.session.generation
        if (found && !isRestored && !sameNetwork(found.session.lastIp, device.ip))
          await record('answered_elsewhere', claims, device)
        return signedIn(found, readAt)
      }
      if (verdict.kind === 'refused') throw new AuthError(verdict.code)
      if (verdict.kind === 'keyLost') {
        // No browser forgot anything: a server passes its cookies on. The session is left as it is.
        if (!isBrowser) throw new AuthError('refresh_token_forwarded')
        await markKeyLost(claims)
        throw new AuthError('refresh_token_key_lost')
      }
      if (verdict.kind === 'reused') {
        await revoke(claims.userId, claims.sessionId, 'token_reused')
        await record('token_reused', claims, device)
        throw new AuthError('refresh_token_reused')
      }
      if (verdict.kind === 'locked') {
        const { generation, isCopy } = verdict
        if (isCopy) await record('copied_session_refused', claims, device)
        throw new AuthError('refresh_token_locked', generation === undefined ? {} : { generation })
      }
      if (found?.session.consumed.length === 0) await startHistory(claims)
      const swapped = await swap(claims, verdict.lock, device, found?.session.absoluteExpiresAt)
      if (swapped) return swapped
    }
    throw new AuthError('overloaded', { retryAfterSeconds: 1 })
  }

  /** The compare-and-swap. Of all callers with the same generation, exactly one gets a session back. */
  async function swap(
    { userId, sessionId, generation }: RefreshTokenClaims,
    { opens, next }: LockProof,
    { userAgent, ip }: Device,
    latestExpiresAt: Date | undefined,
  ): Promise<SignedInSession<Owner> | null> {
    if (!latestExpiresAt) return null
    const now = clock.now()
    const expiresAt = earlier(addSeconds(now, ttlSeconds), latestExpiresAt)
    const update: mongo.Document = {
      $inc: { 'refreshTokens.$.generation': 1 },
      $set: {
        'refreshTokens.$.lock': next,
        'refreshTokens.$.rotatedAt': now,
        'refreshTokens.$.expiresAt': expiresAt,
        'refreshTokens.$.lastUserAgent': userAgent,
        'refreshTokens.$.lastIp': ip,
        'refreshTokens.$.keyLostAt': null,
      },
      $push: {
        'refreshTokens.$.consumed': {
          $each: [{ generation, lock: opens, at: now }],
          $slice: -consumedLimit,
        },
      },
      ...(owner.used && { $max: owner.used(now) }),
    }
    // By the driver: we made every value here, and Mongoose's casting would be a third of the cost.
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
            consumed: { $type: 'array' },
          },
        },
      },
      update,
      { returnDocument: 'after', projection: withOneSession(sessionId), fieldsAsRaw: rawHistory },
    )
    return user && signedIn(pick(user), now, true)
  }

  /** Of a session whose history is missing or null: `swap` wants a list to add to. */
  async function startHistory({ userId, sessionId }: RefreshTokenClaims): Promise<void> {
    const lacking = { _id: new Types.ObjectId(sessionId), consumed: { $not: { $type: 'array' } } }
    await users.collection.updateOne(
      { _id: new Types.ObjectId(userId), refreshTokens: { $elemMatch: lacking } },
      { $set: { 'refreshTokens.$.consumed': [] } },
    )
  }

  /**
   * Without its key nobody can continue a session. It is no longer listed, so what it was issued so far dies: nobody
   * must use what its owner cannot see. It ends when its browser signs in again. If it was a copy that also took the
   * `device` cookie, the owner's next refresh removes the mark, and that is all they lose.
   */
  async function markKeyLost({ userId, sessionId }: RefreshTokenClaims): Promise<void> {
    const _id = new Types.ObjectId(sessionId)
    const marked = {
      $cond: [
        { $eq: ['$$each._id', _id] },
        { $mergeObjects: ['$$each', { keyLostAt: clock.now() }] },
        '$$each',
      ],
    }
    const user = await users.collection.findOneAndUpdate(
      { _id: new Types.ObjectId(userId), refreshTokens: { $elemMatch: { _id, keyLostAt: null } } },
      [
        {
          $set: {
            refreshTokens: { $map: { input: '$refreshTokens', as: 'each', in: marked } },
            epoch: oneMore('epoch'),
          },
        },
      ],
      { returnDocument: 'after', projection: { epoch: 1 } },
    )
    const owner = { userId: new Types.ObjectId(userId) }
    if (user) await revocations.revokeBelow([_id], wholeIn(user.epoch) ?? 0, owner)
  }

  async function find({ userId, sessionId }: RefreshTokenClaims) {
    const user = await users
      .findOne({ _id: userId, 'refreshTokens._id': sessionId }, withOneSession(sessionId))
      .lean<StoredHolder>()
    return user && pick(user)
  }

  function record(
    kind: SessionEvent['kind'],
    { userId, sessionId }: RefreshTokenClaims,
    device: Device,
  ): Promise<void> {
    return onEvent({ kind, userId, sessionId, device, deviceIdHash: null })
  }

  function signedIn(found: ReturnType<typeof pick>, readAt: Date, rotated = false): SignedInSession<Owner> {
    if (!found) throw new AuthError('refresh_token_revoked')
    const refreshToken = refreshTokens.sign(found.user._id.toHexString(), found.session)
    return { ...found, refreshToken, issuedAt: toNumericDate(readAt), rotated }
  }

  function withOneSession(sessionId: string) {
    return {
      ...owner.fields,
      epoch: 1,
      refreshTokens: { $elemMatch: { _id: new Types.ObjectId(sessionId) } },
    }
  }

  function pick(stored: StoredHolder): { user: Owner; session: Required<Session>; epoch: number } | null {
    const user = owner.read(stored)
    const [session] = sessionsIn(stored.refreshTokens)
    return user && session ? { user, session, epoch: wholeIn(stored.epoch) ?? 0 } : null
  }
}

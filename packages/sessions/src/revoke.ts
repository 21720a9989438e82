import { oneMore, wholeIn } from '@latchkey/contracts/server'
import { Types } from 'mongoose'
import type { Collaborators } from './collaborators.ts'
import type { SessionOwner, StoredHolder } from './owner.ts'
import { type Session, sessionsIn } from './session.schema.ts'

/** Why a session ended, where nobody says otherwise. */
const byOwner = 'ended_by_owner'
/** Why one ended that somebody ended who administers. */
export const byAdministrator = 'ended_by_administrator'

/** Lists, names and ends sessions. */
export function createRevoke<Owner extends SessionOwner>({
  users,
  revocations,
  clock,
}: Pick<Collaborators<Owner>, 'users' | 'revocations' | 'clock'>) {
  return {
    /**
     * The live sessions of a user, the most recently used first. Sessions whose browser lost its key are left out.
     */
    async list(userId: string): Promise<Required<Session>[]> {
      const now = clock.now()
      const user = await users.findOne({ _id: userId }, { refreshTokens: 1 }).lean<StoredHolder>()
      const live = sessionsIn(user?.refreshTokens).filter((each) => each.expiresAt > now && !each.keyLostAt)
      return live.sort((a, b) => b.rotatedAt.getTime() - a.rotatedAt.getTime())
    },

    /** All that are stored, be they over: they are removed with the next sign-in. */
    async stored(userId: string): Promise<Required<Session>[]> {
      const user = await users.findOne({ _id: userId }, { refreshTokens: 1 }).lean<StoredHolder>()
      return sessionsIn(user?.refreshTokens)
    },

    /** Null when the user has no such session. */
    async rename(userId: string, sessionId: string, name: string | null): Promise<Required<Session> | null> {
      if (!Types.ObjectId.isValid(sessionId)) return null
      const _id = new Types.ObjectId(sessionId)
      const user = await users
        .findOneAndUpdate(
          { _id: userId, 'refreshTokens._id': _id },
          { $set: { 'refreshTokens.$.name': name } },
          { returnDocument: 'after', projection: { refreshTokens: { $elemMatch: { _id } } } },
        )
        .lean<StoredHolder>()
      return sessionsIn(user?.refreshTokens)[0] ?? null
    },

    /**
     * Ends one session and its access tokens. Returns what it was, or null when the user has no such session. `reason` is
     * told to whoever follows revocations.
     */
    async revoke(userId: string, sessionId: string, reason = byOwner): Promise<Required<Session> | null> {
      if (!Types.ObjectId.isValid(sessionId)) return null
      return (await revokeWhere(userId, reason, (_id) => _id.equals(sessionId)))[0] ?? null
    },

    /** Ends every session of a user except one. Returns how many ended. */
    revokeOthers: async (userId: string, keptSessionId: string | null, reason = byOwner): Promise<number> =>
      (await revokeWhere(userId, reason, (_id) => _id.toHexString() !== keptSessionId)).length,

    /**
     * Ends all access tokens of a user, except those of one session; the sessions go on, and their clients refresh.
     * Call it before a change, so that a crash right after that leaves no token that says what was true before. If
     * the change then fails, clients only refresh once more.
     */
    async revokeIssued(userId: Types.ObjectId, keptSessionId: string | null = null): Promise<void> {
      const user = await users.collection.findOneAndUpdate(
        { _id: userId },
        [{ $set: { epoch: oneMore('epoch') } }],
        { returnDocument: 'after', projection: { epoch: 1, 'refreshTokens._id': 1 } },
      )
      if (!user) return
      const { epoch, refreshTokens }: StoredHolder = user
      const others = idsIn(refreshTokens).filter((_id) => !_id.equals(keptSessionId ?? ''))
      const ids = keptSessionId === null ? [userId] : others
      await revocations.revokeBelow(ids, wholeIn(epoch) ?? 0, { userId })
    },
  }

  /**
   * Ends sessions of one user. Their access tokens go first: if the process dies in between, the sessions are still
   * there, and the caller can try again. Only ids that were found with this user are ever revoked.
   */
  async function revokeWhere(userId: string, reason: string, ends: (sessionId: Types.ObjectId) => boolean) {
    const user = await users.findOne({ _id: userId }, { refreshTokens: 1 }).lean<StoredHolder>()
    const ended = sessionsIn(user?.refreshTokens).filter(({ _id }) => ends(_id))
    const ids = ended.map(({ _id }) => _id)
    if (ids.length === 0) return []
    await revocations.revokeSessions(ids, { userId: new Types.ObjectId(userId), reason })
    await users.updateOne({ _id: userId }, { $pull: { refreshTokens: { _id: { $in: ids } } } })
    return ended
  }
}

const idsIn = (refreshTokens: unknown) => sessionsIn(refreshTokens).map(({ _id }) => _id)

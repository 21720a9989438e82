import { listOf } from '@latchkey/contracts/server'
import type { Types } from 'mongoose'
import type { Collaborators } from './collaborators.ts'
import type { SessionOwner, StoredHolder } from './owner.ts'
import { byAdministrator } from './revoke.ts'
import { type Session, sessionsIn } from './session.schema.ts'

/** So many users at a time: what is lost by an interruption is done again, and no request waits for it. */
const batchSize = 500

/** Some users whose sessions have ended. */
export interface EndedBatch {
  users: number
  sessions: number
  /** The last of them: everybody up to there is done. */
  last: Types.ObjectId
}

export interface Everybody {
  /** Where to go on that was interrupted: `last` of the batch before. Null: from the first user on. */
  after: Types.ObjectId | null
  /**
   * Called for each batch when its access tokens are dead and before its sessions are removed, with all who hold some and
   * those of them who were signed in, by the clock here. When it is interrupted there, going on calls it again for them.
   */
  onRevoked: (batch: { holders: Types.ObjectId[]; signedIn: Types.ObjectId[] }) => Promise<void>
}

/** A secondary may not know yet of whoever has just signed in. Stronger than what `MONGO_URI` says. */
const readPreference = 'primary'

const withSessions = { 'refreshTokens.0': { $exists: true } }

/** Ends the sessions of all users. */
export function createRevokeEverybody<Owner extends SessionOwner>({
  users,
  revocations,
  clock,
}: Pick<Collaborators<Owner>, 'users' | 'revocations' | 'clock'>) {
  return {
    /** How many users are signed in after `after`, and in how many sessions. Reads them all. */
    async countEverybody(
      after: Types.ObjectId | null,
      passed: (users: number) => void = () => {},
    ): Promise<{ users: number; sessions: number }> {
      const isLive = { $gt: ['$$each.expiresAt', clock.now()] }
      const live = { $filter: { input: listOf('refreshTokens'), as: 'each', cond: isLive } }
      const counted = users.collection.aggregate<{ live: number }>(
        [
          { $match: { ...withSessions, ...(after && { _id: { $gt: after } }) } },
          { $project: { _id: 0, live: { $size: live } } },
        ],
        { readPreference },
      )
      const all = { users: 0, sessions: 0 }
      for await (const { live } of counted) {
        if (live > 0) passed(++all.users)
        all.sessions += live
      }
      return all
    },

    /**
     * Ends every session of every user, in the order of their ids, a batch at a time. Whoever signs in behind it keeps
     * that session. Access tokens die before their sessions do, here at once and elsewhere within a second of their batch.
     */
    async *revokeEverybody({ after, onRevoked }: Everybody): AsyncGenerator<EndedBatch> {
      for (let last = after; ; ) {
        const found: StoredHolder[] = await users.collection
          .find(
            { ...withSessions, ...(last && { _id: { $gt: last } }) },
            { projection: { refreshTokens: 1 }, sort: { _id: 1 }, limit: batchSize, readPreference },
          )
          .toArray()
        const holders = found.map(({ _id, refreshTokens }) => ({
          _id: _id as Types.ObjectId,
          sessions: sessionsIn(refreshTokens),
        }))
        const lastHolder = holders.at(-1)
        if (!lastHolder) return
        last = lastHolder._id
        yield { ...(await end(holders, onRevoked)), last }
      }
    },
  }

  async function end(
    holders: { _id: Types.ObjectId; sessions: ReturnType<typeof sessionsIn> }[],
    onRevoked: Everybody['onRevoked'],
  ): Promise<Omit<EndedBatch, 'last'>> {
    const now = clock.now()
    const live = holders.flatMap(({ sessions }) => sessions.filter(({ expiresAt }) => expiresAt > now))
    const signedIn = holders.filter(({ sessions }) => sessions.some(({ expiresAt }) => expiresAt > now))
    // Of all that are removed, for the clock here may be ahead of those that verify access tokens. It decides what is counted.
    await revocations.revokeSessionsOf(
      holders.map(({ _id: userId, sessions }) => ({
        ids: sessions.map(({ _id }) => _id),
        userId,
        reason: byAdministrator,
      })),
    )
    await onRevoked({ holders: holders.map(({ _id }) => _id), signedIn: signedIn.map(({ _id }) => _id) })
    await users.collection.bulkWrite(holders.map(without), { ordered: false })
    return { users: signedIn.length, sessions: live.length }
  }
}

/** Removes these sessions and no other, which may have come meanwhile. */
function without({ _id, sessions }: { _id: Types.ObjectId; sessions: Session[] }) {
  const isOther = { $not: [{ $in: ['$$each._id', sessions.map((each) => each._id)] }] }
  const others = { $filter: { input: listOf('refreshTokens'), as: 'each', cond: isOther } }
  return { updateOne: { filter: { _id }, update: [{ $set: { refreshTokens: others } }] } }
}

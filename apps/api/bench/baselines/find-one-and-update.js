// The database's share of a refresh, without anything around it: the same update, by the driver, over and over.
// Gets a Task and answers with updates per second.
import mongoose from 'mongoose'

/**
 * @typedef {{ userId: string, sessionId: string, generation: number, lock: string }} StoredSession
 * @typedef {{ sessions: StoredSession[], connections: number, seconds: number }} Task
 */

const { MongoClient, ObjectId } = mongoose.mongo
const client = await new MongoClient(process.env.MONGO_URI ?? '', { maxPoolSize: 50 }).connect()
/** @type {import('mongoose').mongo.Collection<any>} */
const users = client.db().collection('users')
const nextLock = 'A'.repeat(43)
const owner = { username: 1, email: 1, emailVerifiedAt: 1, roles: 1, createdAt: 1 }

process.on('message', async (/** @type {Task} */ { sessions, connections, seconds }) => {
  const waiting = sessions.map(({ userId, sessionId, ...state }) => ({
    userId: new ObjectId(userId),
    sessionId: new ObjectId(sessionId),
    ...state,
  }))
  let updated = 0
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000

  const keepUpdating = async () => {
    while (performance.now() < endsAt) {
      const session = waiting.shift()
      if (!session) throw new Error('There are fewer sessions than connections')
      await rotate(session)
      waiting.push(session)
      updated++
    }
  }
  await Promise.all(Array.from({ length: connections }, keepUpdating))
  const perSecond = (updated * 1000) / (performance.now() - startedAt)
  process.send?.({
    perSecond,
    sessions: waiting.map(({ userId, sessionId, ...state }) => ({
      userId: userId.toHexString(),
      sessionId: sessionId.toHexString(),
      ...state,
    })),
  })
})

/** The condition and the update of `swap` in sessions/session.service.ts. */
async function rotate(
  /** @type {{ userId: mongoose.mongo.ObjectId, sessionId: mongoose.mongo.ObjectId, generation: number, lock: string }} */ session,
) {
  const { userId, sessionId, generation, lock } = session
  const now = new Date()
  const expiresAt = new Date(now.getTime() + 7 * 86_400_000)
  const updated = await users.findOneAndUpdate(
    {
      _id: userId,
      refreshTokens: {
        $elemMatch: {
          _id: sessionId,
          generation,
          lock,
          expiresAt: { $gt: now },
          absoluteExpiresAt: { $gte: expiresAt },
        },
      },
    },
    /** @type {object} */ ({
      $inc: { 'refreshTokens.$.generation': 1 },
      $set: {
        'refreshTokens.$.lock': nextLock,
        'refreshTokens.$.rotatedAt': now,
        'refreshTokens.$.expiresAt': expiresAt,
      },
      $push: {
        'refreshTokens.$.consumed': {
          $each: [{ generation, lock, at: now }],
          $slice: -8,
        },
      },
    }),
    { returnDocument: 'after', projection: { ...owner, refreshTokens: { $elemMatch: { _id: sessionId } } } },
  )
  if (!updated) throw new Error('The update matched nothing')
  session.generation = generation + 1
  session.lock = nextLock
}

process.send?.('ready')

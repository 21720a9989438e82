// The one update of a refresh, by the driver, with nothing around it.
import mongoose from 'mongoose'

/** @typedef {{ userId: string, sessionId: string, generation: number, lock: string }} StoredSession */

const { MongoClient, ObjectId } = mongoose.mongo
const client = await new MongoClient(process.env.MONGO_URI ?? '', { maxPoolSize: 50 }).connect()
/** @type {import('mongoose').mongo.Collection<any>} */
const users = client.db().collection('users')
const owner = { username: 1, email: 1, emailVerifiedAt: 1, roles: 1, createdAt: 1 }

/** The condition and the update of `swap` in sessions/session.service.ts. Returns the document as it became. */
export async function rotate(
  /** @type {StoredSession} */ { userId, generation, lock, ...session },
  /** @type {string} */ nextLock,
) {
  const sessionId = new ObjectId(session.sessionId)
  const now = new Date()
  const expiresAt = new Date(now.getTime() + 7 * 86_400_000)
  const updated = await users.findOneAndUpdate(
    {
      _id: new ObjectId(userId),
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
  return updated
}

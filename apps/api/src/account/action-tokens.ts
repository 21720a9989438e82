import { createHash, randomBytes } from 'node:crypto'
import type { Types } from 'mongoose'
import { AuthError } from '../auth-error.ts'
import { addSeconds, type Clock } from '../clock.ts'
import type { ActionKind, ActionTokenModel, ActionTokenRecord } from './action-token.model.ts'

const lifetimeSeconds: Record<ActionKind, number> = {
  reset_password: 30 * 60,
  verify_email: 24 * 3600,
  confirm_new_email: 24 * 3600,
}
const rememberedSeconds = 7 * 86_400

export type ActionTokens = ReturnType<typeof createActionTokens>

/** Makes and uses up the tokens in links that are sent by mail. */
export function createActionTokens({ model, clock }: { model: ActionTokenModel; clock: Clock }) {
  return {
    /** A new token (32 bytes, base64url) for one address. It is returned once and stored as a hash. */
    async create(kind: ActionKind, userId: Types.ObjectId, email: string): Promise<string> {
      const token = randomBytes(32).toString('base64url')
      const now = clock.now()
      const expiresAt = addSeconds(now, lifetimeSeconds[kind])
      const forgottenAt = addSeconds(expiresAt, rememberedSeconds)
      await model.create({
        _id: hash(token),
        kind,
        userId,
        email,
        createdAt: now,
        expiresAt,
        usedAt: null,
        forgottenAt,
      })
      return token
    },

    /** How many were made for a user since a time. */
    countSince: (kind: ActionKind, userId: Types.ObjectId, since: Date): Promise<number> =>
      model.countDocuments({ kind, userId, createdAt: { $gt: since } }).exec(),

    /**
     * Uses a token up: of any number of callers one gets it.
     * Throws AuthError `token_used`, `token_expired` or `token_invalid`.
     */
    async consume(kind: ActionKind, token: string): Promise<ActionTokenRecord> {
      const now = clock.now()
      const consumed = await model
        .findOneAndUpdate(
          { _id: hash(token), kind, usedAt: null, expiresAt: { $gt: now } },
          { $set: { usedAt: now } },
        )
        .lean<ActionTokenRecord>()
      if (consumed) return consumed
      const known = await model.findOne({ _id: hash(token), kind }).lean<ActionTokenRecord>()
      if (!known) throw new AuthError('token_invalid')
      throw new AuthError(known.usedAt ? 'token_used' : 'token_expired')
    },

    /** Gives a token back whose use came to nothing through no fault of its owner. */
    async restore(token: ActionTokenRecord): Promise<void> {
      await model.updateOne({ _id: token._id }, { $set: { usedAt: null } })
    },

    /** Uses up all that are left of one kind: the one that was used has done what they were for. */
    async consumeAll(kind: ActionKind, userId: Types.ObjectId): Promise<void> {
      await model.updateMany({ kind, userId, usedAt: null }, { $set: { usedAt: clock.now() } })
    },

    /** Forgets everything about a user. */
    async remove(userId: Types.ObjectId): Promise<void> {
      await model.deleteMany({ userId })
    },
  }
}

const hash = (token: string) => createHash('sha256').update(token).digest('base64url')

import { createHash, randomBytes } from 'node:crypto'
import type { ErrorCode } from '@latchkey/contracts'
import { AuthError, addSeconds, type Clock } from '@latchkey/contracts/server'
import type { Types } from 'mongoose'
import type { ActionKind, ActionTokenModel, ActionTokenRecord } from './action-token.model.ts'

const lifetimeSeconds: Record<ActionKind, number> = {
  reset_password: 30 * 60,
  verify_email: 24 * 3600,
  confirm_new_email: 24 * 3600,
  undo_email: 7 * 86_400,
}
const rememberedSeconds = 7 * 86_400
/** What is wrong with the token itself, and will be tomorrow. */
const voidCodes = new Set<ErrorCode>(['token_invalid', 'token_used'])

type NewToken = Pick<ActionTokenRecord, 'userId' | 'email'> &
  Partial<Pick<ActionTokenRecord, 'passwordChanges'>> & {
    /** When its life begins. Default: now. */
    since?: Date
  }

export type ActionTokens = ReturnType<typeof createActionTokens>

/** Makes and uses up the tokens in links that are sent by mail. */
export function createActionTokens({ model, clock }: { model: ActionTokenModel; clock: Clock }) {
  return {
    /** A new token (32 bytes, base64url) for one address. It is returned once and stored as a hash. */
    async create(kind: ActionKind, { userId, email, passwordChanges = 0, since }: NewToken): Promise<string> {
      const token = randomBytes(32).toString('base64url')
      const now = clock.now()
      const expiresAt = addSeconds(since ?? now, lifetimeSeconds[kind])
      const forgottenAt = addSeconds(expiresAt, rememberedSeconds)
      await model.create({
        _id: hash(token),
        kind,
        userId,
        email,
        passwordChanges,
        createdAt: now,
        expiresAt,
        usedAt: null,
        forgottenAt,
      })
      return token
    },

    /** How many of those that went to an address since a time would still do something. */
    countWorking: (kind: ActionKind, userId: Types.ObjectId, email: string, since: Date): Promise<number> =>
      model
        .countDocuments({
          kind,
          userId,
          email,
          usedAt: null,
          createdAt: { $gt: since },
          expiresAt: { $gt: clock.now() },
        })
        .exec(),

    /**
     * What a token of one of these kinds is for; it stays as it is.
     * Throws AuthError `token_used`, `token_expired` or `token_invalid`.
     */
    async read(kinds: ActionKind[], token: string): Promise<ActionTokenRecord> {
      const known = await model.findOne({ _id: hash(token), kind: { $in: kinds } }).lean<ActionTokenRecord>()
      if (!known) throw new AuthError('token_invalid')
      if (known.usedAt) throw new AuthError('token_used')
      if (known.expiresAt <= clock.now()) throw new AuthError('token_expired')
      return known
    },

    /**
     * Uses a token up for the one thing that `use` does: of any number of callers one gets it. Resolves with what `use`
     * resolves with. When it throws, the token is given back if that can be done, unless it is void: another password, a
     * free address, a quieter moment, and the link still works.
     * Throws AuthError `token_used`, `token_expired` or `token_invalid`, and what `use` throws.
     */
    async consume<T>(
      kind: ActionKind,
      token: string,
      use: (token: ActionTokenRecord) => Promise<T>,
    ): Promise<T> {
      const now = clock.now()
      const _id = hash(token)
      const consumed = await model
        .findOneAndUpdate({ _id, kind, usedAt: null, expiresAt: { $gt: now } }, { $set: { usedAt: now } })
        .lean<ActionTokenRecord>()
      if (!consumed) {
        const known = await model.findOne({ _id, kind }).lean<ActionTokenRecord>()
        if (!known) throw new AuthError('token_invalid')
        throw new AuthError(known.usedAt ? 'token_used' : 'token_expired')
      }
      try {
        return await use(consumed)
      } catch (error) {
        const isVoid = error instanceof AuthError && voidCodes.has(error.code)
        // Should that fail, too, the link stays used up; what the caller hears of is why `use` failed.
        if (!isVoid) await model.updateOne({ _id, usedAt: now }, { $set: { usedAt: null } }).catch(() => {})
        throw error
      }
    },

    /**
     * Uses up all of one kind: the one that was used has done what they were for. Those in use as well, so that none of
     * them is given back.
     */
    async consumeAll(kind: ActionKind, userId: Types.ObjectId): Promise<void> {
      const now = clock.now()
      await model.updateMany({ kind, userId }, { $set: { usedAt: now, expiresAt: now } })
    },

    /** Forgets everything about a user. */
    async remove(userId: Types.ObjectId): Promise<void> {
      await model.deleteMany({ userId })
    },
  }
}

const hash = (token: string) => createHash('sha256').update(token).digest('base64url')

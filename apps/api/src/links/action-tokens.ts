import { createHash, randomBytes } from 'node:crypto'
import type { ErrorCode } from '@latchkey/contracts'
import { AuthError, addSeconds, type Clock } from '@latchkey/contracts/server'
import type { Types } from 'mongoose'
import type { ActionKind, ActionTokenModel, ActionTokenRecord } from './action-token.model.ts'

const lifetimeSeconds: Record<ActionKind, number> = {
  reset_password: 30 * 60,
  verify_email: 24 * 3600,
  confirm_new_email: 24 * 3600,
}
const rememberedSeconds = 7 * 86_400
/** The token itself is wrong. A later try will not help. */
const voidCodes = new Set<ErrorCode>(['token_invalid', 'token_used'])

export type ActionTokens = ReturnType<typeof createActionTokens>

/** Creates and uses up the tokens in mailed links. */
export function createActionTokens({ model, clock }: { model: ActionTokenModel; clock: Clock }) {
  return {
    /** A new token (32 bytes, base64url) for one address. Returned once; only its hash is stored. */
    async create(
      kind: ActionKind,
      { userId, email, passwordChanges }: Pick<ActionTokenRecord, 'userId' | 'email' | 'passwordChanges'>,
    ): Promise<string> {
      const token = randomBytes(32).toString('base64url')
      const now = clock.now()
      const expiresAt = addSeconds(now, lifetimeSeconds[kind])
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

    /** How many links that were sent to an address since then still work. */
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
     * Uses up a token and runs `use`. Of any number of callers, exactly one gets the token. Resolves with the result
     * of `use`. If `use` throws, the token is given back where possible, so the link works again after, for example,
     * a better password. A token that is void is not given back. Throws AuthError `token_used`, `token_expired` or
     * `token_invalid`, and what `use` throws.
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
        // If this fails too, the link stays used up. The caller is told why `use` failed.
        if (!isVoid) await model.updateOne({ _id, usedAt: now }, { $set: { usedAt: null } }).catch(() => {})
        throw error
      }
    },

    /**
     * Uses up all tokens of one kind, because they are no longer needed. Includes tokens that are being used right
     * now: they cannot be given back after this.
     */
    async consumeAll(kind: ActionKind, userId: Types.ObjectId): Promise<void> {
      const now = clock.now()
      await model.updateMany({ kind, userId }, { $set: { usedAt: now, expiresAt: now } })
    },

    /** Deletes everything about a user. */
    async remove(userId: Types.ObjectId): Promise<void> {
      await model.deleteMany({ userId })
    },
  }
}

const hash = (token: string) => createHash('sha256').update(token).digest('base64url')

import { createHash, randomBytes } from 'node:crypto'
import type { ErrorCode } from '@latchkey/contracts'
import { AuthError, addSeconds, type Clock, type Stored } from '@latchkey/contracts/server'
import type { Types } from 'mongoose'
import {
  type ActionKind,
  type ActionToken,
  type ActionTokenModel,
  type ActionTokenRecord,
  readActionToken,
} from './action-token.model.ts'

const lifetimeSeconds: Record<ActionKind, number> = {
  reset_password: 30 * 60,
  verify_email: 24 * 3600,
  confirm_new_email: 24 * 3600,
  undo_email: 7 * 86_400,
}
const rememberedSeconds = 7 * 86_400
/** The token itself is wrong. A later try will not help. */
const voidCodes = new Set<ErrorCode>(['token_invalid', 'token_used'])

type NewToken = Pick<ActionTokenRecord, 'userId' | 'email'> &
  Partial<Pick<ActionTokenRecord, 'passwordChanges'>> & {
    /** When its life begins. Default: now. */
    since?: Date
  }

export type ActionTokens = ReturnType<typeof createActionTokens>

/** Creates and uses up the tokens in mailed links. */
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

    /** Where the latest link of a kind was sent that still works. Null: there is none. */
    async latestAddress(kind: ActionKind, userId: Types.ObjectId): Promise<string | null> {
      const stored = await model
        .findOne({ kind, userId, usedAt: null, expiresAt: { $gt: clock.now() } })
        .sort({ createdAt: -1 })
        .lean<Stored<ActionTokenRecord>>()
      return readActionToken(stored)?.email ?? null
    },

    /**
     * What a token of one of these kinds is for; it stays as it is.
     * Throws AuthError `token_used`, `token_expired` or `token_invalid`.
     */
    async read(kinds: ActionKind[], token: string): Promise<ActionToken> {
      const known = await find(kinds, token)
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
    async consume<T>(kind: ActionKind, token: string, use: (token: ActionToken) => Promise<T>): Promise<T> {
      const now = clock.now()
      const _id = hash(token)
      const stored = await model
        .findOneAndUpdate({ _id, kind, usedAt: null, expiresAt: { $gt: now } }, { $set: { usedAt: now } })
        .lean<Stored<ActionTokenRecord>>()
      const consumed = readActionToken(stored)
      if (!consumed) {
        const known = await find([kind], token)
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

  async function find(kinds: ActionKind[], token: string): Promise<ActionToken | null> {
    if (!tokenForm.test(token)) return null
    const which = { _id: hash(token), kind: { $in: kinds } }
    return readActionToken(await model.findOne(which).lean<Stored<ActionTokenRecord>>())
  }
}

/** 32 bytes in base64url. The database is not asked for anything else. */
const tokenForm = /^[\w-]{43}$/

const hash = (token: string) => createHash('sha256').update(token).digest('base64url')

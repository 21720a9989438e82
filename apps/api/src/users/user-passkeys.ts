import { randomBytes } from 'node:crypto'
import { type Passkey, passkeyLimit } from '@latchkey/contracts'
import { type Clock, listOf, oneMore } from '@latchkey/contracts/server'
import { Types } from 'mongoose'
import { stillIn } from './accounts.ts'
import { isDuplicate } from './held-keys.ts'
import { projectionOf, readUser, type StoredUser, type UserField, type UserWith } from './read-user.ts'
import type { StoredPasskey, UserModel } from './user.model.ts'
import { identityFields } from './user-identity.ts'

const ownerFields = [
  ...identityFields,
  'knownDevices',
  'isDisabled',
  'passkeys',
  'webauthnId',
  'language',
] as const
/** An account that one of its passkeys names. */
export type PasskeyOwner = UserWith<(typeof ownerFields)[number]>

/** Somebody who is signed in. What they ask for is done while that session goes on. */
interface Asker {
  userId: string
  sessionId: string
  /** What else must hold of the account then. */
  condition?: object
}

export type UserPasskeys = ReturnType<typeof createUserPasskeys>

/** The passkeys of accounts. Each change is one conditional update; whose a passkey is, an index decides. */
export function createUserPasskeys({ users, clock }: { users: UserModel; clock: Clock }) {
  return {
    /** What a page may know of them, the oldest first, and what they call their owner. */
    async list(userId: string) {
      const user = await readOf(userId, ['passkeys', 'webauthnId', 'passwordHash', 'passwordChangedAt'])
      const hasPassword = Boolean(user?.passwordHash)
      return {
        passkeys: (user?.passkeys ?? []).map(view),
        userHandle: user?.webauthnId ?? null,
        hasPassword,
        passwordChangedAt: (hasPassword && user?.passwordChangedAt?.toISOString()) || null,
      }
    },

    /** What opens an account. */
    async waysIn(userId: string): Promise<{ password: boolean; passkey: boolean }> {
      const user = await readOf(userId, ['passwordHash', 'passkeys'])
      return { password: Boolean(user?.passwordHash), passkey: (user?.passkeys ?? []).length > 0 }
    },

    /** The account with its user handle, which is made when it is first needed. Null when the account is gone. */
    async withHandle(userId: string) {
      const webauthnId = randomBytes(32).toString('base64url')
      // Of two requests at once one makes it, and both read it.
      await users.updateOne({ _id: userId, webauthnId: null }, { $set: { webauthnId } })
      return await readOf(userId, ['username', 'passkeys', 'webauthnId'])
    },

    /** The account that a passkey opens; null when there is none. */
    async findOwner(credentialId: string): Promise<PasskeyOwner | null> {
      const found = users.findOne({ 'passkeys.id': credentialId }, projectionOf(ownerFields))
      return readUser(await found.lean<StoredUser>(), ownerFields)
    },

    /** `taken`: some account has it, be it this one. `gone`: the session in which it was made, or the account, is. */
    async add(
      { userId, sessionId, condition }: Asker,
      passkey: StoredPasskey,
    ): Promise<'added' | 'taken' | 'full' | 'gone'> {
      const owner = { ...condition, ...stillIn(sessionId, clock.now()), _id: userId }
      const free = {
        'passkeys.id': { $ne: passkey.id },
        [`passkeys.${passkeyLimit - 1}`]: { $exists: false },
      }
      // $literal: a name that starts with a dollar sign is text, not an expression.
      const all = { $concatArrays: [listOf('passkeys'), [{ $literal: passkey }]] }
      try {
        const { matchedCount } = await users.updateOne(
          { ...owner, ...free },
          [{ $set: { passkeys: all, passkeyChanges: oneMore('passkeyChanges'), updatedAt: clock.now() } }],
          { updatePipeline: true },
        )
        if (matchedCount > 0) return 'added'
      } catch (error) {
        if (isDuplicate(error)) return 'taken'
        throw error
      }
      if (await users.exists({ _id: userId, 'passkeys.id': passkey.id })) return 'taken'
      return (await users.exists(owner)) ? 'full' : 'gone'
    },

    /** Null when there is no such passkey, or that session has ended. */
    async rename({ userId, sessionId, condition }: Asker, id: string, name: string): Promise<Passkey | null> {
      const stored = await users
        .findOneAndUpdate(
          { ...condition, ...stillIn(sessionId, clock.now()), _id: userId, 'passkeys.id': id },
          // Not `$`, which could be the place of the session.
          { $set: { 'passkeys.$[renamed].name': name } },
          {
            arrayFilters: [{ 'renamed.id': id }],
            returnDocument: 'after',
            projection: projectionOf(['passkeys']),
          },
        )
        .lean<StoredUser>()
      const renamed = readUser(stored, ['passkeys'])?.passkeys.find((each) => each.id === id)
      return renamed ? view(renamed) : null
    },

    /**
     * `last`: it stays, since nothing else would open the account, or be the second factor that its role asks for. It
     * stays as well when that session has ended.
     */
    async remove(
      { userId, sessionId, condition }: Asker,
      id: string,
      { isFactorRequired }: { isFactorRequired: boolean },
    ): Promise<'removed' | 'last' | 'missing'> {
      const another = [
        isFactorRequired
          ? { passwordHash: { $ne: null }, totp: { $ne: null } }
          : { passwordHash: { $ne: null } },
        { 'passkeys.1': { $exists: true } },
      ]
      const others = { $filter: { input: '$passkeys', as: 'each', cond: { $ne: ['$$each.id', id] } } }
      const { matchedCount } = await users.updateOne(
        { ...condition, ...stillIn(sessionId, clock.now()), _id: userId, 'passkeys.id': id, $or: another },
        [
          {
            $set: {
              passkeys: others,
              passkeyChanges: oneMore('passkeyChanges'),
              // What was lost with it may be a browser that is trusted.
              factorChanges: oneMore('factorChanges'),
              updatedAt: clock.now(),
            },
          },
        ],
        { updatePipeline: true },
      )
      if (matchedCount > 0) return 'removed'
      return (await users.exists({ _id: userId, 'passkeys.id': id })) ? 'last' : 'missing'
    },

    /**
     * Notes that a passkey was used. Of any number of sign-ins with one count, one is the first; a passkey that
     * counts must have counted on. Whoever has it has not lost everything: the removal of factors that the operator
     * was asked for is cancelled. `stale`: it has not, as a copy would not. `gone`: the account or the passkey is, or
     * may not come in.
     */
    async use(
      userId: Types.ObjectId | string,
      id: string,
      { counter, backedUp }: Pick<StoredPasskey, 'counter' | 'backedUp'>,
    ): Promise<'used' | 'usedAndResetCancelled' | 'stale' | 'gone'> {
      const _id = new Types.ObjectId(userId)
      // One that does not count says 0 each time.
      const before = { $lt: Math.max(counter, 1) }
      const stored = await users
        .findOneAndUpdate(
          { _id, disabledAt: null, passkeys: { $elemMatch: { id, counter: before } } },
          {
            $set: {
              'passkeys.$.counter': counter,
              'passkeys.$.backedUp': backedUp,
              'passkeys.$.lastUsedAt': clock.now(),
              factorReset: null,
            },
          },
          { returnDocument: 'before', projection: projectionOf(['factorReset']) },
        )
        .lean<StoredUser>()
      const owner = readUser(stored, ['factorReset'])
      if (owner) return owner.factorReset ? 'usedAndResetCancelled' : 'used'
      return (await users.exists({ _id, disabledAt: null, 'passkeys.id': id })) ? 'stale' : 'gone'
    },
  }

  async function readOf<Field extends UserField>(
    userId: string,
    fields: readonly Field[],
  ): Promise<UserWith<Field> | null> {
    return readUser(await users.findById(userId, projectionOf(fields)).lean<StoredUser>(), fields)
  }
}

/** What must still hold for a sign-in by this passkey to open a session. */
export const stillOpenedBy = (id: string) => ({ 'passkeys.id': id, disabledAt: null })

const view = ({ id, name, deviceType, createdAt, lastUsedAt }: StoredPasskey): Passkey => ({
  id,
  name,
  synced: deviceType === 'multiDevice',
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
})

export const passkeyView = view

import type { FactorMethod } from '@latchkey/contracts'
import { addSeconds, type Clock, oneMore } from '@latchkey/contracts/server'
import type { Types } from 'mongoose'
import { countedTo, stillIn, withoutFactors } from '../users/accounts.ts'
import { projectionOf, readUser, type StoredUser, type UserField, type UserWith } from '../users/read-user.ts'
import type { UserModel } from '../users/user.model.ts'
import { codesLeft, hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts'
import { keyIdOf, type SecretBox, sealingKeyId } from './secret-box.ts'
import { newTotpSecret, stepOf } from './totp.ts'

/** How long somebody may take to set an app up. */
const pendingSeconds = 15 * 60

/** What of an account says which factors it has. */
const ownerFields = ['totp', 'recoveryCodes', 'factorChanges', 'passkeys'] as const
export type FactorOwner = UserWith<(typeof ownerFields)[number]>

/** A code was right. */
interface Accepted {
  /** Whether the factors were to be taken away, and no longer are. */
  cancelledReset: boolean
}

interface Collaborators {
  users: UserModel
  box: SecretBox
  clock: Clock
}

export type FactorStore = ReturnType<typeof createFactorStore>

/** Second factors where they are kept: in the document of their owner. Whatever uses one up is one conditional update. */
export function createFactorStore({ users, box, clock }: Collaborators) {
  return {
    /** Null when the account is gone. */
    read: (userId: string): Promise<FactorOwner | null> => readOf(userId, ownerFields),

    /** How many apps could not be used any more without these configured secrets. Reads every account with an app. */
    async countSealedWith(secrets: readonly string[]): Promise<number> {
      const ids = new Set(secrets.map(sealingKeyId))
      let sealed = 0
      const withApp = users.find({ totp: { $ne: null } }, projectionOf(['totp'])).lean<StoredUser>()
      for await (const stored of withApp.cursor()) {
        const secret = readUser(stored, ['totp'])?.totp?.secret
        if (secret && ids.has(keyIdOf(secret))) sealed++
      }
      return sealed
    },

    /** A secret for an app that is kept elsewhere until it counts. */
    newSealedSecret: (userId: Types.ObjectId): string => box.seal(newTotpSecret(), userId.toHexString()),

    /** For the app itself. */
    openSecret: (userId: Types.ObjectId, sealed: string): Buffer =>
      box.open(sealed, userId.toHexString()).secret,

    /**
     * A secret for an app that does not count yet; null: that session has ended. Another one that was begun is
     * forgotten.
     */
    async begin(userId: string, sessionId: string): Promise<Buffer | null> {
      const secret = newTotpSecret()
      const now = clock.now()
      const pendingTotp = { secret: box.seal(secret, userId), createdAt: now }
      const { matchedCount } = await users.updateOne(
        { ...stillIn(sessionId, now), _id: userId },
        { $set: { pendingTotp } },
      )
      return matchedCount > 0 ? secret : null
    },

    /**
     * Switches on what was begun. New recovery codes, or null when the code is wrong, nothing was begun lately, or
     * that session has ended.
     */
    async confirm(
      { _id, factorChanges }: FactorOwner,
      sessionId: string,
      code: string,
    ): Promise<string[] | null> {
      const userId = _id.toHexString()
      const pending = (await readOf(userId, ['pendingTotp']))?.pendingTotp
      if (!pending || addSeconds(pending.createdAt, pendingSeconds) <= clock.now()) return null
      const still = {
        ...stillIn(sessionId, clock.now()),
        'pendingTotp.secret': pending.secret,
        factorChanges: countedTo(factorChanges),
      }
      return await enable(userId, pending.secret, code, still)
    },

    enable,

    /** False when there was none, or that session has ended. */
    async removeTotp(user: FactorOwner, sessionId: string): Promise<boolean> {
      const { modifiedCount } = await users.updateOne(
        { ...stillIn(sessionId, clock.now()), ...asRead(user), totp: { $ne: null } },
        [{ $set: withoutFactors }],
        { updatePipeline: true },
      )
      return modifiedCount > 0
    },

    /**
     * Null when there is no factor that they would stand in for, the factors have changed since they were read, or
     * that session has ended. Of several at once one wins: the others would show codes that never work.
     */
    async renewRecoveryCodes(user: FactorOwner, sessionId: string): Promise<string[] | null> {
      const { codes, stored } = newRecoveryCodes()
      const { modifiedCount } = await users.updateOne(
        { ...stillIn(sessionId, clock.now()), ...asRead(user), totp: { $ne: null } },
        [{ $set: { recoveryCodes: { $literal: stored }, factorChanges: oneMore('factorChanges') } }],
        { updatePipeline: true },
      )
      return modifiedCount > 0 ? codes : null
    },

    /**
     * Uses a code up: of any number of callers with the same one, on any node, one is told that it was right. It
     * counts only for an account as it was read, and of which `condition` holds. Whoever has it has not lost
     * everything: what the operator was asked for is taken back.
     */
    accept(
      user: FactorOwner,
      method: FactorMethod,
      code: string,
      condition: object,
    ): Promise<Accepted | null> {
      const still = { ...condition, ...asRead(user) }
      return method === 'totp' ? acceptTotp(user, code, still) : acceptRecoveryCode(code, still)
    },
  }

  /**
   * Switches an app on, for whoever shows a code of it; that code is used up by it. New recovery codes, or null when
   * the code is wrong, or `condition` does not hold of the account.
   */
  async function enable(
    userId: string,
    sealed: string,
    code: string,
    condition: object,
  ): Promise<string[] | null> {
    const now = clock.now()
    const { secret } = box.open(sealed, userId)
    const lastStep = stepOf(code, secret, now)
    if (lastStep === null) return null
    const { codes, stored } = newRecoveryCodes()
    const enabled = {
      totp: { $literal: { secret: box.seal(secret, userId), confirmedAt: now, lastStep } },
      recoveryCodes: { $literal: stored },
      pendingTotp: null,
      factorChanges: oneMore('factorChanges'),
    }
    const { modifiedCount } = await users.updateOne({ ...condition, _id: userId }, [{ $set: enabled }], {
      updatePipeline: true,
    })
    return modifiedCount > 0 ? codes : null
  }

  async function acceptTotp(
    { _id, totp }: FactorOwner,
    code: string,
    still: object,
  ): Promise<Accepted | null> {
    if (!totp?.secret) return null
    const owner = _id.toHexString()
    const { secret, isOutdated } = box.open(totp.secret, owner)
    const step = stepOf(code, secret, clock.now())
    if (step === null) return null
    const renewed = isOutdated ? { 'totp.secret': box.seal(secret, owner) } : {}
    return await useUp(
      { ...still, 'totp.secret': totp.secret, 'totp.lastStep': { $not: { $gte: step } } },
      { 'totp.lastStep': step, ...renewed },
    )
  }

  function acceptRecoveryCode(code: string, still: object): Promise<Accepted | null> {
    const unused = { hash: hashRecoveryCode(code), usedAt: null }
    return useUp(
      { ...still, recoveryCodes: { $elemMatch: unused } },
      { 'recoveryCodes.$.usedAt': clock.now() },
    )
  }

  async function useUp(unused: object, used: object): Promise<Accepted | null> {
    const stored = await users
      .findOneAndUpdate(
        unused,
        { $set: { ...used, factorReset: null } },
        { returnDocument: 'before', projection: projectionOf(['factorReset']) },
      )
      .lean<StoredUser>()
    const before = readUser(stored, ['factorReset'])
    return before && { cancelledReset: before.factorReset !== null }
  }

  async function readOf<Field extends UserField>(
    userId: string,
    fields: readonly Field[],
  ): Promise<UserWith<Field> | null> {
    return readUser(await users.findById(userId, projectionOf(fields)).lean<StoredUser>(), fields)
  }
}

/** An account whose factors are still those that were read. */
const asRead = ({ _id, factorChanges }: FactorOwner) => ({ _id, factorChanges: countedTo(factorChanges) })

/** What of an account can be shown beside the password. None: the password alone signs in. */
export function factorMethodsOf({
  totp,
  recoveryCodes,
}: Pick<FactorOwner, 'totp' | 'recoveryCodes'>): FactorMethod[] {
  if (!totp) return []
  return codesLeft(recoveryCodes) > 0 ? ['totp', 'recovery_code'] : ['totp']
}

import { addSeconds, type Clock, oneMore } from '@latchkey/contracts/server'
import { administratorDevice } from '@latchkey/sessions'
import type { Types } from 'mongoose'
import type { SecurityEvents } from '../events/security-events.ts'
import { withoutFactors } from '../users/accounts.ts'
import { projectionOf, readUser, type StoredUser } from '../users/read-user.ts'
import type { UserModel } from '../users/user.model.ts'

/** So many at a time. */
const batch = 100
/**
 * With a second step that can be lost. Where there is no password, passkeys are the way in, and a mail is the way
 * back.
 */
const resettable = {
  passwordHash: { $ne: null },
  $or: [{ totp: { $ne: null } }, { 'passkeys.0': { $exists: true } }],
}

interface Collaborators {
  users: UserModel
  events: SecurityEvents
  clock: Clock
}

/**
 * For somebody who has lost everything: the operator has the factors and passkeys of an account removed, after a time
 * in which its owner is told and can still say no, by signing in with a factor or a passkey (factor-store.ts,
 * user-passkeys.ts).
 */
export function createFactorResets({ users, events, clock }: Collaborators) {
  return {
    /**
     * Asks for it. When it will be done: an earlier request stands. Null when the account has no second factor, or no
     * password. Its owner is told at once.
     */
    async request(userId: Types.ObjectId, waitSeconds: number): Promise<Date | null> {
      const now = clock.now()
      const factorReset = { requestedAt: now, dueAt: addSeconds(now, waitSeconds) }
      const { modifiedCount } = await users.updateOne(
        { ...resettable, _id: userId, factorReset: null },
        { $set: { factorReset } },
      )
      if (modifiedCount > 0) await record('factors_reset_requested', userId)
      const fields = ['factorReset'] as const
      const user = readUser(await users.findById(userId, projectionOf(fields)).lean<StoredUser>(), fields)
      return user?.factorReset?.dueAt ?? null
    },

    cancel,

    /** Does what is due: the password alone signs in from then on. Of several processes one does each. */
    async sweep(): Promise<void> {
      const due = { 'factorReset.dueAt': { $lte: clock.now() } }
      const found = await users.find(due, { _id: 1 }).limit(batch).lean<{ _id: Types.ObjectId }[]>()
      for (const { _id } of found) {
        // Unless its owner was quicker.
        const { modifiedCount } = await users.updateOne(
          { ...due, ...resettable, _id },
          [{ $set: { ...withoutFactors, passkeys: [], passkeyChanges: oneMore('passkeyChanges') } }],
          { updatePipeline: true },
        )
        if (modifiedCount > 0) await record('factors_reset', _id)
        // Whose password is gone meanwhile would be locked out.
        else await cancel(_id)
      }
    },
  }

  /** Takes it back. False when nothing was asked for. */
  async function cancel(userId: Types.ObjectId): Promise<boolean> {
    const { modifiedCount } = await users.updateOne(
      { _id: userId, factorReset: { $ne: null } },
      { $set: { factorReset: null } },
    )
    if (modifiedCount > 0) await record('factors_reset_cancelled', userId)
    return modifiedCount > 0
  }

  function record(
    kind: 'factors_reset_requested' | 'factors_reset_cancelled' | 'factors_reset',
    userId: Types.ObjectId,
  ): Promise<void> {
    return events.record({ kind, userId, sessionId: null, device: administratorDevice })
  }
}

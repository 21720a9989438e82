import { AuthError } from '@latchkey/contracts/server'
import type { Types } from 'mongoose'
import type { Logger } from 'pino'
import type { MailQueue } from '../mail/mail-queue.ts'
import type { Accounts, Credentials } from '../users/accounts.ts'
import { isProved, type UserIdentity } from '../users/user-identity.ts'
import type { UnfinishedRemovals } from './unfinished-removals.ts'

/** A part that keeps something about accounts. */
interface Keeper {
  /** Forgets all of it. May be called again. */
  remove(userId: Types.ObjectId): Promise<unknown>
}

interface Collaborators {
  accounts: Accounts
  /** What else is kept about an account, and goes with it. */
  keepers: readonly Keeper[]
  unfinished: UnfinishedRemovals
  mailQueue: MailQueue
  log: Logger
}

type Removed = Pick<UserIdentity, '_id' | 'email'>

export type Removal = ReturnType<typeof createRemoval>

/** Deleting an account: its sessions end, and nothing about its owner is kept. */
export const createRemoval = ({ accounts, keepers, unfinished, mailQueue, log }: Collaborators) => ({
  /** For somebody who is signed in. Throws AuthError `access_token_revoked` when their session has ended. */
  async remove(user: Credentials, sessionId: string): Promise<void> {
    // Asked first, so that it costs nobody the history: what decides is the deletion below.
    if (!(await accounts.isSignedIn(user._id, sessionId))) throw new AuthError('access_token_revoked')
    const forget = () => Promise.all(keepers.map((keeper) => keeper.remove(user._id)))
    // Before the account: should it fail, its owner can still ask again, at the price of the history. And after it, for
    // what came in meanwhile.
    await forget()
    await unfinished.note(user._id)
    if (!(await accounts.removeOwn(user._id, sessionId))) throw new AuthError('access_token_revoked')
    await forget()
      .then(() => unfinished.over(user._id))
      .catch(() => {}) // gone for its owner; what is left is removed by `finish`
    // Who never proved the address may have used a stranger's.
    if (isProved(user))
      await mailQueue.tell({ kind: 'account_deleted', email: user.email, language: user.language })
  },

  /**
   * The same for an account that was never proved, and deleted by `remove` if it still was not. Nobody is told: the address
   * is whose it is. False when it stays.
   */
  async removeUnproved({ _id, email }: Removed, remove: () => Promise<boolean>): Promise<boolean> {
    await unfinished.note(_id)
    // First the account, for this may come to nothing. What is left should the process die now is removed by `finish`; mails
    // expire by themselves.
    if (!(await remove())) return false
    await Promise.all([...keepers.map((keeper) => keeper.remove(_id)), mailQueue.forget(_id, email)])
    await unfinished.over(_id)
    log.info({ userId: _id.toHexString() }, 'an account whose address was never proved was deleted')
    return true
  },

  /**
   * Removes what is left of accounts that are gone. Every process may do it. One that fails holds up no other; rejects with
   * the first failure.
   */
  async finish(): Promise<void> {
    const failures: unknown[] = []
    for (const { userId, over } of await unfinished.find())
      try {
        if (!(await accounts.exists(userId)))
          await Promise.all(keepers.map((keeper) => keeper.remove(userId)))
        // Where it is there still, nothing came of it.
        await over()
      } catch (error) {
        failures.push(error)
      }
    if (failures.length > 0) throw failures[0]
  },
})

import { AuthError } from '@latchkey/contracts/server'
import type { Types } from 'mongoose'
import type { Logger } from 'pino'
import type { MailQueue } from '../mail/mail-queue.ts'
import type { Accounts, Credentials } from '../users/accounts.ts'
import { isProved, type UserIdentity } from '../users/user-identity.ts'

/** A part that keeps something about accounts. */
interface Keeper {
  /** Forgets all of it. May be called again. */
  remove(userId: Types.ObjectId): Promise<unknown>
}

interface Collaborators {
  accounts: Accounts
  /** What else is kept about an account, and goes with it. */
  keepers: readonly Keeper[]
  mailQueue: MailQueue
  log: Logger
}

type Removed = Pick<UserIdentity, '_id' | 'email'>

export type Removal = ReturnType<typeof createRemoval>

/** Deleting an account: its sessions end, and nothing about its owner is kept. */
export const createRemoval = ({ accounts, keepers, mailQueue, log }: Collaborators) => ({
  /** For somebody who is signed in. Throws AuthError `access_token_revoked` when their session has ended. */
  async remove(user: Credentials, sessionId: string): Promise<void> {
    // Asked first, so that it costs nobody the history: what decides is the deletion below.
    if (!(await accounts.isSignedIn(user._id, sessionId))) throw new AuthError('access_token_revoked')
    const forget = () => Promise.all(keepers.map((keeper) => keeper.remove(user._id)))
    // Before the account: should it fail, its owner can still ask again, at the price of the history. And after it, for
    // what came in meanwhile.
    await forget()
    if (!(await accounts.removeOwn(user._id, sessionId))) throw new AuthError('access_token_revoked')
    await forget().catch(() => {}) // gone for its owner; what is left expires by itself
    // Who never proved the address may have used a stranger's.
    if (isProved(user))
      await mailQueue.tell({ kind: 'account_deleted', email: user.email, language: user.language })
  },

  /**
   * The same for an account that was never proved, and deleted by `remove` if it still was not. Nobody is told: the address
   * is whose it is. False when it stays.
   */
  async removeUnproved({ _id, email }: Removed, remove: () => Promise<boolean>): Promise<boolean> {
    // First the account, for this may come to nothing; what is left should the process die now expires by itself.
    if (!(await remove())) return false
    await Promise.all([...keepers.map((keeper) => keeper.remove(_id)), mailQueue.forget(_id, email)])
    log.info({ userId: _id.toHexString() }, 'an account whose address was never proved was deleted')
    return true
  },
})

import type { Logger } from 'pino'
import { createBackground } from '../background.ts'
import type { MailQueue } from '../mail/mail-queue.ts'
import type { Unproved, UnprovedAccounts } from '../users/unproved-accounts.ts'
import type { Removal } from './removal.service.ts'

/** So many at a time: after an update there may be many, and other mail must not wait for all of them. */
const batch = 100

interface Collaborators {
  unprovedAccounts: UnprovedAccounts
  removal: Removal
  mailQueue: MailQueue
  log: Logger
  /** False: nobody lapses, because of a setting, or because without mail nobody could prove an address. */
  enabled: boolean
}

/**
 * Accounts whose address is never proved are reminded, and some time later deleted. Every process does it: what decides is
 * in the database, and each account is marked or deleted by one conditional update.
 */
export function createLapse({ unprovedAccounts, removal, mailQueue, log, enabled }: Collaborators) {
  const background = createBackground({ sweep, log, what: 'accounts that lapse' })

  return {
    start(): void {
      if (enabled) background.start()
    },

    stop: () => background.stop(),

    sweep,
  }

  /** Deletes whose time is over and reminds whose will be. */
  async function sweep(): Promise<void> {
    if (!enabled) return
    for (const account of await unprovedAccounts.lapsed(batch))
      await removal.removeUnproved(account, () => unprovedAccounts.removeLapsed(account))
    for (let i = 0; i < batch; i++) {
      const account = await unprovedAccounts.nextToRemind()
      if (!account) return
      await remind(account)
    }
  }

  async function remind(account: Unproved): Promise<void> {
    try {
      await mailQueue.add({ kind: 'account_lapsing', userId: account._id })
    } catch (error) {
      await unprovedAccounts.remindAgain(account)
      throw error
    }
  }
}

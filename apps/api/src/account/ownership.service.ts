import { randomBytes } from 'node:crypto'
import type { Role } from '@latchkey/contracts'
import { AuthError, complain } from '@latchkey/contracts/server'
import type { Device } from '@latchkey/sessions'
import type { SecurityEvents } from '../events/security-events.ts'
import { opensByPassword, secondStepsOf } from '../factors/second-steps.ts'
import type { Whom } from '../limits/fair-queue.ts'
import type { ActionTokens } from '../links/action-tokens.ts'
import type { MailQueue } from '../mail/mail-queue.ts'
import type { Accounts, Credentials } from '../users/accounts.ts'
import type { UnprovedAccounts } from '../users/unproved-accounts.ts'
import type { Removal } from './removal.service.ts'

interface Collaborators {
  accounts: Accounts
  unprovedAccounts: UnprovedAccounts
  actionTokens: ActionTokens
  events: SecurityEvents
  mailQueue: MailQueue
  removal: Removal
  passwords: { hash(password: string, whom: Whom): Promise<string> }
  /** Whether somebody with these roles has to have a second factor. */
  isFactorRequired: (roles: readonly Role[]) => boolean
}

export type Ownership = ReturnType<typeof createOwnership>

/** Undoing sign-ups and changes of address that somebody else made, and correcting a mistyped address. */
export function createOwnership(collaborators: Collaborators) {
  const { accounts, unprovedAccounts, actionTokens, events, mailQueue, removal, passwords } = collaborators
  const { isFactorRequired } = collaborators

  return {
    /**
     * "This was not me": deletes the account that was made with somebody's address, unless it is proved; of a new address
     * for an account it ends the links alone. Throws AuthError `token_used`, `token_expired` or `token_invalid`.
     */
    async disown(token: string): Promise<void> {
      const { kind, userId, email } = await actionTokens.read(['verify_email', 'confirm_new_email'], token)
      if (kind === 'confirm_new_email') {
        await mailQueue.drop(kind, userId)
        return await actionTokens.consumeAll(kind, userId)
      }
      const remove = () => unprovedAccounts.disown(userId, email)
      if (!(await removal.removeUnproved({ _id: userId, email }, remove)))
        throw new AuthError('token_invalid')
    },

    /**
     * Puts an address right that was never proved, for somebody who has shown the password, and sends a link there.
     * Throws AuthError `email_taken`, or `validation_failed` when there is nothing to put right any more, or the password
     * alone does not sign in: by the address one gets a new password, so it takes as much to change it.
     */
    async correct(
      user: Credentials,
      email: string,
      { device, turns }: { device: Device; turns: number },
    ): Promise<void> {
      const isRequired = isFactorRequired(user.roles)
      if (!(await unprovedAccounts.correctEmail(user, email, opensByPassword({ isRequired }))))
        complain(
          'email',
          secondStepsOf(user, { isRequired }).length > 0 ? 'email_guarded' : 'email_confirmed',
        )
      // What went to the mistyped one ends with it, and what is still to go anywhere.
      await mailQueue.drop('confirm_new_email', user._id)
      for (const kind of ['verify_email', 'reset_password', 'confirm_new_email'] as const)
        await actionTokens.consumeAll(kind, user._id)
      await mailQueue.tell({ kind: 'verify_email', email, turns })
      await events.record({ kind: 'email_changed', userId: user._id, sessionId: null, device })
    },

    /** What a link in the notice is for. Throws AuthError `token_used`, `token_expired` or `token_invalid`. */
    undoLink: (token: string) => actionTokens.read(['undo_email'], token),

    /**
     * Puts the address back from which the account was changed. Resolves with a token to choose a new password: whoever
     * changed the address knew the old one. Throws AuthError `token_used`, `token_expired` or `token_invalid`.
     */
    async undo(token: string, device: Device, whom: Whom): Promise<string> {
      const { userId, email, before } = await actionTokens.consume('undo_email', token, async (consumed) => {
        const nobodysPassword = await passwords.hash(randomBytes(32).toString('base64url'), whom)
        const before = await accounts.undoEmailChange(consumed.userId, consumed.email, nobodysPassword)
        if (!before) throw new AuthError('token_invalid')
        return { ...consumed, before }
      })
      // Whoever asked for these is not the owner. Links to undo other changes stay: those of earlier ones are the
      // owner's, and those of later ones find nothing that rests.
      await mailQueue.drop('confirm_new_email', userId)
      await actionTokens.consumeAll('confirm_new_email', userId)
      await actionTokens.consumeAll('reset_password', userId)
      await mailQueue.tell({
        kind: 'email_change_undone',
        email: before.email,
        language: before.language,
      })
      const passkeysRemoved = before.passkeys.length > 0
      await events.record({ kind: 'email_change_undone', userId, sessionId: null, device, passkeysRemoved })
      return await actionTokens.create('reset_password', { userId, email })
    },
  }
}

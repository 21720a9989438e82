import { AuthError } from '@latchkey/contracts/server'
import type { Device } from '@latchkey/sessions'
import { Types } from 'mongoose'
import type { SecurityEvents } from '../events/security-events.ts'
import type { ActionKind } from '../links/action-token.model.ts'
import type { ActionTokens } from '../links/action-tokens.ts'
import type { MailQueue } from '../mail/mail-queue.ts'
import type { Accounts, Credentials } from '../users/accounts.ts'
import { emailKey } from '../users/user.model.ts'
import { isProved } from '../users/user-identity.ts'

interface Collaborators {
  accounts: Accounts
  actionTokens: ActionTokens
  events: SecurityEvents
  mailQueue: MailQueue
}

/** Throws unless whoever asks owns the account, by being signed in to it or by its password. */
export type ProveOwner = (user: Credentials) => Promise<void>

export type EmailAddresses = ReturnType<typeof createEmailAddresses>

/** Proving and changing an account's address. */
export function createEmailAddresses({ accounts, actionTokens, events, mailQueue }: Collaborators) {
  return {
    /** Asks for a verification mail. The same work whether or not there is such an account. */
    requestVerification: (email: string, turns: number) =>
      mailQueue.add({ kind: 'verify_email', email, turns }),

    /**
     * `prove` throws unless whoever holds the link owns the account as well; then the link stays as it is.
     * Throws AuthError `token_used`, `token_expired` or `token_invalid`.
     */
    async verify(token: string, device: Device, prove: ProveOwner): Promise<void> {
      await proveOwner('verify_email', token, prove)
      const userId = await actionTokens.consume('verify_email', token, async ({ userId, email }) => {
        // Bound to the address it was sent to: since changed, it proves nothing.
        if (!(await accounts.markVerified(userId, email))) throw new AuthError('token_invalid')
        return userId
      })
      await events.record({ kind: 'email_verified', userId, sessionId: null, device })
    },

    /**
     * Asks to use another address, for somebody who is signed in; nothing changes before it is confirmed from there.
     * Throws AuthError `email_taken`, or `access_token_revoked` when their session has ended.
     */
    async requestChange(
      { _id: userId, passwordChanges }: Credentials,
      email: string,
      { sessionId, turns }: { sessionId: string; turns: number },
    ): Promise<void> {
      if (!(await accounts.isSignedIn(userId, sessionId))) throw new AuthError('access_token_revoked')
      if (await accounts.isEmailTaken(userId, email)) throw new AuthError('email_taken')
      // One that could not be mailed yet is not mailed after this one.
      await mailQueue.drop('confirm_new_email', userId, { except: email })
      await mailQueue.add({ kind: 'confirm_new_email', userId, email, passwordChanges, turns })
    },

    /** The address that an account has asked for last and not confirmed yet. Null: none. */
    async pending(userId: string): Promise<string | null> {
      const _id = new Types.ObjectId(userId)
      // What is queued was asked for after whatever has been sent.
      return (
        (await mailQueue.addressOf('confirm_new_email', _id)) ??
        (await actionTokens.latestAddress('confirm_new_email', _id))
      )
    },

    /**
     * Takes back what was asked for. The links that were mailed stop working. Throws AuthError `access_token_revoked`
     * when that session has ended.
     */
    async cancelChange(userId: string, sessionId: string, device: Device): Promise<void> {
      if (!(await accounts.isSignedIn(userId, sessionId))) throw new AuthError('access_token_revoked')
      const wasPending = (await this.pending(userId)) !== null
      const _id = new Types.ObjectId(userId)
      // Also when none seems to wait: a link that is being tried at this moment must not be given back.
      await mailQueue.drop('confirm_new_email', _id)
      await actionTokens.consumeAll('confirm_new_email', _id)
      if (!wasPending) return
      await events.record({ kind: 'email_change_cancelled', userId, sessionId, device })
    },

    /** The same for a new address. Throws AuthError `email_taken`, `token_used`, `token_expired` or `token_invalid`. */
    async confirmChange(token: string, device: Device, prove: ProveOwner): Promise<void> {
      await proveOwner('confirm_new_email', token, prove)
      const { before, email } = await actionTokens.consume('confirm_new_email', token, async (consumed) => {
        const { userId, email, passwordChanges } = consumed
        const before = await accounts.changeEmail(userId, email, passwordChanges)
        // Gone, or asked for with a password that is none any more.
        if (!before) throw new AuthError('token_invalid')
        return { before, email }
      })
      const userId = before._id
      // Only whoever had proved it can want it back.
      if (emailKey(before.email) !== emailKey(email) && isProved(before))
        await mailQueue.tell({
          kind: 'email_changed',
          userId,
          email: before.email,
          language: before.language,
        })
      await mailQueue.drop('confirm_new_email', userId)
      await actionTokens.consumeAll('confirm_new_email', userId)
      // Links that went to the old address end with it.
      await actionTokens.consumeAll('reset_password', userId)
      await events.record({ kind: 'email_changed', userId, sessionId: null, device })
    },
  }

  /** Before the link is used up: a question that is still open must not stop whoever answers it. */
  async function proveOwner(kind: ActionKind, token: string, prove: ProveOwner): Promise<void> {
    const { userId, email, passwordChanges } = await actionTokens.read([kind], token)
    const user = await accounts.credentials(userId.toHexString())
    if (!user) throw new AuthError('token_invalid')
    const isMeant =
      kind === 'verify_email'
        ? emailKey(user.email) === emailKey(email)
        : user.passwordChanges === passwordChanges
    if (!isMeant) throw new AuthError('token_invalid')
    await prove(user)
  }
}

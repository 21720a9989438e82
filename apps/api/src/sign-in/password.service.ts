import type { BodyOf, routes } from '@latchkey/contracts'
import { AuthError, type Clock, complain } from '@latchkey/contracts/server'
import type { Device, DeviceId } from '@latchkey/sessions'
import { Types } from 'mongoose'
import type { SecurityEvents } from '../events/security-events.ts'
import type { Whom } from '../limits/fair-queue.ts'
import type { ActionTokens } from '../links/action-tokens.ts'
import type { MailQueue } from '../mail/mail-queue.ts'
import type { Accounts, Credentials } from '../users/accounts.ts'
import { newDevice } from '../users/known-devices.ts'
import { emailKey } from '../users/user.model.ts'
import type { Passwords } from './password.ts'
import type { PasswordPolicy } from './password-policy.ts'

interface Collaborators {
  accounts: Accounts
  actionTokens: ActionTokens
  events: SecurityEvents
  mailQueue: MailQueue
  passwords: Passwords
  clock: Clock
  passwordPolicy: PasswordPolicy
}

export type PasswordService = ReturnType<typeof createPasswordService>

/** Checks, changes and resets passwords. */
export function createPasswordService(collaborators: Collaborators) {
  const { accounts, actionTokens, events, mailQueue, passwords, clock, passwordPolicy } = collaborators

  return {
    prove,
    verify,
    credentials,
    endLinksToNewAddress,

    /**
     * Changes the password of somebody who has shown the current one, and ends all their other sessions.
     * Throws AuthError `validation_failed` when the new password is too easy to guess, or the current one has just
     * changed; `access_token_revoked` when their own session has ended.
     */
    async change(
      user: Credentials,
      newPassword: string,
      { sessionId, device, whom }: { sessionId: string; device: Device; whom: Whom },
    ): Promise<void> {
      passwordPolicy.refuseGuessable('newPassword', newPassword, user)
      await passwordPolicy.refuseBreached('newPassword', newPassword)
      if (!(await accounts.changePassword(user, await passwords.hash(newPassword, whom), sessionId))) {
        if (!(await accounts.isSignedIn(user._id, sessionId))) throw new AuthError('access_token_revoked')
        complain('currentPassword', 'current_password_wrong')
      }
      const ids = { userId: user._id, sessionId: new Types.ObjectId(sessionId) }
      await events.record({ kind: 'password_changed', ...ids, device })
      await endLinksToNewAddress(user._id)
    },

    /**
     * Asks for a mail. Does the same work whether or not the account exists: it is looked up when the mail is sent.
     */
    requestReset: (email: string, turns: number) => mailQueue.add({ kind: 'reset_password', email, turns }),

    /** What a link to reset it is for. Throws AuthError `token_used`, `token_expired` or `token_invalid`. */
    resetLink: (token: string) => actionTokens.read(['reset_password'], token),

    /**
     * Sets a new password by the token of a mail and ends every session. The browser that does it is a known one from then on,
     * and no other: whatever goes on elsewhere, its next sign-in has an allowance to itself.
     * Throws AuthError `token_used`, `token_expired`, `token_invalid`, or `validation_failed` for a password that is too
     * easily guessed, which leaves the token as it was.
     */
    async reset(
      { token, password }: BodyOf<typeof routes.resetPassword>,
      device: Device,
      deviceId: DeviceId | null,
      whom: Whom,
    ): Promise<void> {
      const { userId, passkeysRemoved } = await actionTokens.consume(
        'reset_password',
        token,
        async ({ userId, email }) => {
          const user = await accounts.credentials(userId.toHexString())
          // The token is bound to the address it was sent to. If the address has changed since, the token is invalid.
          if (!user || emailKey(user.email) !== emailKey(email)) throw new AuthError('token_invalid')
          passwordPolicy.refuseGuessable('password', password, user)
          await passwordPolicy.refuseBreached('password', password)
          const passwordHash = await passwords.hash(password, whom)
          const knownDevice = deviceId && newDevice(deviceId.idHash, device, clock.now())
          const done = await accounts.resetPassword(user, passwordHash, knownDevice)
          if (!done) throw new AuthError('token_used')
          return { userId, ...done }
        },
      )
      await events.record({ kind: 'password_reset', userId, sessionId: null, device, passkeysRemoved })
      // It is reset, whatever becomes of these.
      await actionTokens.consumeAll('reset_password', userId).catch(() => {})
      await endLinksToNewAddress(userId)
    },
  }

  /**
   * They were asked for with the old password. Links to reset it stay when it is merely changed: whoever knows it could hold
   * up every reset. Never throws: the password is another one, and with that they confirm nothing.
   */
  async function endLinksToNewAddress(userId: Types.ObjectId): Promise<void> {
    try {
      await mailQueue.drop('confirm_new_email', userId)
      await actionTokens.consumeAll('confirm_new_email', userId)
    } catch {}
  }

  /** The account of somebody who shows their password. Throws AuthError `validation_failed` at `path`. */
  async function prove(userId: string, password: string, path: string, whom: Whom): Promise<Credentials> {
    const user = await credentials(userId)
    await verify(user, password, path, whom)
    return user
  }

  /** The same for an account that was read before. */
  async function verify(user: Credentials, password: string, path: string, whom: Whom): Promise<void> {
    if (!(await passwords.verify(password, user.passwordHash, whom))) complain(path, 'current_password_wrong')
  }

  /** Throws AuthError `access_token_revoked` when the account is gone. */
  async function credentials(userId: string): Promise<Credentials> {
    const user = await accounts.credentials(userId)
    if (!user) throw new AuthError('access_token_revoked')
    return user
  }
}

import type { BodyOf, routes } from '@latchkey/contracts'
import { Types } from 'mongoose'
import type { Accounts, Credentials } from '../account/account.service.ts'
import { AuthError } from '../auth-error.ts'
import type { RefreshTokens } from '../sessions/refresh-token.ts'
import type { SecurityEvents } from '../sessions/security-events.ts'
import type { Device } from '../sessions/session.schema.ts'
import type { Sessions, SignedInSession } from '../sessions/session.service.ts'
import { isCommonPassword } from './common-passwords.ts'
import type { DeviceId } from './known-device.ts'
import type { Passwords } from './password.ts'

/** So many failed sign-ins in a row are worth telling the owner. */
const failureBurst = 10

interface Collaborators {
  accounts: Accounts
  sessions: Sessions
  events: SecurityEvents
  refreshTokens: RefreshTokens
  passwords: Passwords
}

/** Where a sign-in comes from and how its session will be held. */
export interface SignIn {
  device: Device
  /** Null for a client without cookies, which is never a known device. */
  deviceId: DeviceId | null
  /** The lock of generation 0; null: an unbound client. */
  lock: string | null
}

/** Whose sign-in is attempted, for the one who counts attempts. */
export interface Attempt {
  /** The user's id, or what was typed when there is no such user: both are counted alike. */
  account: string
  /** The hash of a device that this account was signed in from before. */
  knownDevice: string | null
}

/** An attempt that was let through. */
export interface Admission {
  /** Attempts on the account that were not settled, this one included. */
  failures: number
  /** Gives the attempts back: it was the owner. */
  settle(): Promise<void>
}

export type Auth = ReturnType<typeof createAuth>

/** Registering, signing in and changing the password. Refreshing and signing out are the sessions' own. */
export function createAuth({ accounts, sessions, events, refreshTokens, passwords }: Collaborators) {
  return {
    /** Throws AuthError `validation_failed` (a password everybody tries), `email_taken` or `username_taken`. */
    async register(
      { username, email, password }: BodyOf<typeof routes.register>,
      { device, deviceId, lock }: SignIn,
    ): Promise<SignedInSession> {
      refuseGuessable('password', password, { username, email })
      const passwordHash = await passwords.hash(password)
      const session = sessions.begin(device, lock)
      const deviceIdHash = deviceId?.idHash ?? null
      const user = await accounts.create({ username, email, passwordHash, session, deviceIdHash })
      await events.record({ kind: 'registered', userId: user._id, sessionId: session._id, device })
      return { user, session, refreshToken: refreshTokens.sign(user._id.toHexString(), session) }
    },

    /**
     * Throws AuthError `invalid_credentials`, alike in body and time for a wrong password and an unknown account.
     * `admit` counts the attempt before anything is compared, and may refuse it.
     */
    async login(
      { email, password }: BodyOf<typeof routes.login>,
      { device, deviceId, lock }: SignIn,
      admit: (attempt: Attempt) => Promise<Admission>,
    ): Promise<SignedInSession> {
      const user = await accounts.findByIdentifier(email)
      const known = isKnown(user, deviceId)
      const admission = await admit({
        account: user?._id.toHexString() ?? email.toLowerCase(),
        knownDevice: known ? (deviceId?.idHash ?? null) : null,
      })

      if (!(await passwords.verify(password, user?.passwordHash)) || !user) {
        if (user && admission.failures >= failureBurst)
          await events.record({ kind: 'failed_sign_ins', userId: user._id, sessionId: null, device })
        throw new AuthError('invalid_credentials')
      }
      if (passwords.isOutdated(user.passwordHash)) {
        const passwordHash = await passwords.hash(password)
        if (await accounts.changePassword(user, passwordHash)) user.passwordHash = passwordHash
      }
      const signedIn = await sessions.issue(user, sessions.begin(device, lock))
      if (!signedIn) throw new AuthError('invalid_credentials')

      const sessionId = signedIn.session._id
      await Promise.all([
        admission.settle(),
        deviceId && accounts.rememberDevice(user._id, deviceId.idHash),
        events.record({ kind: known ? 'signed_in' : 'new_device', userId: user._id, sessionId, device }),
      ])
      return signedIn
    },

    /**
     * Changes the password of somebody who is signed in and ends all their other sessions.
     * Throws AuthError `validation_failed` when the current password is wrong or the new one is too easily guessed.
     */
    async changePassword(
      { currentPassword, newPassword }: BodyOf<typeof routes.changePassword>,
      { userId, sessionId, device }: { userId: string; sessionId: string; device: Device },
    ): Promise<void> {
      const user = await accounts.credentials(userId)
      if (!user) throw new AuthError('access_token_revoked')
      refuseGuessable('newPassword', newPassword, user)
      if (!(await passwords.verify(currentPassword, user.passwordHash)))
        complain('currentPassword', wrongPassword)
      // In this order: from here on the old password signs nobody in, and who was signed in with it is next.
      if (!(await accounts.changePassword(user, await passwords.hash(newPassword))))
        complain('currentPassword', wrongPassword)
      await sessions.revokeOthers(userId, sessionId)
      const ids = { userId: user._id, sessionId: new Types.ObjectId(sessionId) }
      await events.record({ kind: 'password_changed', ...ids, device })
    },
  }
}

const wrongPassword = 'This is not your current password.'

const isKnown = (user: Credentials | null, deviceId: DeviceId | null) =>
  deviceId !== null && (user?.knownDevices.some(({ idHash }) => idHash === deviceId.idHash) ?? false)

/** Current guidance: no rules of composition, but nothing that is tried first (NIST SP 800-63B-4 §3.1.1.2). */
function refuseGuessable(
  path: string,
  password: string,
  { username, email }: { username: string; email: string },
) {
  if (isCommonPassword(password))
    complain(path, 'This password is one of the first that anybody would try. Choose another.')
  const personal = [username, email, email.split('@', 1)[0] ?? '']
  if (personal.some((word) => word.toLowerCase() === password.toLowerCase()))
    complain(path, 'Your password must not be your name or address. Choose another.')
}

function complain(path: string, message: string): never {
  throw new AuthError('validation_failed', { errors: [{ path, message }] })
}

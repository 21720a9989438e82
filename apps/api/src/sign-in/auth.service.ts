import type { BodyOf, routes } from '@latchkey/contracts'
import { AuthError, type Clock } from '@latchkey/contracts/server'
import type { Device, DeviceId } from '@latchkey/sessions'
import type { SecurityEvents } from '../events/security-events.ts'
import type { Whom } from '../limits/fair-queue.ts'
import type { AdmittedRegistration } from '../limits/rate-limits.ts'
import type { Admission, Attempt } from '../limits/sign-in-limits.ts'
import type { MailQueue } from '../mail/mail-queue.ts'
import { type Accounts, type Credentials, unchanged } from '../users/accounts.ts'
import { acquaintance, type KnownDevices, newDevice } from '../users/known-devices.ts'
import { identifierKey } from '../users/user.model.ts'
import { isProved, type SignedInUser, type UserIdentity, type UserSessions } from '../users/user-identity.ts'
import { refuseMisleading } from '../users/username-policy.ts'
import type { Passwords } from './password.ts'
import type { PasswordPolicy } from './password-policy.ts'

/** So many failed sign-ins in a row are worth telling the owner. */
export const failureBurst = 10

interface Collaborators {
  accounts: Accounts
  knownDevices: KnownDevices
  sessions: UserSessions
  events: SecurityEvents
  passwords: Passwords
  passwordPolicy: PasswordPolicy
  mailQueue: MailQueue
  clock: Clock
  /** Whether an address has to be proved before its owner can sign in. */
  requireVerifiedEmail: boolean
}

/** Where a sign-in comes from and how its session will be held. */
export interface SignIn {
  device: Device
  /** Null for a client without cookies, which is never a known device. */
  deviceId: DeviceId | null
  /** The lock of generation 0; null: an unbound client. */
  lock: string | null
}

export type Auth = ReturnType<typeof createAuth>

/** Registering and signing in. Refreshing and signing out are the sessions' own. */
export function createAuth(collaborators: Collaborators) {
  const {
    accounts,
    knownDevices,
    clock,
    sessions,
    events,
    passwords,
    passwordPolicy,
    mailQueue,
    requireVerifiedEmail,
  } = collaborators

  return {
    /**
     * Throws AuthError `validation_failed` (a misleading name, a password that is too easily guessed), `email_taken` or
     * `username_taken`. `admit` counts the registration before anything is hashed, and may refuse it.
     */
    async register(
      { username, email, password }: BodyOf<typeof routes.register>,
      { device, deviceId, lock }: SignIn,
      admit: () => Promise<AdmittedRegistration>,
    ): Promise<SignedInUser | { user: UserIdentity; session: null }> {
      refuseMisleading(username)
      passwordPolicy.refuseGuessable('password', password, { username, email })
      const admitted = await admit()
      try {
        await passwordPolicy.refuseBreached('password', password)
      } catch (refused) {
        // It says nothing of names that are taken.
        await admitted.settle()
        throw refused
      }
      const passwordHash = await passwords.hash(password, admitted.whom)
      const deviceIdHash = deviceId?.idHash ?? null
      const session = requireVerifiedEmail ? null : sessions.begin({ device, lock, deviceIdHash })
      const knownDevice = deviceId && newDevice(deviceId.idHash, device, clock.now())
      const user = await accounts.create({ username, email, passwordHash, session, knownDevice })
      await admitted.settle()
      await events.record({ kind: 'registered', userId: user._id, sessionId: session?._id ?? null, device })
      await mailQueue.tell({ kind: 'verify_email', email, turns: admitted.turns })
      return session ? sessions.present(user, session) : { user, session }
    },

    /**
     * Throws AuthError `invalid_credentials`, alike in body and time for a wrong password and an unknown account, or,
     * to whoever knows the password, `account_disabled` or `email_not_verified`.
     * `admit` counts the attempt before anything is compared, and may refuse it. Throws AuthError `rate_limited` when the
     * account was signed in to too often.
     */
    async login(
      { email, password }: BodyOf<typeof routes.login>,
      { device, deviceId, lock }: SignIn,
      admit: (attempt: Attempt) => Promise<Admission>,
    ): Promise<SignedInUser> {
      const user = await accounts.findByIdentifier(email)
      const browser = acquaintance(user?.knownDevices, deviceId?.idHash, device.ip)
      const beginning = { device, lock, deviceIdHash: deviceId?.idHash ?? null }
      const open = (to: Credentials) => sessions.issue(to._id, sessions.begin(beginning), unchanged(to))
      const admission = await admit({
        account: identifierKey(email),
        knownDevice: browser === 'unknown' ? null : (deviceId?.idHash ?? null),
      })

      if (!(await passwords.verify(password, user?.passwordHash, admission.whom)) || !user) {
        // Not waited for: the answer must take as long as for an account that does not exist.
        if (user && admission.failures === failureBurst)
          void events.record({ kind: 'failed_sign_ins', userId: user._id, sessionId: null, device })
        throw new AuthError('invalid_credentials')
      }
      await admission.charge(user._id.toHexString())
      // Only to whoever knows the password, which was no wrong attempt.
      const kept = user.isDisabled
        ? 'account_disabled'
        : requireVerifiedEmail && !isProved(user) && 'email_not_verified'
      if (kept) {
        await admission.settle()
        throw new AuthError(kept)
      }

      const signedIn = (await open(user)) ?? (await openAgain(email, password, admission.whom, open))
      if (!signedIn) throw new AuthError('invalid_credentials')
      const sessionId = signedIn.session._id
      // The session is open, and its owner gets it whatever becomes of these.
      await Promise.allSettled([
        admission.settle(),
        deviceId && knownDevices.remember(user._id, deviceId.idHash, device, unchanged(user)),
        events.record({
          kind: signInKinds[browser],
          userId: user._id,
          sessionId,
          device,
          amr: signedIn.session.amr,
        }),
      ])
      // Not waited for: how long a sign-in takes says nothing of the hash.
      if (passwords.isOutdated(user.passwordHash)) void renewHash(user, password, admission.whom)
      return signedIn
    },
  }

  /** Makes a hash of today's cost. Should that fail, the next sign-in tries again. */
  async function renewHash(user: Credentials, password: string, whom: Whom): Promise<void> {
    try {
      await accounts.replacePasswordHash(user, await passwords.hash(password, whom))
    } catch {}
  }

  /**
   * The hash was replaced between the comparison and the session: by a change of the password, or by another sign-in
   * that made it anew at today's cost. Whether this password is still the one is looked at once more.
   */
  async function openAgain(
    identifier: string,
    password: string,
    whom: Whom,
    open: (user: Credentials) => Promise<SignedInUser | null>,
  ): Promise<SignedInUser | null> {
    const user = await accounts.findByIdentifier(identifier)
    return user && (await passwords.verify(password, user.passwordHash, whom)) ? await open(user) : null
  }
}

const signInKinds = { known: 'signed_in', moved: 'new_network', unknown: 'new_device' } as const

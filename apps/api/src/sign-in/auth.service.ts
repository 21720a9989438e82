import type { BodyOf, FactorOutstanding, Role, routes } from '@latchkey/contracts'
import { AuthError, type Clock } from '@latchkey/contracts/server'
import type { SecurityEvents } from '../events/security-events.ts'
import { secondStepsOf } from '../factors/second-steps.ts'
import type { Whom } from '../limits/fair-queue.ts'
import type { AdmittedRegistration } from '../limits/rate-limits.ts'
import type { Admission, Attempt } from '../limits/sign-in-limits.ts'
import type { MailQueue } from '../mail/mail-queue.ts'
import type { Accounts, Credentials } from '../users/accounts.ts'
import { acquaintance, newDevice } from '../users/known-devices.ts'
import { identifierKey } from '../users/user.model.ts'
import { isProved, type SignedInUser, type UserIdentity, type UserSessions } from '../users/user-identity.ts'
import { refuseMisleading } from '../users/username-policy.ts'
import { afterPassword, stepOn } from './attempt.ts'
import type { Opening, SignIn } from './opening.ts'
import type { Passwords } from './password.ts'
import type { PasswordPolicy } from './password-policy.ts'
import type { SecondStep, SecondSteps } from './second-step.service.ts'
import type { TrustedBrowsers } from './trusted-browsers.ts'

/** So many failed sign-ins in a row are worth telling the owner. */
export const failureBurst = 10

interface Collaborators {
  accounts: Accounts
  sessions: UserSessions
  opening: Opening
  secondSteps: SecondSteps
  trustedBrowsers: TrustedBrowsers
  events: SecurityEvents
  passwords: Passwords
  passwordPolicy: PasswordPolicy
  mailQueue: MailQueue
  clock: Clock
  /** Whether an address has to be proved before its owner can sign in. */
  requireVerifiedEmail: boolean
  /** Whether somebody with these roles has to have a second factor. */
  isFactorRequired: (roles: readonly Role[]) => boolean
}

/** Made, and not signed in: what its owner has to do first. */
interface NotSignedIn {
  user: UserIdentity
  session: null
  first: 'confirm the address' | 'set up a factor'
}

export type Auth = ReturnType<typeof createAuth>

/** Registering and signing in. Refreshing and signing out are the sessions' own. */
export function createAuth(collaborators: Collaborators) {
  const {
    accounts,
    clock,
    sessions,
    opening,
    secondSteps,
    trustedBrowsers,
    events,
    passwords,
    passwordPolicy,
    mailQueue,
    requireVerifiedEmail,
    isFactorRequired,
  } = collaborators

  return {
    /**
     * Throws AuthError `validation_failed` (a misleading name, a password that is too easily guessed), `email_taken` or
     * `username_taken`. `admit` counts the registration before anything is hashed, and may refuse it.
     */
    async register(
      { username, email, password }: BodyOf<typeof routes.register>,
      { device, deviceId, lock, language }: SignIn,
      admit: () => Promise<AdmittedRegistration>,
    ): Promise<SignedInUser | NotSignedIn> {
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
      const isKept = requireVerifiedEmail || isFactorRequired(['user'])
      const session = isKept ? null : sessions.begin({ device, lock, deviceIdHash })
      const knownDevice = deviceId && newDevice(deviceId.idHash, device, clock.now())
      const user = await accounts.create({
        username,
        email,
        passwordHash,
        session,
        knownDevice,
        language,
      })
      await admitted.settle()
      await events.record({ kind: 'registered', userId: user._id, sessionId: session?._id ?? null, device })
      await mailQueue.tell({ kind: 'verify_email', email, turns: admitted.turns })
      if (session) return sessions.present(user, session)
      return { user, session, first: requireVerifiedEmail ? 'confirm the address' : 'set up a factor' }
    },

    /**
     * Throws AuthError `invalid_credentials`, alike in body and time for a wrong password and an unknown account, or,
     * to whoever knows the password, `account_disabled` or `email_not_verified`. Where a second factor is outstanding,
     * nothing is open yet. `admit` counts the attempt before anything is compared, and may refuse it. Throws AuthError
     * `rate_limited` when the account was signed in to too often.
     */
    async login(
      { email, password }: BodyOf<typeof routes.login>,
      signIn: SecondStep,
      admit: (attempt: Attempt) => Promise<Admission>,
    ): Promise<SignedInUser | FactorOutstanding> {
      const { device, deviceId } = signIn
      const user = await accounts.findByIdentifier(email)
      const isKnown = acquaintance(user?.knownDevices, deviceId?.idHash, device.ip) !== 'unknown'
      const knownDevice = isKnown ? (deviceId?.idHash ?? null) : null
      const admission = await admit({ account: identifierKey(email), knownDevice })

      if (!(await passwords.verify(password, user?.passwordHash, admission.whom)) || !user) {
        // Not waited for: the answer must take as long as for an account that does not exist.
        if (user && admission.failures === failureBurst)
          void events.record({ kind: 'failed_sign_ins', userId: user._id, sessionId: null, device })
        throw new AuthError('invalid_credentials')
      }
      await admission.accept(user._id.toHexString())
      // Only to whoever knows the password, which was no wrong attempt.
      const kept = user.isDisabled
        ? 'account_disabled'
        : requireVerifiedEmail && !isProved(user) && 'email_not_verified'
      if (kept) throw new AuthError(kept)

      const entered =
        (await goOn(user, signIn)) ?? (await goOnAgain({ email, password }, admission.whom, signIn))
      if (!entered) throw new AuthError('invalid_credentials')
      // Not waited for: how long a sign-in takes says nothing of the hash.
      if (passwords.isOutdated(user.passwordHash, password)) void renewHash(user, password, admission.whom)
      return entered
    },
  }

  /** With a right password. Null when the account is no longer as it was read. */
  async function goOn(
    user: Credentials,
    signIn: SecondStep,
  ): Promise<SignedInUser | FactorOutstanding | null> {
    const isRequired = isFactorRequired(user.roles)
    const methods = secondStepsOf(user, { isRequired })
    // What asks for a recent sign-in asks for the factor in such a browser, too.
    const shownAt = methods.length > 0 ? await trustedBrowsers.shownAt(user, signIn, signIn.trust) : null
    const event = afterPassword(methods, { isRequired, isTrusted: shownAt !== null })
    if (event === 'factorOutstanding' || event === 'enrolmentOutstanding')
      return await secondSteps.ask(user, { event, methods }, signIn)
    return await opening(user, signIn, { ...stepOn('begun', event), authenticatedAt: shownAt ?? undefined })
  }

  /** Makes a hash of today's cost. Should that fail, the next sign-in tries again. */
  async function renewHash(user: Credentials, password: string, whom: Whom): Promise<void> {
    try {
      await accounts.replacePasswordHash(user, await passwords.hash(password, whom))
    } catch {}
  }

  /**
   * The account changed between the comparison and the session: its password, the hash of it that another sign-in
   * made anew at today's cost, or its factors. All is looked at once more.
   */
  async function goOnAgain(
    { email, password }: BodyOf<typeof routes.login>,
    whom: Whom,
    signIn: SecondStep,
  ): Promise<SignedInUser | FactorOutstanding | null> {
    const user = await accounts.findByIdentifier(email)
    return user && (await passwords.verify(password, user.passwordHash, whom))
      ? await goOn(user, signIn)
      : null
  }
}

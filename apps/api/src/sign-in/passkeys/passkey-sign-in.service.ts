import type { AccessTokenClaims, Assertion } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import type { Device } from '@latchkey/sessions'
import type { Logger } from 'pino'
import type { SecurityEvents } from '../../events/security-events.ts'
import type { PasskeyAdmission } from '../../limits/passkey-limits.ts'
import type { Accounts, Credentials } from '../../users/accounts.ts'
import { acquaintance, type KnownDevices } from '../../users/known-devices.ts'
import type { StoredPasskey } from '../../users/user.model.ts'
import type { SignedInUser, UserSessions } from '../../users/user-identity.ts'
import { type PasskeyOwner, stillOpenedBy, type UserPasskeys } from '../../users/user-passkeys.ts'
import { type AttemptEvent, stepOn } from '../attempt.ts'
import { type SignIn, signInKinds } from '../opening.ts'
import type { ChallengePurpose } from './challenge.model.ts'
import { type Asker, type Challenges, challengeLifetimeSeconds } from './challenges.ts'
import { descriptorOf } from './passkeys.service.ts'
import type { RelyingParty } from './relying-party.ts'
import { clientDataOf, verifyAssertion } from './webauthn.ts'

interface Collaborators {
  userPasskeys: UserPasskeys
  challenges: Challenges
  accounts: Pick<Accounts, 'learnLanguage'>
  knownDevices: KnownDevices
  sessions: UserSessions
  events: SecurityEvents
  log: Logger
  /** Whether an address has to be proved before its owner can sign in. */
  requireVerifiedEmail: boolean
}

type Claims = Pick<AccessTokenClaims, 'sub' | 'sid'>
type Admit = (owner: { userId: string; knownDevice: string | null } | null) => Promise<PasskeyAdmission>

/** An answer to a challenge, and all that it has to fit. */
interface Shown {
  assertion: Assertion
  purpose: ChallengePurpose
  asker: Asker
  relyingParty: RelyingParty
}

export type PasskeySignIn = ReturnType<typeof createPasskeySignIn>

/**
 * Signing in by a passkey, and confirming by one. Either way it must have verified its user, which makes it two
 * factors.
 */
export function createPasskeySignIn(collaborators: Collaborators) {
  const { userPasskeys, challenges, accounts, knownDevices, sessions, events } = collaborators
  const { log, requireVerifiedEmail } = collaborators

  return {
    /** What a browser lets people choose a passkey with. It names nobody, so it tells nobody who has an account. */
    async options({ id: rpId }: RelyingParty, deviceIdHash: string | null) {
      const challenge = await challenges.make('sign_in', { deviceIdHash })
      return { challenge, rpId, ...demands }
    },

    /** The same for somebody who is signed in, with their own passkeys alone. */
    async confirmationOptions(relyingParty: RelyingParty, { sub, sid }: Claims) {
      const user = await userPasskeys.withHandle(sub)
      return await ownOptions(relyingParty, user?.passkeys ?? [], 'confirm', { userId: sub, sessionId: sid })
    },

    /** The same for somebody who has shown the password. */
    secondStepOptions: (
      relyingParty: RelyingParty,
      { passkeys }: Pick<Credentials, 'passkeys'>,
      asker: Asker,
    ) => ownOptions(relyingParty, passkeys, 'second_step', asker),

    /**
     * Somebody who has shown the password shows one of their own passkeys. Throws AuthError `passkey_invalid` or
     * `passkey_challenge_invalid`.
     */
    async showSecond(
      userId: string,
      { assertion, asker, relyingParty }: Omit<Shown, 'purpose'>,
      device: Device,
    ): Promise<{ event: PasskeyEvent; condition: object }> {
      const shown: Shown = { assertion, purpose: 'second_step', asker, relyingParty }
      const passkey = await showOwn(shown, userId, { device, sessionId: null })
      return { event: stepOf(passkey), condition: stillOpenedBy(passkey.id) }
    },

    /**
     * Throws AuthError `passkey_unknown`, `passkey_invalid` or `passkey_challenge_invalid`; to whoever shows a
     * passkey that is right, `account_disabled` or `email_not_verified`. `admit` counts the attempt before its
     * signature is looked at.
     */
    async signIn(
      assertion: Assertion,
      { device, deviceId, lock, language }: SignIn,
      { relyingParty, admit }: { relyingParty: RelyingParty; admit: Admit },
    ): Promise<SignedInUser> {
      const deviceIdHash = deviceId?.idHash ?? null
      const owner = await userPasskeys.findOwner(assertion.id)
      const browser = acquaintance(owner?.knownDevices, deviceIdHash ?? undefined, device.ip)
      const admission = await admit(
        owner && {
          userId: owner._id.toHexString(),
          knownDevice: browser === 'unknown' ? null : deviceIdHash,
        },
      )
      const shown: Shown = { assertion, purpose: 'sign_in', asker: { deviceIdHash }, relyingParty }
      const passkey = await recorded(owner && { userId: owner._id.toHexString(), device }, async () => {
        const { passkey, verified } = await verify(shown, owner)
        // A discoverable credential tells whose it is, and the signature does not cover the id that was sent with it.
        if (assertion.response.userHandle !== owner?.webauthnId) throw new AuthError('passkey_invalid')
        return { ...passkey, ...verified }
      })
      if (!owner) throw new AuthError('passkey_unknown')
      await admission.charge()
      // Only to whoever holds the passkey, which was no wrong attempt.
      const kept = owner.isDisabled
        ? 'account_disabled'
        : requireVerifiedEmail && !owner.emailVerifiedAt && 'email_not_verified'
      if (kept) {
        await admission.settle()
        throw new AuthError(kept)
      }
      await count(passkey, owner._id.toHexString(), { device, sessionId: null })

      const { amr } = stepOn('begun', stepOf(passkey))
      const session = sessions.begin({ device, lock, deviceIdHash, amr })
      const signedIn = await sessions.issue(owner._id, session, stillOpenedBy(passkey.id))
      if (!signedIn) throw new AuthError('passkey_unknown')
      // The session is open, and its owner gets it whatever becomes of these.
      await Promise.allSettled([
        admission.settle(),
        accounts.learnLanguage(owner, language),
        deviceIdHash && knownDevices.remember(owner._id, deviceIdHash, device, { disabledAt: null }),
        events.record({ kind: signInKinds[browser], userId: owner._id, sessionId: session._id, device, amr }),
      ])
      return signedIn
    },

    /**
     * Somebody who is signed in shows one of their own passkeys. Throws AuthError `passkey_invalid` or
     * `passkey_challenge_invalid`.
     */
    async confirm(
      assertion: Assertion,
      { sub, sid }: Claims,
      { relyingParty, device }: { relyingParty: RelyingParty; device: Device },
    ) {
      const asker = { userId: sub, sessionId: sid }
      const shown: Shown = { assertion, purpose: 'confirm', asker, relyingParty }
      const passkey = await showOwn(shown, sub, { device, sessionId: sid })
      return await sessions.confirm(sub, sid, stepOn('begun', stepOf(passkey)).amr, stillOpenedBy(passkey.id))
    },
  }

  async function ownOptions(
    { id: rpId }: RelyingParty,
    passkeys: readonly StoredPasskey[],
    purpose: ChallengePurpose,
    asker: Asker,
  ) {
    const challenge = await challenges.make(purpose, asker)
    return { challenge, rpId, allowCredentials: passkeys.map(descriptorOf), ...demands }
  }

  /** A passkey of an account that is known before. It is counted on. */
  async function showOwn(
    shown: Shown,
    userId: string,
    from: { device: Device; sessionId: string | null },
  ): Promise<StoredPasskey> {
    const passkey = await recorded({ userId, ...from }, async () => {
      const owner = await userPasskeys.findOwner(shown.assertion.id)
      const { passkey, verified } = await verify(shown, owner?._id.equals(userId) ? owner : null)
      const { userHandle } = shown.assertion.response
      if (userHandle !== undefined && userHandle !== owner?.webauthnId) throw new AuthError('passkey_invalid')
      return { ...passkey, ...verified }
    })
    await count(passkey, userId, from)
    return passkey
  }

  /** Uses the challenge up first: whatever becomes of the rest, this answer is good for nothing more. */
  async function verify({ assertion, purpose, asker, relyingParty }: Shown, owner: PasskeyOwner | null) {
    const { challenge, origin } = clientDataOf(assertion)
    await challenges.use(challenge, [purpose], asker)
    const passkey = owner?.passkeys.find(({ id }) => id === assertion.id)
    if (!passkey) throw new AuthError(purpose === 'sign_in' ? 'passkey_unknown' : 'passkey_invalid')
    if (!relyingParty.origins.includes(origin))
      log.warn(
        { origin: origin.slice(0, 128) },
        'a passkey was used at an origin that is not ours (PASSKEY_ORIGINS)',
      )
    return { passkey, verified: await verifyAssertion(assertion, passkey, { challenge, relyingParty }) }
  }

  /** Moves the count on. A copy of a passkey counts for itself, so sooner or later one of the two is behind. */
  async function count(
    { id, counter, backedUp }: StoredPasskey,
    userId: string,
    from: { device: Device; sessionId: string | null },
  ): Promise<void> {
    const outcome = await userPasskeys.use(userId, id, { counter, backedUp })
    if (outcome === 'usedAndResetCancelled')
      await events.record({ kind: 'factors_reset_cancelled', userId, ...from })
    if (outcome === 'used' || outcome === 'usedAndResetCancelled') return
    if (outcome === 'gone') throw new AuthError('passkey_unknown')
    await events.record({ kind: 'passkey_counter_back', userId, ...from })
    throw new AuthError('passkey_invalid')
  }

  /** Lets the owner of a passkey know when it was refused. */
  async function recorded<T>(
    whose: { userId: string; sessionId?: string | null; device: Device } | null,
    check: () => Promise<T>,
  ): Promise<T> {
    try {
      return await check()
    } catch (error) {
      const isRefusal = error instanceof AuthError && refusals.has(error.code)
      if (isRefusal && whose) await events.record({ kind: 'passkey_refused', sessionId: null, ...whose })
      throw error
    }
  }
}

const refusals = new Set<string>(['passkey_invalid', 'passkey_challenge_invalid'])

const demands = { userVerification: 'required', timeout: challengeLifetimeSeconds * 1000 }

type PasskeyEvent = AttemptEvent<'begun'> & AttemptEvent<'factor'>

const stepOf = ({ deviceType }: StoredPasskey): PasskeyEvent =>
  deviceType === 'multiDevice' ? 'syncedPasskeyAccepted' : 'devicePasskeyAccepted'

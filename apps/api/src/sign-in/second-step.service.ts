import type { BodyOf, FactorOutstanding, routes, SecondStepMethod, TotpEnrolment } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import type { TrustProof } from '@latchkey/sessions'
import type { SecurityEvents } from '../events/security-events.ts'
import { type FactorService, failureBurst } from '../factors/factors.service.ts'
import type { AdmittedFactor, FactorTry } from '../limits/factor-limits.ts'
import type { Accounts, Credentials } from '../users/accounts.ts'
import { acquaintance } from '../users/known-devices.ts'
import type { SignedInUser } from '../users/user-identity.ts'
import { type OpeningStep, type PendingState, stepOn } from './attempt.ts'
import type { Opening, SignIn } from './opening.ts'
import type { PasskeySignIn } from './passkeys/passkey-sign-in.service.ts'
import type { RelyingParty } from './passkeys/relying-party.ts'
import { asItWas, isAsItWas, type PendingAttempt, type SignInAttempts } from './sign-in-attempts.ts'
import type { TrustedBrowsers } from './trusted-browsers.ts'

interface Collaborators {
  accounts: Pick<Accounts, 'credentials'>
  attempts: SignInAttempts
  factorService: FactorService
  passkeySignIn: PasskeySignIn
  opening: Opening
  trustedBrowsers: TrustedBrowsers
  events: SecurityEvents
}

/** A sign-in, and the browser that it says it comes from: null without a `device` cookie. */
export type SecondStep = SignIn & {
  presented: string | null
  /** Whether it is one that is trusted, and how it will show so. */
  trust: TrustProof
}

type Admit = (shown: FactorTry) => Promise<AdmittedFactor>

/** What is shown, for whom. */
interface Asked {
  attempt: PendingAttempt<'factor'>
  user: Credentials
  /** Wrong ones lately, this one included. */
  failures: number
  /** What must still hold of the account. */
  condition: object
}

/** It was right: what that comes to, and what must still hold for it. */
interface Accepted {
  step: OpeningStep
  condition: object
}

export type SecondSteps = ReturnType<typeof createSecondSteps>

/** The rest of a sign-in after the right password. Until it is done there is no session, cookie or token. */
export function createSecondSteps({
  accounts,
  attempts,
  factorService,
  passkeySignIn,
  opening,
  trustedBrowsers,
  events,
}: Collaborators) {
  return {
    /** For somebody who has shown the password of an account whose second factor is outstanding, or has to be set up. */
    async ask(
      user: Credentials,
      {
        event,
        methods,
      }: { event: 'factorOutstanding' | 'enrolmentOutstanding'; methods: SecondStepMethod[] },
      { device, presented }: SecondStep,
    ): Promise<FactorOutstanding> {
      const begun = await attempts.begin(user, event, presented)
      if (event === 'enrolmentOutstanding') return { message: enrolFirst, methods, enrol: true, ...begun }
      if (acquaintance(user.knownDevices, presented ?? undefined, device.ip) !== 'known')
        await events.record({ kind: 'factor_asked', userId: user._id, sessionId: null, device })
      const message = methods.includes('totp') ? nextStep : passkeyStep
      return { message, methods, ...begun }
    },

    /**
     * Opens the session. `admit` counts the code before it is looked at, and may refuse it. Throws AuthError
     * `ticket_expired` for a ticket that is used, too old, unknown or another browser's, and when what it was given
     * for has changed; `factor_invalid` for a code that is not right.
     */
    finish(
      { ticket, trustBrowser, ...shown }: BodyOf<typeof routes.loginFactor>,
      signIn: SecondStep,
      admit: Admit,
    ): Promise<SignedInUser> {
      return showWith({ ticket, trustBrowser }, signIn, admit, async ({ user, failures, condition }) => {
        await factorService.show(user, shown, { device: signIn.device, sessionId: null, failures, condition })
        return { step: stepOn('factor', 'codeAccepted'), condition }
      })
    },

    /**
     * What a browser asks for a passkey of this account with. `admit` counts what a good ticket asks for, and may
     * refuse it. Throws AuthError `ticket_expired`.
     */
    async passkeyOptions(
      ticket: string,
      signIn: SecondStep,
      admit: () => Promise<void>,
      relyingParty: RelyingParty,
    ) {
      const { attempt, user } = await find(ticket, 'factor', signIn)
      await admit()
      return await passkeySignIn.secondStepOptions(relyingParty, user, askerOf(attempt, signIn))
    },

    /** The same as `finish` by a passkey. Throws AuthError `passkey_invalid` or `passkey_challenge_invalid` instead. */
    finishByPasskey(
      { ticket, trustBrowser, passkey: assertion }: BodyOf<typeof routes.loginFactorPasskey>,
      signIn: SecondStep,
      admit: Admit,
      relyingParty: RelyingParty,
    ): Promise<SignedInUser> {
      const { device } = signIn
      return showWith(
        { ticket, trustBrowser },
        signIn,
        admit,
        async ({ attempt, user, failures, condition }) => {
          const shown = { assertion, asker: askerOf(attempt, signIn), relyingParty }
          try {
            const accepted = await passkeySignIn.showSecond(user._id.toHexString(), shown, device)
            return {
              step: stepOn('factor', accepted.event),
              condition: { ...condition, ...accepted.condition },
            }
          } catch (error) {
            if (error instanceof AuthError && failures === failureBurst)
              await events.record({ kind: 'failed_factors', userId: user._id, sessionId: null, device })
            throw error
          }
        },
      )
    },

    /** What an app needs to know, for whoever has to set one up first. Throws AuthError `ticket_expired`. */
    async enrol(ticket: string, signIn: SecondStep): Promise<TotpEnrolment> {
      const { attempt, user } = await find(ticket, 'enrolment', signIn)
      const secret = await attempts.keepSecret(attempt, factorService.newSealedSecret(user))
      if (!secret) throw new AuthError('ticket_expired')
      return factorService.enrolment(user, secret)
    },

    /** Switches that app on and opens the session. Throws AuthError `ticket_expired` or `factor_invalid`. */
    async finishEnrolment(
      { ticket, code }: { ticket: string; code: string },
      signIn: SecondStep,
    ): Promise<{ signedIn: SignedInUser; recoveryCodes: string[] }> {
      const { attempt, user } = await find(ticket, 'enrolment', signIn)
      if (!(await attempts.countTry(attempt))) throw new AuthError('ticket_expired')
      const begun = { secret: attempt.secret, code, condition: asItWas(attempt), device: signIn.device }
      const recoveryCodes = await factorService.enable(user, begun)
      // What has come since is the very factor that was shown.
      const withIt = asItWas({ ...attempt, factorChanges: attempt.factorChanges + 1 })
      const step = stepOn('enrolment', 'codeAccepted')
      return { signedIn: await open(attempt, user, signIn, { step, condition: withIt }), recoveryCodes }
    },
  }

  /** Whatever is shown counts as one try, before it is looked at. */
  async function showWith(
    { ticket, trustBrowser = false }: { ticket: string; trustBrowser?: boolean | undefined },
    signIn: SecondStep,
    admit: Admit,
    show: (asked: Asked) => Promise<Accepted>,
  ): Promise<SignedInUser> {
    const { device, presented } = signIn
    if (trustBrowser) trustedBrowsers.refuseUntrustable(signIn, signIn.trust)
    const { attempt, user } = await find(ticket, 'factor', signIn)
    const isKnown = acquaintance(user.knownDevices, presented ?? undefined, device.ip) !== 'unknown'
    const admission = await admit({
      userId: user._id.toHexString(),
      knownDevice: isKnown ? presented : null,
    })
    if (!(await attempts.countTry(attempt))) throw new AuthError('ticket_expired')
    const { failures } = admission
    const accepted = await show({ attempt, user, failures, condition: asItWas(attempt) })
    await admission.settle()
    const signedIn = await open(attempt, user, signIn, accepted)
    const sessionId = signedIn.session._id.toHexString()
    // The session is open, whatever becomes of this.
    if (trustBrowser) await trustedBrowsers.trust(user, sessionId, signIn, signIn.trust).catch(() => {})
    return signedIn
  }

  /** Throws AuthError `ticket_expired`. */
  async function find<State extends PendingState>(ticket: string, state: State, signIn: SecondStep) {
    const attempt = await attempts.find(ticket, state)
    if (!attempt) throw new AuthError('ticket_expired')
    const { userId, deviceIdHash } = attempt
    // A ticket alone is no good where the browser that got it can be told from others.
    if (deviceIdHash && deviceIdHash !== signIn.presented) {
      await events.record({ kind: 'factor_failed', userId, sessionId: null, device: signIn.device })
      throw new AuthError('ticket_expired')
    }
    const user = await accounts.credentials(userId.toHexString())
    if (!user || !isAsItWas(user, attempt)) throw new AuthError('ticket_expired')
    return { attempt, user }
  }

  /** After the last step. Of two right ones with one ticket, one opens a session. */
  async function open(
    attempt: PendingAttempt,
    user: Credentials,
    signIn: SignIn,
    { step, condition }: Accepted,
  ): Promise<SignedInUser> {
    if (!(await attempts.move(attempt, step))) throw new AuthError('ticket_expired')
    const signedIn = await opening(user, signIn, { amr: step.amr, condition })
    if (!signedIn) throw new AuthError('ticket_expired')
    return signedIn
  }
}

/** Whoever has the ticket, in the browser that asks. */
const askerOf = ({ _id }: PendingAttempt, { deviceId }: SignIn) => ({
  attemptId: _id,
  deviceIdHash: deviceId?.idHash ?? null,
})

const nextStep =
  'One step is left. Send a code of your authenticator app, or a recovery code, with this ticket to /api/login/factor.'
const passkeyStep =
  'One step is left. Send this ticket to /api/login/factor/passkey/options, and what your passkey signs to /api/login/factor/passkey.'
const enrolFirst =
  'Your account needs a second factor. Send this ticket to /api/login/enrol to set up an authenticator app.'

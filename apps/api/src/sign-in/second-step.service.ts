import type { FactorOutstanding } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import type { SecurityEvents } from '../events/security-events.ts'
import { factorMethodsOf } from '../factors/factor-store.ts'
import type { FactorService, ShownFactor } from '../factors/factors.service.ts'
import type { AdmittedFactor, FactorTry } from '../limits/factor-limits.ts'
import type { Accounts, Credentials } from '../users/accounts.ts'
import { acquaintance } from '../users/known-devices.ts'
import type { SignedInUser } from '../users/user-identity.ts'
import { stepOn, ticketSeconds } from './attempt.ts'
import type { Opening, SignIn } from './opening.ts'
import { asItWas, isAsItWas, type SignInAttempts } from './sign-in-attempts.ts'

interface Collaborators {
  accounts: Pick<Accounts, 'credentials'>
  attempts: SignInAttempts
  factorService: FactorService
  opening: Opening
  events: SecurityEvents
}

/** A sign-in, and the browser that it says it comes from: null without a `device` cookie. */
export type SecondStep = SignIn & { presented: string | null }

export type SecondSteps = ReturnType<typeof createSecondSteps>

/** The rest of a sign-in whose password was right. No session, cookie or token of it exists before. */
export function createSecondSteps({ accounts, attempts, factorService, opening, events }: Collaborators) {
  return {
    /** For somebody who has shown the password of an account with a second factor. */
    async ask(user: Credentials, { device, presented }: SecondStep): Promise<FactorOutstanding> {
      const methods = factorMethodsOf(user)
      const ticket = await attempts.begin(user, presented)
      if (acquaintance(user.knownDevices, presented ?? undefined, device.ip) !== 'known')
        await events.record({ kind: 'factor_asked', userId: user._id, sessionId: null, device })
      return { message: nextStep, ticket, methods, expiresIn: ticketSeconds }
    },

    /**
     * Opens the session. `admit` counts the code before it is looked at, and may refuse it. Throws AuthError
     * `ticket_expired` for a ticket that is used, too old, unknown or another browser's, and when what it was given for has
     * changed; `factor_invalid` for a code that is not right.
     */
    async finish(
      { ticket, ...shown }: ShownFactor & { ticket: string },
      signIn: SecondStep,
      admit: (shown: FactorTry) => Promise<AdmittedFactor>,
    ): Promise<SignedInUser> {
      const { device, presented } = signIn
      const attempt = await attempts.find(ticket, presented)
      if (!attempt) throw new AuthError('ticket_expired')
      const user = await accounts.credentials(attempt.userId.toHexString())
      if (!user || !isAsItWas(user, attempt)) {
        await attempts.move(attempt, 'superseded')
        throw new AuthError('ticket_expired')
      }
      const isKnown = acquaintance(user.knownDevices, presented ?? undefined, device.ip) !== 'unknown'
      const admission = await admit({
        userId: user._id.toHexString(),
        knownDevice: isKnown ? presented : null,
      })
      if (!(await attempts.countTry(attempt))) throw new AuthError('ticket_expired')

      const condition = asItWas(attempt)
      const { failures } = admission
      await factorService.show(user, shown, { device, sessionId: null, failures, condition })
      await admission.settle()
      // Of two right codes with one ticket, one opens a session.
      if (!(await attempts.move(attempt, 'codeAccepted'))) throw new AuthError('ticket_expired')
      const { amr } = stepOn('factor', 'codeAccepted')
      const signedIn = await opening(user, signIn, { amr, condition })
      if (!signedIn) throw new AuthError('ticket_expired')
      return signedIn
    },
  }
}

const nextStep =
  'One step is left. Send a code of your authenticator app, or a recovery code, with this ticket to /api/login/factor.'

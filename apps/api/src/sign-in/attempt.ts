import type { AuthenticationMethod } from '@latchkey/contracts'

/**
 * Where a sign-in stands. `begun`: nothing was shown. `factor`: the password was, and a second factor is outstanding.
 * `enrolment`: the same, but the account has no second factor yet and must set one up. `open`: it has opened its one
 * session. `over`: it never will.
 */
export type AttemptState = 'begun' | 'factor' | 'enrolment' | 'open' | 'over'

/** Those in which a ticket counts. */
export type PendingState = 'factor' | 'enrolment'

/** One that opens a session says what was shown, all of it. */
export interface OpeningStep {
  to: 'open'
  amr: readonly AuthenticationMethod[]
}

type Step = { to: Exclude<AttemptState, 'begun' | 'open'> } | OpeningStep

/**
 * Every way from nothing to a session (docs/sign-in.md has it in words). A step that is not listed is impossible: a
 * session opens by a step to `open`, and that step says what was shown.
 *
 * Changes to the account need no step. The counts stored with the attempt no longer match then, so it is refused for
 * good (sign-in-attempts.ts).
 */
const steps = {
  begun: {
    passwordSuffices: { to: 'open', amr: ['pwd'] },
    // The key of such a browser stands in for the factor, and is not one: what asks for a factor asks for it here, too.
    browserTrusted: { to: 'open', amr: ['pwd'] },
    factorOutstanding: { to: 'factor' },
    enrolmentOutstanding: { to: 'enrolment' },
    // Its user was verified, so these are two factors (RFC 8176): a key in hardware, or one that is copied between
    // devices.
    devicePasskeyAccepted: { to: 'open', amr: ['hwk', 'user', 'mfa'] },
    syncedPasskeyAccepted: { to: 'open', amr: ['swk', 'user', 'mfa'] },
  },
  factor: {
    codeAccepted: { to: 'open', amr: ['pwd', 'otp'] },
    codeRefused: { to: 'factor' },
    devicePasskeyAccepted: { to: 'open', amr: ['pwd', 'hwk', 'user', 'mfa'] },
    syncedPasskeyAccepted: { to: 'open', amr: ['pwd', 'swk', 'user', 'mfa'] },
    passkeyRefused: { to: 'factor' },
    triesSpent: { to: 'over' },
  },
  enrolment: {
    codeAccepted: { to: 'open', amr: ['pwd', 'otp'] },
    codeRefused: { to: 'enrolment' },
    triesSpent: { to: 'over' },
  },
  open: {},
  over: {},
} as const satisfies Record<AttemptState, Record<string, Step>>

type Steps = typeof steps
export type AttemptEvent<From extends AttemptState> = keyof Steps[From] & string

/** The step that an event takes from a state. */
export const stepOn = <From extends AttemptState, Event extends AttemptEvent<From>>(
  from: From,
  event: Event,
) => steps[from][event]

/** So many codes and passkeys may be shown with one ticket. */
export const triesPerTicket = 5
/** Long enough to find your phone, or to install an app. */
export const ticketSeconds: Record<PendingState, number> = { factor: 300, enrolment: 900 }

/** What a right password comes to, for an account with these second steps. */
export function afterPassword(
  methods: readonly unknown[],
  { isRequired, isTrusted }: { isRequired: boolean; isTrusted: boolean },
): AttemptEvent<'begun'> {
  if (methods.length > 0) return isTrusted ? 'browserTrusted' : 'factorOutstanding'
  return isRequired ? 'enrolmentOutstanding' : 'passwordSuffices'
}

/**
 * How somebody has proved who they are (RFC 8176): a password, a code, a passkey that stays on its device or one that is
 * synced, a touch; and that these were several factors.
 */
export const authenticationMethods = ['pwd', 'otp', 'hwk', 'swk', 'user', 'mfa'] as const
export type AuthenticationMethod = (typeof authenticationMethods)[number]

/** How strong a sign-in was, as `acr` says it: by one factor, or by several. */
export const authenticationContexts = ['sfa', 'mfa'] as const
export type AuthenticationContext = (typeof authenticationContexts)[number]

export const contextOf = (methods: readonly AuthenticationMethod[]): AuthenticationContext =>
  methods.includes('mfa') ? 'mfa' : 'sfa'

/** What can be shown beside a password. */
export const factorMethods = ['totp', 'recovery_code'] as const
export type FactorMethod = (typeof factorMethods)[number]

/** By what a sign-in can go on after the password. */
export const secondStepMethods = [...factorMethods, 'passkey'] as const
export type SecondStepMethod = (typeof secondStepMethods)[number]

/** By what somebody who is signed in can confirm who they are. */
export const confirmationMethods = ['password', ...factorMethods, 'passkey'] as const
export type ConfirmationMethod = (typeof confirmationMethods)[number]

type Duration = `${number}${'s' | 'm' | 'h'}`

/** What a route asks of the sign-in behind an access token (RFC 9470). Without it any token that is good will do. */
export type StepUp =
  /** Who is signed in has shown it so lately: `10m`. */
  | { within: Duration; acr?: 'mfa' }
  /** The sign-in was by several factors. */
  | { within?: Duration; acr: 'mfa' }

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/** `15m` is 900. NaN where there is no such unit. */
export const secondsIn = (duration: string): number =>
  Number(duration.slice(0, -1)) * unitSeconds[duration.slice(-1) as keyof typeof unitSeconds]

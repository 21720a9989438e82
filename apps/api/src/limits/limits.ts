/** `points` times in `windowSeconds`. */
export interface RateLimit {
  readonly points: number
  readonly windowSeconds: number
}

/**
 * What may be done how often. Each is a setting; docs/sign-in-limits.md has them in one table.
 *
 * To raise one, set `LIMIT_…`. For more sign-ins from one place that is `hashPerAddress`, for more of one person
 * `signInPerAccount`.
 *
 * Two things are measured. _Guessing_ is trying; a password or a link that turns out to be right is given back. _Cost_ is
 * work the server does, whether the answer is right or wrong; it is never given back. What strangers do counts on their
 * address, what an account does counts on the account, so that good use takes nothing that others share.
 */
export interface Limits {
  /** Guessing: failed sign-ins from one address, whatever the account. */
  readonly loginPerAddress: RateLimit
  /** Guessing: failed sign-ins to one account from one address. */
  readonly loginPerAccountAndAddress: RateLimit
  /** Guessing: failed sign-ins to one account from anywhere; past that each costs twice the wait of the one before. */
  readonly loginPerAccount: RateLimit
  /** How many tries pass in such a wait, and the longest it gets. */
  readonly loginWaitPerAccount: RateLimit
  /** Guessing: a browser that has signed in to the account before has this to itself, whatever others do. */
  readonly loginPerKnownDevice: RateLimit
  /** Cost: sign-ins to one account with the right password; from each known browser, and by passkey, so many apart. */
  readonly signInPerAccount: RateLimit
  /** Guessing: wrong passwords from one session and address, where an action asks for the password again. */
  readonly proofPerSession: RateLimit
  /** Cost: such passwords for one account, right or wrong. */
  readonly proofPerAccount: RateLimit
  /** Guessing: wrong codes of a second factor for one account from one address. */
  readonly factorPerAccountAndAddress: RateLimit
  /** Guessing: wrong codes for one account, from anywhere but its known browsers. */
  readonly factorPerAccount: RateLimit
  /** Guessing: a browser that has signed in to the account before has this to itself. */
  readonly factorPerKnownDevice: RateLimit
  /** Cost: passwords hashed for strangers at one address: sign-ins and registrations, right or wrong. */
  readonly hashPerAddress: RateLimit
  /** Cost: challenges for sign-ins by passkey, from one address. */
  readonly passkeyChallengePerAddress: RateLimit
  /** Guessing: failed sign-ins by passkey from one address. */
  readonly passkeyPerAddress: RateLimit
  /** Cost: challenges by which one account adds passkeys, or confirms by one. */
  readonly passkeyPerAccount: RateLimit
  /** Cost: registrations from one address. */
  readonly registerPerAddress: RateLimit
  /** Guessing: registrations from one address that found the name or the email address taken. */
  readonly registerFailedPerAddress: RateLimit
  /** Guessing: links from one address that did not work. */
  readonly linkPerAddress: RateLimit
  /** Cost: uses of links that work and may have a password hashed, of one account. */
  readonly resetPerAccount: RateLimit
  /** Cost: mails that one address asks for, those of its registrations included. */
  readonly mailPerAddress: RateLimit
  /** Tries at a new username by one account: they say which names are taken, and those that succeed take one. */
  readonly renamePerAccount: RateLimit
  /** Cost: how often one account chooses the language of its mails. */
  readonly languagePerAccount: RateLimit
  /** New addresses that one account may have a link sent to. */
  readonly changeEmailPerAccount: RateLimit
  /** Cost: downloads of everything that is kept of one account. */
  readonly exportPerAccount: RateLimit
  /** Generous for six tabs, tight for a client that loops on its own 401. */
  readonly refreshPerSession: RateLimit
}

const minute = 60
const hour = 3600
const day = 24 * hour

export const defaultLimits: Limits = {
  loginPerAddress: { points: 100, windowSeconds: 15 * minute },
  loginPerAccountAndAddress: { points: 10, windowSeconds: 15 * minute },
  loginPerAccount: { points: 30, windowSeconds: hour },
  loginWaitPerAccount: { points: 1, windowSeconds: 15 * minute },
  loginPerKnownDevice: { points: 10, windowSeconds: 15 * minute },
  signInPerAccount: { points: 30, windowSeconds: 15 * minute },
  proofPerSession: { points: 10, windowSeconds: 15 * minute },
  proofPerAccount: { points: 30, windowSeconds: 15 * minute },
  factorPerAccountAndAddress: { points: 10, windowSeconds: hour },
  factorPerAccount: { points: 30, windowSeconds: day },
  factorPerKnownDevice: { points: 20, windowSeconds: day },
  hashPerAddress: { points: 600, windowSeconds: 15 * minute },
  passkeyChallengePerAddress: { points: 600, windowSeconds: 15 * minute },
  passkeyPerAddress: { points: 100, windowSeconds: 15 * minute },
  passkeyPerAccount: { points: 60, windowSeconds: hour },
  registerPerAddress: { points: 300, windowSeconds: hour },
  registerFailedPerAddress: { points: 60, windowSeconds: hour },
  linkPerAddress: { points: 60, windowSeconds: hour },
  resetPerAccount: { points: 30, windowSeconds: hour },
  mailPerAddress: { points: 300, windowSeconds: hour },
  renamePerAccount: { points: 10, windowSeconds: hour },
  languagePerAccount: { points: 10, windowSeconds: hour },
  changeEmailPerAccount: { points: 5, windowSeconds: hour },
  exportPerAccount: { points: 10, windowSeconds: hour },
  refreshPerSession: { points: 300, windowSeconds: minute },
}

export const limitNames = Object.keys(defaultLimits) as (keyof Limits)[]

/** The variable that sets a limit: `LIMIT_LOGIN_PER_ADDRESS` for `loginPerAddress`. */
export const limitVariable = (name: keyof Limits): string =>
  `LIMIT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`

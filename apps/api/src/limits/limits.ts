/** `points` attempts in `windowSeconds`. */
export interface RateLimit {
  readonly points: number
  readonly windowSeconds: number
}

/** How patient sign-in, registration and refreshing are. Sign-ins and passwords that were right are given back. */
export interface Limits {
  /** Failed sign-ins from one address, whatever the account. */
  readonly loginPerAddress: RateLimit
  /** Failed sign-ins to one account from one address. */
  readonly loginPerAccountAndAddress: RateLimit
  /** Failed sign-ins to one account from anywhere; past that each costs twice the wait of the one before. */
  readonly loginPerAccount: RateLimit
  /** The longest such wait. */
  readonly loginMaxDelaySeconds: number
  /** A browser that has signed in to the account before has this allowance to itself, whatever others do. */
  readonly loginPerKnownDevice: RateLimit
  readonly registerPerAddress: RateLimit
  /** Tries at a new username by one account: they say which names are taken, and those that succeed take one. */
  readonly renamePerAccount: RateLimit
  /** New addresses that one account may have a link sent to. */
  readonly changeEmailPerAccount: RateLimit
  /** Mails that one address may ask for, and links it may try. */
  readonly mailPerAddress: RateLimit
  /** Generous for six tabs, tight for a client that loops on its own 401. */
  readonly refreshPerSession: RateLimit
}

export const defaultLimits: Limits = {
  loginPerAddress: { points: 100, windowSeconds: 900 },
  loginPerAccountAndAddress: { points: 10, windowSeconds: 900 },
  loginPerAccount: { points: 30, windowSeconds: 3600 },
  loginMaxDelaySeconds: 900,
  loginPerKnownDevice: { points: 10, windowSeconds: 900 },
  mailPerAddress: { points: 30, windowSeconds: 3600 },
  registerPerAddress: { points: 60, windowSeconds: 3600 },
  renamePerAccount: { points: 10, windowSeconds: 3600 },
  changeEmailPerAccount: { points: 5, windowSeconds: 3600 },
  refreshPerSession: { points: 300, windowSeconds: 60 },
}

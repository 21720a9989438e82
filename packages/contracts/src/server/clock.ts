/** The only source of time. Tests pass in a clock that they can move. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** `date` plus a number of seconds. */
export const addSeconds = (date: Date, seconds: number) => new Date(date.getTime() + seconds * 1000)

/** The earlier of two dates. */
export const earlier = (a: Date, b: Date) => (a < b ? a : b)

/** Seconds since 1970, as JWT claims count (RFC 7519 §2, NumericDate). */
export const toNumericDate = (date: Date) => Math.floor(date.getTime() / 1000)

/** The one source of time. Tests pass one they can move. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** `date` moved by a number of seconds. */
export const addSeconds = (date: Date, seconds: number) => new Date(date.getTime() + seconds * 1000)

/** The one of two dates that comes first. */
export const earlier = (a: Date, b: Date) => (a < b ? a : b)

/** Seconds since 1970, as JWT claims count (RFC 7519 §2, NumericDate). */
export const toNumericDate = (date: Date) => Math.floor(date.getTime() / 1000)

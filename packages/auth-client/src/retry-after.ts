import type { AxiosResponse } from 'axios'

/** A longer wait is taken for a mistake: one header should not lock people out. */
const longestSeconds = 3600

/**
 * Seconds from `Retry-After` (RFC 9110 §10.2.3), or null. A date is measured against the server's own `Date`, never
 * against this machine's clock, which may be off by a day.
 */
export function retryAfterSeconds(answer: AxiosResponse<unknown>): number | null {
  const value = header(answer, 'retry-after')
  if (value === null) return null
  const seconds = /^\d+$/.test(value)
    ? Number(value)
    : (Date.parse(value) - Date.parse(header(answer, 'date') ?? '')) / 1000
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), longestSeconds) : null
}

function header(answer: AxiosResponse<unknown>, name: string): string | null {
  const value: unknown = answer.headers?.[name]
  return typeof value === 'string' ? value.trim() : null
}

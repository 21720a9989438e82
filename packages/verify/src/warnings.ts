import type { Clock, Log } from './options.ts'

interface Refused extends Error {
  reason: string
}

/** What happens every day, and needs nobody. The keys report for themselves. */
const everyday = new Set(['missing', 'expired', 'session_ended', 'out_of_date', 'keys_unavailable'])
const quietMs = 60_000

/** Tells of refusals: of what somebody may have set up wrong once a minute for each reason, for strangers can cause it. */
export function createWarnings({ log, clock }: { log: Log; clock: Clock }) {
  const warnedAt = new Map<string, number>()
  return function tell({ name, reason, message, cause }: Refused): void {
    const what = `${name} ${reason}`
    const now = clock.now().getTime()
    const age = now - (warnedAt.get(what) ?? Number.NEGATIVE_INFINITY)
    const facts = { reason, ...(cause !== undefined && { err: cause }) }
    if (everyday.has(reason) || (age >= 0 && age < quietMs)) {
      log.debug(facts, message)
    } else {
      warnedAt.set(what, now)
      log.warn(facts, message)
    }
  }
}

/** Where nobody gave a log. */
export const consoleLog: Log = {
  debug() {},
  warn: (_facts, message) => console.warn(`@latchkey/verify: ${message}`),
}

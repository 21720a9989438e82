import { isDatabaseOutage } from '@latchkey/sessions'
import type { Logger } from 'pino'

/** So often the same failure is told. Less than a minute, after which most of what runs in the background runs again. */
const everyMs = 50_000

/** Tells what goes wrong in the background, over and over perhaps. `what` is what is worked on. */
export function createFailureLog(log: Logger, what: string): (error: unknown) => void {
  let told = { failure: '', at: Number.NEGATIVE_INFINITY }

  return (error) => {
    // An outage is told once, by what asks the database for people. Whatever else fails would stay undone unseen.
    if (isDatabaseOutage(error)) return log.debug({ err: error }, `${what} could not be read; trying again`)
    const now = performance.now()
    const isTold = told.failure === String(error) && now < told.at + everyMs
    if (!isTold) told = { failure: String(error), at: now }
    log[isTold ? 'debug' : 'error']({ err: error }, `the background work on ${what} failed; trying again`)
  }
}

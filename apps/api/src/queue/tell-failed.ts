import { isDatabaseOutage } from '@latchkey/sessions'
import type { Logger } from 'pino'

/** An outage is told once, by what asks the database for people. Whatever else fails would stay undone unseen. */
export function tellFailed(log: Logger, what: string, error: unknown): void {
  if (isDatabaseOutage(error)) log.debug({ err: error }, `${what} could not be read; trying again`)
  else log.error({ err: error }, `the background work on ${what} failed; trying again`)
}

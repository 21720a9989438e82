import type { Clock } from '@latchkey/contracts/server'

/** A clock that stands still until it is moved. */
export interface MovableClock extends Clock {
  advance(seconds: number): void
}

export function movableClock(): MovableClock {
  let now = Date.now()
  return {
    now: () => new Date(now),
    advance(seconds) {
      now += seconds * 1000
    },
  }
}

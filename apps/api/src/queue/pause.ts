import { setTimeout as delay } from 'node:timers/promises'

/** A wait that can be cut short. */
export function createPause(ms: number) {
  let isAwake = false
  let waiting = new AbortController()

  return {
    /** Until the time is over or somebody wakes it; not at all if somebody has since the last time. */
    async wait(): Promise<void> {
      waiting = new AbortController()
      if (!isAwake) await delay(ms, undefined, { signal: waiting.signal }).catch(() => {}) // woken
      isAwake = false
    },

    wake(): void {
      isAwake = true
      waiting.abort()
    },
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { createFailureLog } from './queue/failure-log.ts'

const pollMs = 60_000

interface Job {
  /** Does what is due. Every process does it: what decides is in the database. */
  sweep(stopping: AbortSignal): Promise<void>
  log: Logger
  /** For the log: what is worked on. */
  what: string
}

/** Does something once a minute, until it is told to stop. */
export function createBackground({ sweep, log, what }: Job) {
  const stopping = new AbortController()
  const failed = createFailureLog(log, what)
  let working: Promise<void> | undefined

  return {
    start(): void {
      working ??= work()
    },

    async stop(): Promise<void> {
      stopping.abort()
      await working
    },
  }

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await sweep(stopping.signal)
      } catch (error) {
        failed(error)
      }
      await delay(pollMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {}) // told to stop
    }
  }
}

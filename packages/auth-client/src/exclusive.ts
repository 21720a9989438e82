import type { Clock, Locks } from './environment.ts'

/** Runs pieces of work that change cookies one at a time, across all tabs where the browser can do that. */
export type Exclusively = <Result>(work: () => Promise<Result>) => Promise<Result>

/** The longest wait for the lock. The protocol works without it, only with more requests. */
const longestWaitMs = 10_000

/**
 * Sign-in, refresh and sign-out let the server set cookies. They run under one Web Lock, so that their answers cannot
 * overtake each other. A tab that hangs while it holds the lock delays the others by ten seconds at most.
 */
export function createExclusively(locks: Locks, name: string, clock: Clock): Exclusively {
  return async (work) => {
    const waiting = new AbortController()
    const cancel = clock.after(longestWaitMs, () => waiting.abort())
    let entered = false
    try {
      return await locks.request(name, { signal: waiting.signal }, () => {
        entered = true
        cancel()
        return work()
      })
    } catch (error) {
      if (entered) throw error
      return await work()
    } finally {
      cancel()
    }
  }
}

/** Locks within one page, for browsers that have none (on plain http). */
export function pageLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>()

  return {
    async request(name, { signal }, run) {
      const before = tails.get(name) ?? Promise.resolve()
      const { promise: done, resolve: release } = deferred()
      tails.set(
        name,
        before.then(() => done),
      )
      try {
        await Promise.race([before, aborted(signal)])
        return await run()
      } finally {
        release()
      }
    },
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

// Promise.withResolvers is not in Node 20.
function deferred() {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

import type { Clock, Locks } from './environment.ts'

/** Runs work that changes the cookies one at a time, across all tabs where the browser can. */
export type Exclusively = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Longer than this nobody waits: the protocol is right without the lock, only less thrifty. */
const longestWaitMs = 10_000

/**
 * Everything that lets the server set cookies (sign-in, refresh, sign-out) runs under one Web Lock, so that answers
 * cannot overtake each other. A holder that hangs or is frozen delays the others for ten seconds, no more.
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

/** Locks for as far as one page reaches, where the browser has none (plain http). */
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

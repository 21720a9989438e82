import { setTimeout as delay } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import type { TestApi } from './api.ts'

/** For what hangs: a busy machine is slow, not wrong. */
const patienceMs = 60_000

/** What `check` returns once it no longer throws. */
export const eventually = <Value>(
  check: () => Value | Promise<Value>,
  { interval }: { interval?: number } = {},
): Promise<Value> => vi.waitFor(check, { timeout: patienceMs, ...(interval && { interval }) })

/** As `eventually`, with thirty looks a second, 20 ms apart: a slow machine gets as many, and more time for them. */
export async function within<Value>(seconds: number, check: () => Value | Promise<Value>): Promise<Value> {
  for (let look = 1; ; look++) {
    try {
      return await check()
    } catch (error) {
      if (look === 30 * seconds) throw error
    }
    await delay(20)
  }
}

/** Resolves when a count has stood still: what the background does at the start would be counted with what is tried. */
export async function settled(count: () => number): Promise<void> {
  for (let before = -1; before !== count(); ) {
    before = count()
    await delay(300)
  }
}

/** Resolves when no mail waits. Sending one reads the database behind the answer. */
export const mailsSent = ({ services }: TestApi): Promise<void> =>
  eventually(async () =>
    expect(await services.database.connection.collection('mailJobs').countDocuments()).toBe(0),
  )

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

/** As `eventually`, within a second: fifty looks with 20 ms between them, so that a slow machine has as many and more time. */
export async function withinASecond<Value>(check: () => Value | Promise<Value>): Promise<Value> {
  for (let look = 1; ; look++) {
    try {
      return await check()
    } catch (error) {
      if (look === 50) throw error
    }
    await delay(20)
  }
}

/** No mail waits: what sends them reads whom they are for, behind what was answered. */
export const mailsSent = ({ services }: TestApi): Promise<void> =>
  eventually(async () =>
    expect(await services.database.connection.collection('mailJobs').countDocuments()).toBe(0),
  )

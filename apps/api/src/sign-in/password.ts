import { createHmac } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { normalizePassword } from '@latchkey/contracts'
import bcrypt from 'bcryptjs'
import { Tinypool } from 'tinypool'
import { createFairQueue, type Whom } from '../limits/fair-queue.ts'

/** One core is left to the event loop. */
const threads = Math.max(1, availableParallelism() - 1)
/** How many hashes may wait; past that somebody is told to come back instead. */
const room = { account: 16, neighbours: threads * 32, total: threads * 64 }
const bcryptMaxBytes = 72
const idleMs = 60_000

export type Passwords = ReturnType<typeof createPasswords>

/** Hashes and compares passwords with bcrypt, in worker threads: the event loop never waits for one. */
export function createPasswords({ bcryptCost }: { bcryptCost: number }) {
  const pool = new Tinypool({
    filename: new URL('./password-worker.js', import.meta.url).href,
    // Started by the first sign-in, gone a while after the last: a thread holds some 15 MB.
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleMs,
    isolateWorkers: false,
  })
  // The pool itself would serve whoever came first.
  const queue = createFairQueue({ atOnce: threads, room })
  // Matches nothing, costs the same: what an unknown account is compared with.
  const nobody = `${bcrypt.genSaltSync(bcryptCost)}${'.'.repeat(31)}`

  const run = <Result>(name: 'hash' | 'compare', task: object, whom: Whom): Promise<Result> =>
    queue.run(whom, () => pool.run(task, { name }))

  return {
    /** Throws AuthError `overloaded` when too much waits for the same people. */
    hash: (password: string, whom: Whom) =>
      run<string>('hash', { password: bcryptInput(password), cost: bcryptCost }, whom),

    /**
     * Whether the password is the one. `passwordHash` undefined: nobody's, at the price of a real comparison.
     * Throws AuthError `overloaded` when too much waits for the same people.
     */
    async verify(password: string, passwordHash: string | undefined, whom: Whom): Promise<boolean> {
      const task = { password: bcryptInput(password), passwordHash: passwordHash ?? nobody }
      const same = await run<boolean>('compare', task, whom)
      return same && passwordHash !== undefined
    },

    /** Whether a hash was made at another cost than today's. */
    isOutdated: (passwordHash: string) => bcrypt.getRounds(passwordHash) !== bcryptCost,

    close: () => pool.destroy(),
  }
}

/**
 * bcrypt reads 72 bytes and stops at a NUL. What would be cut is replaced by its HMAC-SHA-384 (64 characters), so that
 * passwords which differ only at the tail stay different. The label keeps it from being a hash found in any breach.
 */
function bcryptInput(password: string): string {
  const normalized = normalizePassword(password)
  const fits = Buffer.byteLength(normalized) <= bcryptMaxBytes && !normalized.includes('\0')
  return fits ? normalized : createHmac('sha384', 'latchkey password').update(normalized).digest('base64')
}

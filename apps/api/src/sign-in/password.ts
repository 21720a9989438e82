import { createHmac } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { normalizePassword } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import bcrypt from 'bcryptjs'
import { Tinypool } from 'tinypool'

/** One core is left to the event loop. */
const threads = Math.max(1, availableParallelism() - 1)
/** Who would wait longer than this many hashes is told to come back instead. */
const maxQueue = threads * 32
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
    maxQueue,
    isolateWorkers: false,
  })
  // Matches nothing, costs the same: what an unknown account is compared with.
  const nobody = `${bcrypt.genSaltSync(bcryptCost)}${'.'.repeat(31)}`

  const run = async <Result>(name: 'hash' | 'compare', task: object): Promise<Result> => {
    if (pool.queueSize >= maxQueue) throw new AuthError('overloaded', { retryAfterSeconds: 5 })
    return await pool.run(task, { name })
  }

  return {
    hash: (password: string) => run<string>('hash', { password: bcryptInput(password), cost: bcryptCost }),

    /** Whether the password is the one. `passwordHash` undefined: nobody's, at the price of a real comparison. */
    async verify(password: string, passwordHash: string | undefined): Promise<boolean> {
      const task = { password: bcryptInput(password), passwordHash: passwordHash ?? nobody }
      const same = await run<boolean>('compare', task)
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

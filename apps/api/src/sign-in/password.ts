import { createHmac } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { normalizePassword } from '@latchkey/contracts'
import bcrypt from 'bcryptjs'
import { Tinypool } from 'tinypool'
import { createFairQueue, type Whom } from '../limits/fair-queue.ts'
import {
  type ForeignHash,
  foreignHashCost,
  maxHashCost,
  minHashCost,
  readForeignHash,
} from './foreign-hash.ts'
import type { HashCosts } from './hash-costs.ts'

/** One core is left to the event loop. */
const threads = Math.max(1, availableParallelism() - 1)
/** How many hashes may wait; past that somebody is told to come back instead. */
const room = { account: 16, neighbours: threads * 32, total: threads * 64 }
const bcryptMaxBytes = 72
const idleMs = 60_000

type WorkName = 'hash' | 'compare' | 'compareForeign'

/** The threads that do the work, or a test that counts it. */
export interface PasswordWorkers {
  run(task: object, options: { name: WorkName }): Promise<unknown>
  /** Ends the threads that have nothing to do. */
  recycleWorkers(): Promise<void>
  destroy(): Promise<void>
}

interface Settings {
  bcryptCost: number
  hashCosts: Pick<HashCosts, 'highest' | 'meet'>
  /** Of a Firebase project, whose hashes cannot be compared without it. Missing: none of them matches. */
  firebaseSignerKey?: Buffer | undefined
  /** Missing: threads of its own. */
  workers?: PasswordWorkers | undefined
  /** Told how long a hash waited for its turn, in milliseconds. */
  onTurn?: ((waitedMs: number) => void) | undefined
  /** Told of each hash for which there was no room. */
  onRefused?: (() => void) | undefined
}

export type Passwords = ReturnType<typeof createPasswords>

/**
 * Hashes and compares passwords with bcrypt, in worker threads, so that the event loop never waits. Compares with the
 * hashes of other systems, too (foreign-hash.ts).
 */
export function createPasswords(settings: Settings) {
  const { bcryptCost, hashCosts, workers = createPasswordWorkers(), onTurn, onRefused } = settings
  const signerKey = settings.firebaseSignerKey ?? null
  // The threads themselves would serve whoever came first.
  const queue = createFairQueue({ atOnce: threads, room, onTurn, onRefused })
  let works: Promise<unknown> | null = null
  const run = async <Result>(name: WorkName, task: object, whom: Whom): Promise<Result> =>
    (await queue.run(whom, () => workers.run(task, { name }))) as Result

  return {
    /** Throws AuthError `overloaded` when too much waits for the same people. */
    hash: (password: string, whom: Whom) =>
      run<string>('hash', { password: bcryptInput(password), cost: bcryptCost }, whom),

    /**
     * Whether a password is right. `passwordHash` undefined: there is no such account; null: it has none. The work is always
     * the same:
     * with or without an account, at any cost of its hash, and for an unreadable hash, which no password matches.
     */
    async verify(password: string, passwordHash: string | null | undefined, whom: Whom): Promise<boolean> {
      const stored = readHash(passwordHash)
      if (stored) await hashCosts.meet(costOf(stored))
      const highest = await hashCosts.highest()
      if (stored && !('passwordHash' in stored)) {
        const topUp = costsBetween(minHashCost, highest).map(nobodys)
        const task = { password, foreign: stored, signerKey, topUp, cost: highest }
        return await run<boolean>('compareForeign', task, whom)
      }
      const task = {
        // What another system hashed was not replaced when it was long: that one compared the first 72 bytes.
        password: stored?.kind === 'bcrypt' ? password : bcryptInput(password),
        passwordHash: stored?.passwordHash ?? nobodys(highest),
        // 2^c + (2^c + 2^(c+1) + … + 2^(h-1)) = 2^h.
        topUp: costsBetween(stored?.cost ?? highest, highest).map(nobodys),
      }
      const same = await run<boolean>('compare', task, whom)
      return same && stored !== null
    },

    /**
     * Whether a hash, for which a password was right, is to be made anew: it has a cost other than today's, or is another
     * system's. Where that one compared only a part of the password, nobody knows how the rest of it should read.
     */
    isOutdated(passwordHash: string | null | undefined, password: string): boolean {
      const stored = readHash(passwordHash)
      if (stored?.kind === 'bcrypt' && isCut(password)) return false
      return stored?.kind !== 'own' || stored.cost !== bcryptCost
    },

    /** Resolves when a thread has hashed something, which is tried until it has worked once. Throws what the threads throw. */
    async assertWorking(): Promise<void> {
      works ??= hashOnce()
      try {
        await works
      } catch (error) {
        works = null
        throw error
      }
    },

    /** How many hashes wait for their turn, and how many are being made. */
    load: () => ({ waiting: queue.waiting, running: queue.running }),

    close: () => workers.destroy(),
  }

  async function hashOnce(): Promise<void> {
    await workers.run({ password: '', cost: 4 }, { name: 'hash' })
    // Who knows when somebody signs in.
    await workers.recycleWorkers()
  }
}

/** Threads that hash; none runs before there is something to hash. */
export function createPasswordWorkers(): PasswordWorkers {
  return new Tinypool({
    filename: new URL('./password-worker.js', import.meta.url).href,
    // Started by the first sign-in, and stopped some time after the last: a thread holds about 15 MB.
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleMs,
    isolateWorkers: false,
  })
}

/** From `low` up to, but not including, `high`. */
const costsBetween = (low: number, high: number) =>
  Array.from({ length: Math.max(0, high - low) }, (_, index) => low + index)

interface OwnHash {
  kind: 'own'
  cost: number
  passwordHash: string
}

/** A usable hash. Null for anything else. */
function readHash(passwordHash: unknown): OwnHash | ForeignHash | null {
  if (typeof passwordHash !== 'string') return null
  const own = /^\$2b\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(passwordHash)
  if (own) {
    const cost = Number(own[1])
    return cost >= minHashCost && cost <= maxHashCost ? { kind: 'own', cost, passwordHash } : null
  }
  const foreign = readForeignHash(passwordHash)
  return typeof foreign === 'string' ? null : foreign
}

const costOf = (hash: OwnHash | ForeignHash) => (hash.kind === 'own' ? hash.cost : foreignHashCost(hash))

/** A hash that matches nothing and costs the same. */
const nobodys = (cost: number) => `$2b$${String(cost).padStart(2, '0')}$${salt}${'.'.repeat(31)}`
const salt = bcrypt.genSaltSync(4).slice(-22)

/**
 * bcrypt reads only 72 bytes and stops at a NUL. A password that would be cut is replaced by its HMAC-SHA-384 (64
 * characters), so that passwords with different ends stay different. The label makes sure that no leaked hash equals
 * it.
 */
function bcryptInput(password: string): string {
  const normalized = normalizePassword(password)
  if (!isCut(normalized)) return normalized
  return createHmac('sha384', 'latchkey password').update(normalized).digest('base64')
}

const isCut = (password: string): boolean =>
  Buffer.byteLength(password) > bcryptMaxBytes || password.includes('\0')

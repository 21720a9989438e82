// Runs in a worker thread, like the one that imports it.
import { createCipheriv, createHash, pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto'
import bcrypt from 'bcryptjs'

/** @typedef {Exclude<import('./foreign-hash.ts').ForeignHash, { kind: 'bcrypt' }>} SlowHash */

/** For the sake of the time, so much at least is left to measure bcrypt by: a sixteenth of what is due. */
const measuredBy = 4

/**
 * Whether a password is right, by a hash that is not bcrypt's. Takes as long as bcrypt at the highest cost of `topUp`, or
 * as long as the hash itself takes, if that is longer.
 * @param {{ password: string, foreign: SlowHash, signerKey: Uint8Array | null, topUp: string[], cost: number }} task
 *   `topUp`: bcrypt hashes that match nothing, the cheapest first; `cost`: of the work that is due.
 * @returns {Promise<boolean>}
 */
export async function compareForeign({ password, foreign, signerKey, topUp, cost }) {
  const startedAt = performance.now()
  let same = false
  try {
    same = await matches(password, foreign, signerKey)
  } catch {
    // A hash that cannot be computed matches nothing, and neither the answer nor its time may tell of it.
  }
  spendRest(startedAt, { password, topUp, cost })
  return same
}

/**
 * Compares with bcrypt until the time is over that the whole work would have taken on this machine at this moment.
 * @param {number} startedAt
 * @param {{ password: string, topUp: string[], cost: number }} work
 */
function spendRest(startedAt, { password, topUp, cost }) {
  const measuredAt = performance.now()
  const sample = topUp[Math.max(0, topUp.length - measuredBy)]
  if (sample === undefined) return
  bcrypt.compareSync(password, sample)
  const msPerRound = (performance.now() - measuredAt) / 2 ** bcrypt.getRounds(sample)
  const due = msPerRound * 2 ** cost
  for (const each of topUp.toReversed()) {
    const takes = msPerRound * 2 ** bcrypt.getRounds(each)
    if (performance.now() - startedAt + takes <= due) bcrypt.compareSync(password, each)
  }
}

/**
 * @param {string} password as it was typed: another system knew nothing of our normalization
 * @param {SlowHash} foreign
 * @param {Uint8Array | null} signerKey
 */
async function matches(password, foreign, signerKey) {
  const made = await hashLike(password, foreign, signerKey)
  return made !== null && made.length === foreign.hash.length && timingSafeEqual(made, foreign.hash)
}

/**
 * @param {string} password
 * @param {SlowHash} foreign
 * @param {Uint8Array | null} signerKey
 * @returns {Promise<Uint8Array | null>} null: without the signer key nothing can be said
 */
async function hashLike(password, foreign, signerKey) {
  const { salt, hash } = foreign
  switch (foreign.kind) {
    case 'argon2i':
    case 'argon2id': {
      // Loaded by whoever needs it. CommonJS, so that its names come by way of the default.
      const { default: wasm } = await import('hash-wasm')
      const { memoryKib: memorySize, passes: iterations, lanes: parallelism } = foreign
      const how = { memorySize, iterations, parallelism, hashLength: hash.length }
      return await wasm[foreign.kind]({ password, salt, ...how, outputType: 'binary' })
    }
    case 'scrypt':
      return scrypt(password, foreign, hash.length)
    case 'firebase':
      return signerKey && encrypted(signerKey, scrypt(password, foreign, 32))
    case 'pbkdf2':
      return pbkdf2Sync(password, salt, foreign.iterations, hash.length, foreign.digest)
    case 'sha': {
      const parts = foreign.saltFirst ? [salt, password] : [password, salt]
      return parts.reduce((digest, part) => digest.update(part), createHash(foreign.digest)).digest()
    }
  }
}

/**
 * @param {string} password
 * @param {{ ln: number, r: number, p: number, salt: Uint8Array }} how
 * @param {number} length
 */
function scrypt(password, { ln, r, p, salt }, length) {
  const N = 2 ** ln
  // Node's default allows 32 MiB. What it needs beside the table is small.
  return scryptSync(password, salt, length, { N, r, p, maxmem: 128 * r * (N + p + 2) + 65_536 })
}

/**
 * Firebase does not keep the derived key: it encrypts the signer key of the project with it, and keeps that.
 * @param {Uint8Array} signerKey
 * @param {Uint8Array} derivedKey
 */
function encrypted(signerKey, derivedKey) {
  const cipher = createCipheriv('aes-256-ctr', derivedKey, Buffer.alloc(16))
  return Buffer.concat([cipher.update(signerKey), cipher.final()])
}

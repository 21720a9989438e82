// Runs in a worker thread. Plain JavaScript, so that the same file works from the source and beside the build.
import { setPriority } from 'node:os'
import bcrypt from 'bcryptjs'

export { compareForeign } from './foreign-password-worker.js'

// If there is more work than cores, requests come first. Only on Linux can a single thread have a priority.
try {
  if (process.platform === 'linux') setPriority(5)
} catch {
  // A sandbox may forbid it; hashing works without.
}

/**
 * @param {{ password: string, cost: number }} task
 * @returns {string} a bcrypt hash
 */
export const hash = ({ password, cost }) => bcrypt.hashSync(password, cost)

/**
 * @param {{ password: string, passwordHash: string, topUp: string[] }} task `topUp`: hashes to compare with for the sake of
 *   the time alone.
 * @returns {boolean}
 */
export function compare({ password, passwordHash, topUp }) {
  const same = bcrypt.compareSync(password, passwordHash)
  for (const each of topUp) bcrypt.compareSync(password, each)
  return same
}

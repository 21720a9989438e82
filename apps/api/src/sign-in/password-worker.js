// Runs in a worker thread. Plain JavaScript, so that the same file works from the source and beside the build.
import { constants, getPriority, setPriority } from 'node:os'
import bcrypt from 'bcryptjs'

export { compareForeign } from './foreign-password-worker.js'

// If there is more work than cores, requests come first, whatever the priority that the process was given. Only on Linux can
// a single thread have one of its own.
try {
  if (process.platform === 'linux') setPriority(Math.min(getPriority() + 5, constants.priority.PRIORITY_LOW))
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

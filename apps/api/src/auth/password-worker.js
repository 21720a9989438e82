// Runs in a worker thread. Plain JavaScript: the same file serves from source and beside the build.
import bcrypt from 'bcryptjs'

/**
 * @param {{ password: string, cost: number }} task
 * @returns {string} a bcrypt hash
 */
export const hash = ({ password, cost }) => bcrypt.hashSync(password, cost)

/**
 * @param {{ password: string, passwordHash: string }} task
 * @returns {boolean}
 */
export const compare = ({ password, passwordHash }) => bcrypt.compareSync(password, passwordHash)

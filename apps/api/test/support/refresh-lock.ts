import { createHash, createHmac, randomBytes } from 'node:crypto'

export type LockOwner = ReturnType<typeof lockOwner>

/** The client's half of the hash lock, as the protocol states it. */
export function lockOwner() {
  const K = randomBytes(32)
  const key = (generation: number) => createHmac('sha256', K).update(`latchkey${generation}`).digest()
  const lock = (generation: number) => createHash('sha256').update(key(generation)).digest('base64url')
  return {
    signIn: { 'X-Refresh-Lock': lock(0) },
    /** The headers of a refresh at a generation. */
    at: (generation: number) => ({
      'X-Refresh-Key': key(generation).toString('base64url'),
      'X-Refresh-Lock': lock(generation + 1),
    }),
  }
}

import { hash } from 'node:crypto'
import { AuthError } from '@latchkey/contracts/server'

/**
 * 32 bytes in base64url without padding. The last character carries only 4 bits, so 16 of the 64 characters can be
 * there.
 */
const thirtyTwoBytes = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** What a client sends with a refresh: proof of the lock that its key opens, and the lock for the next generation. */
export interface LockProof {
  opens: string | null
  next: string | null
}

/**
 * Reads the two lock headers of a refresh.
 * Throws AuthError `refresh_lock_malformed` for anything but 32 bytes in canonical base64url.
 */
export function readLockProof(key: string | undefined, nextLock: string | undefined): LockProof {
  return { opens: key === undefined ? null : lockOf(key), next: readLock(nextLock) }
}

/** What a trusted browser sends with a sign-in: keys, of which one may open the lock, and the lock for the next. */
export interface TrustProof {
  opens: readonly string[]
  next: string | null
}

/** A browser that got no answer does not know which of its keys counts (docs/sign-in.md). */
const trustKeyLimit = 4

/**
 * Reads the two headers of a trusted browser. Throws AuthError `refresh_lock_malformed`, as above, and for more than
 * four keys.
 */
export function readTrustProof(keys: string | undefined, nextLock: string | undefined): TrustProof {
  const shown = keys?.split(',', trustKeyLimit + 1).map((key) => key.trim()) ?? []
  if (shown.length > trustKeyLimit) throw new AuthError('refresh_lock_malformed')
  return { opens: shown.map(lockOf), next: readLock(nextLock) }
}

/** The lock header of a sign-in; null when the client is unbound. */
export function readLock(lock: string | undefined): string | null {
  if (lock === undefined) return null
  if (!thirtyTwoBytes.test(lock)) throw new AuthError('refresh_lock_malformed')
  return lock
}

/** lock = SHA-256(key), over the 32 raw bytes. */
function lockOf(key: string): string {
  if (!thirtyTwoBytes.test(key)) throw new AuthError('refresh_lock_malformed')
  return hash('sha256', Buffer.from(key, 'base64url'), 'base64url')
}

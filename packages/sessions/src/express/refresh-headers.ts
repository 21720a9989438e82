import { headerNames } from '@latchkey/contracts'
import type { Request } from 'express'
import {
  type LockProof,
  readLock,
  readLockProof,
  readTrustProof,
  type TrustProof,
} from '../refresh/refresh-lock.ts'

/** Whether a client cannot keep cookies and wants its refresh token in the JSON. */
export const wantsTokenInBody = (req: Request) =>
  req.get(headerNames.refreshTransport)?.toLowerCase() === 'body'

/** The lock that a sign-in puts on generation 0. Null: an unbound client. */
export const signInLockOf = (req: Request): string | null => readLock(req.get(headerNames.refreshLock))

/** What shows that a browser is one that is trusted (`opens`), and what will show it the next time. */
export const trustProofOf = (req: Request): TrustProof =>
  readTrustProof(req.get(headerNames.trustKey), req.get(headerNames.trustLock))

export const lockProofOf = (req: Request): LockProof =>
  readLockProof(req.get(headerNames.refreshKey), req.get(headerNames.refreshLock))

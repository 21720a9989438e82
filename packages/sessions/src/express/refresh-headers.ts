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

/** What a page on another host believes of the `session` cookie, which it cannot read. Null: that there is none. */
export interface BelievedSession {
  sessionId: string | null
  generation: number | null
}

const believedForm = /^([0-9a-f]{24})(?:\.(\d{1,15}))?$/

/** Undefined: the page reads its cookie itself, or it is no page. What is in no form that it may have says `none`. */
export function believedSessionOf(req: Request): BelievedSession | undefined {
  const header = req.get(headerNames.refreshSession)
  if (header === undefined) return undefined
  const [, sessionId = null, generation] = believedForm.exec(header) ?? []
  return { sessionId, generation: generation === undefined ? null : Number(generation) }
}

/** Whether a page sent it: page views, whose headers a server may pass on, have no `Origin`. */
export const isFromBrowser = (req: Request): boolean => req.get('origin') !== undefined

/** Whether a page of another site sent it. Browsers then leave out cookies that are SameSite. */
export const isFromOtherSite = (req: Request): boolean => req.get('sec-fetch-site') === 'cross-site'

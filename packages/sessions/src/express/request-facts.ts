import type { ErrorCode } from '@latchkey/contracts'
import type { Request } from 'express'
import { claimsIfAny } from './claims.ts'

/** What a refresh came to: the session moved on, a retry got the current token, or the code of the refusal. */
export type RefreshOutcome = 'rotated' | 'answered' | ErrorCode

/** What became known of a request: whose it is, and what its refresh came to. For logs and counts; it opens nothing. */
export interface RequestFacts {
  userId?: string
  sessionId?: string
  refresh?: RefreshOutcome
}

const noted = new WeakMap<Request, RequestFacts>()

/** Only of what was proved: a token that we signed, or a session that was just opened. */
export function noteFacts(req: Request, facts: RequestFacts): void {
  const known = noted.get(req)
  if (known) Object.assign(known, facts)
  else noted.set(req, { ...facts })
}

export function factsOf(req: Request): RequestFacts {
  const claims = claimsIfAny(req)
  return claims
    ? { userId: claims.sub, sessionId: claims.sid, ...noted.get(req) }
    : (noted.get(req) ?? nothing)
}

const nothing: RequestFacts = {}

import type { ErrorCode } from '@latchkey/contracts'
import { addSeconds } from '@latchkey/contracts/server'
import type { Session } from '../session.schema.ts'
import type { RefreshTokenClaims } from '../tokens/refresh-token.ts'
import type { LockProof } from './refresh-lock.ts'

/**
 * What a refresh token deserves that was not simply rotated:
 * - `answer`: the same client again (a retry, another tab, a response that was lost or came late). It gets the current
 *   token; nothing rotates.
 * - `swap`: try the compare-and-swap (again) with these locks.
 * - `locked`: a copy. Refused; nothing changes. `generation` is given when the token is older than is remembered: the
 *   key of that generation, the current one, still identifies its rightful client.
 * - `keyLost`: no key at all, from the very browser that the session was opened in, as its `device` cookie shows: browsers
 *   that clear their storage keep their cookies. Refused, and nobody is alarmed; the session is over unless its key is shown.
 * - `reused`: an old token of an unbound session. Its owner or a thief is behind, nobody can tell which: it ends.
 * - `refused`: with this code.
 */
export type RefreshVerdict =
  | { kind: 'answer' }
  | { kind: 'swap'; lock: LockProof }
  | { kind: 'locked'; generation?: number }
  | { kind: 'keyLost' }
  | { kind: 'reused' }
  | { kind: 'refused'; code: ErrorCode }

interface Question {
  claims: Pick<RefreshTokenClaims, 'generation' | 'expired'>
  proof: LockProof
  /** The session as it is stored; undefined when it is gone. */
  session: Session | undefined
  /** Whether the request comes from the browser that the session was opened in, as its `device` cookie shows. */
  sameBrowser: boolean
  now: Date
  leewaySeconds: number
}

/** An unbound session stays unbound: whoever could bind it later might be the thief. */
export const unbound: LockProof = { opens: null, next: null }
export const isComplete = ({ opens, next }: LockProof) => opens !== null && next !== null

/** The rules of the refresh protocol (docs/refresh-protocol.md), for a session that is bound to a key or not. */
export function judgeRefresh(question: Question): RefreshVerdict {
  const { claims, session, now } = question
  if (!session)
    return { kind: 'refused', code: claims.expired ? 'refresh_token_expired' : 'refresh_token_revoked' }
  if (session.expiresAt <= now) return { kind: 'refused', code: 'refresh_token_expired' }
  // Not signed by us, or signed from a history that the database has lost.
  if (claims.generation > session.generation) return { kind: 'refused', code: 'refresh_token_invalid' }
  return session.lock === null ? judgeUnbound(question, session) : judgeBound(question, session)
}

function judgeBound({ claims, proof, sameBrowser }: Question, session: Session): RefreshVerdict {
  const opens = (lock: string | null) => proof.opens !== null && proof.opens === lock
  if (claims.generation === session.generation && opens(session.lock))
    return isComplete(proof)
      ? { kind: 'swap', lock: proof }
      : { kind: 'refused', code: 'refresh_lock_malformed' }
  // Any key of the session that is remembered shows that it is its client, whichever generation the cookie had reached
  // when the browser attached it: another tab may have moved it on between the two.
  if (opens(session.lock) || session.consumed.some(({ lock }) => opens(lock))) return { kind: 'answer' }
  if (proof.opens === null && sameBrowser) return { kind: 'keyLost' }
  const remembered =
    consumedGeneration(session, claims.generation) || claims.generation === session.generation
  return remembered ? { kind: 'locked' } : { kind: 'locked', generation: session.generation }
}

function judgeUnbound({ claims, now, leewaySeconds }: Question, session: Session): RefreshVerdict {
  if (claims.generation === session.generation) return { kind: 'swap', lock: unbound }
  const consumed = consumedGeneration(session, claims.generation)
  const inLeeway = consumed !== undefined && now <= addSeconds(consumed.at, leewaySeconds)
  return { kind: inLeeway ? 'answer' : 'reused' }
}

const consumedGeneration = ({ consumed }: Session, generation: number) =>
  consumed.find((each) => each.generation === generation)

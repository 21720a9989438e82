import type { ErrorCode } from '@latchkey/contracts'
import { addSeconds } from '@latchkey/contracts/server'
import type { Session } from '../session.schema.ts'
import type { RefreshTokenClaims } from '../tokens/refresh-token.ts'
import type { LockProof } from './refresh-lock.ts'

/**
 * What to do with a refresh token that was not simply rotated:
 * - `answer`: the same client again (a retry, another tab, an answer that was lost or late). It gets the current
 *   token; nothing rotates.
 * - `swap`: try the compare-and-swap (again) with these locks.
 * - `locked`: refused; nothing changes. `generation` is set when the token is older than the remembered generations, or newer
 *   than the session, which a restored backup has set back. It is the current one: a client that shows the key of that
 *   generation is the rightful one. `isCopy`: this one is not, and the owner is told.
 * - `keyLost`: no key, but the `device` cookie shows the browser in which the session was opened. Browsers that clear
 *   their storage keep their cookies. Refused without an alarm. The session is over unless its key is shown later.
 * - `reused`: an old token of an unbound session. It may be the owner or a thief, nobody can tell. The session ends.
 * - `refused`: with this code.
 */
export type RefreshVerdict =
  | { kind: 'answer' }
  | { kind: 'swap'; lock: LockProof }
  | { kind: 'locked'; isCopy: boolean; generation?: number }
  | { kind: 'keyLost' }
  | { kind: 'reused' }
  | { kind: 'refused'; code: ErrorCode }

interface Question {
  claims: Pick<RefreshTokenClaims, 'generation' | 'lock' | 'expired'>
  proof: LockProof
  /** The session as stored. Undefined: it is gone. */
  session: Session | undefined
  /** Whether the `device` cookie shows the browser in which the session was opened. */
  sameBrowser: boolean
  now: Date
  leewaySeconds: number
}

/** An unbound session stays unbound: a client that could bind it later might be the thief. */
export const unbound: LockProof = { opens: null, next: null }
export const isComplete = ({ opens, next }: LockProof) => opens !== null && next !== null

/** Decides whether a refresh is refused, by the rules of the protocol (docs/refresh-protocol.md). */
export function judgeRefresh(question: Question): RefreshVerdict {
  const { claims, session, now } = question
  if (!session)
    return { kind: 'refused', code: claims.expired ? 'refresh_token_expired' : 'refresh_token_revoked' }
  if (session.expiresAt <= now) return { kind: 'refused', code: 'refresh_token_expired' }
  // Nobody has a token of it.
  if (session.generation < 0) return { kind: 'refused', code: 'refresh_token_invalid' }
  return session.lock === null ? judgeUnbound(question, session) : judgeBound(question, session)
}

function judgeBound({ claims, proof, sameBrowser }: Question, session: Session): RefreshVerdict {
  const opens = (lock: string | null) => proof.opens !== null && proof.opens === lock
  if (claims.generation === session.generation && opens(session.lock))
    return isComplete(proof)
      ? { kind: 'swap', lock: proof }
      : { kind: 'refused', code: 'refresh_lock_malformed' }
  // Any remembered key of the session proves that this is its client, even with another generation in the cookie:
  // another tab may have rotated the session while the browser was sending this request. With a newer one, too, which
  // says that a backup was restored: what is stored has one future, and its keys open it.
  if (opens(session.lock) || session.consumed.some(({ lock }) => opens(lock))) return { kind: 'answer' }
  if (proof.opens === null && sameBrowser) return { kind: 'keyLost' }
  const remembered =
    consumedGeneration(session, claims.generation) || claims.generation === session.generation
  if (remembered) return { kind: 'locked', isCopy: true }
  // The rightful client shows the key for the cookie that it has. What the session has forgotten, the token says itself.
  const isCopy = proof.opens === null || (claims.lock !== null && !opens(claims.lock))
  return { kind: 'locked', isCopy, generation: session.generation }
}

function judgeUnbound({ claims, now, leewaySeconds }: Question, session: Session): RefreshVerdict {
  // The database lost the history in which we signed it, and nothing tells its client from an old copy.
  if (claims.generation > session.generation) return { kind: 'refused', code: 'refresh_token_invalid' }
  if (claims.generation === session.generation) return { kind: 'swap', lock: unbound }
  const consumed = consumedGeneration(session, claims.generation)
  const inLeeway = consumed !== undefined && now <= addSeconds(consumed.at, leewaySeconds)
  return { kind: inLeeway ? 'answer' : 'reused' }
}

const consumedGeneration = ({ consumed }: Session, generation: number) =>
  consumed.find((each) => each.generation === generation)

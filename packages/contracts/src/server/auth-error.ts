import { type Complaint, type ComplaintCode, type LimitOf, sentenceOf } from '../complaints.ts'
import type { ErrorCode, FieldError, StepUpDemand } from '../errors.ts'

interface Evidence {
  /** The underlying error, for the operator's log. Never shown to clients. */
  cause?: unknown
  /** What is wrong with single fields. */
  errors?: (FieldError & Complaint)[]
  /** After how many whole seconds a retry can help. */
  retryAfterSeconds?: number
  /** With `refresh_token_locked`: the generation whose key would open the session. Not a secret. */
  generation?: number
  /** With `session_moved`: what the readable cookie says, `sid.gen`. Not a secret. */
  session?: string
  /** With `password_required`: whose password it is. */
  username?: string
  /** With `step_up_required`: what the sign-in must be. */
  stepUp?: StepUpDemand
}

/** The error that services throw. `problem.ts` turns its code into a status and a sentence. */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: ErrorCode
  readonly evidence: Evidence

  constructor(code: ErrorCode, evidence: Evidence = {}) {
    super(code, evidence.cause === undefined ? undefined : { cause: evidence.cause })
    this.code = code
    this.evidence = evidence
  }
}

/**
 * Throws AuthError `validation_failed` with one complaint about the field at `path`. A code whose sentence has a number takes
 * it after the code, and no other does.
 */
export function complain<Code extends ComplaintCode>(
  path: string,
  code: Code,
  ...[limit]: LimitOf<Code>
): never {
  refuse(path, (limit === undefined ? { code } : { code, limit }) as Complaint)
}

/** The same with a complaint that is there already. */
export function refuse(path: string, complaint: Complaint): never {
  throw new AuthError('validation_failed', { errors: [complaintAt(path, complaint)] })
}

/** A complaint about one field, with the sentence for people. */
export const complaintAt = (path: string, complaint: Complaint, message = sentenceOf(complaint)) => ({
  path,
  ...complaint,
  message,
})

import type { ErrorCode, FieldError, StepUpDemand } from '../errors.ts'

interface Evidence {
  /** The underlying error, for the operator's log. Never shown to clients. */
  cause?: unknown
  /** What is wrong with single fields. */
  errors?: FieldError[]
  /** After how many whole seconds a retry can help. */
  retryAfterSeconds?: number
  /** With `refresh_token_locked`: the generation whose key would open the session. Not a secret. */
  generation?: number
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

/** Throws AuthError `validation_failed` with one complaint. */
export function complain(path: string, message: string): never {
  throw new AuthError('validation_failed', { errors: [{ path, message }] })
}

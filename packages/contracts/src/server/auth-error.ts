import type { ErrorCode, FieldError } from '../errors.ts'

interface Evidence {
  /** What went wrong underneath, for the operator's log; never shown. */
  cause?: unknown
  /** Complaints about single fields. */
  errors?: FieldError[]
  /** When trying again can help, in whole seconds. */
  retryAfterSeconds?: number
  /** With `refresh_token_locked`: the generation whose key would open the session. No secret. */
  generation?: number
  /** With `password_required`: whose password it is. */
  username?: string
}

/** What a service throws. `problem.ts` turns the code into a status and a sentence. */
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

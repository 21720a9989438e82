import type { ErrorCode, Problem } from '@latchkey/contracts'
import type { AxiosError, AxiosResponse } from 'axios'
import { plainCause } from './plain-cause.ts'
import { retryAfterSeconds } from './retry-after.ts'

/** Codes of the client's own, beside those of the API. */
export type ClientErrorCode =
  | 'network_error'
  | 'timeout'
  | 'unexpected_answer'
  /** The server is there, but not the code that it takes: a newer version of the page has replaced it. */
  | 'code_missing'
  | 'signed_out'
  /** The API is on another origin, and its `CLIENT_URL` does not name that of this page. */
  | 'origin_refused'
  /** The token was refused, and what was being sent (a stream) cannot be sent again. */
  | 'request_not_repeatable'
  /** Nobody chose a passkey, or they did not show that it is them; or another attempt took over. */
  | 'passkey_cancelled'
  /** The device has a passkey for this account already. */
  | 'passkey_exists'
  | 'passkey_unsupported'
  | 'passkey_failed'

interface Evidence {
  status?: number | null
  problem?: Problem | null
  retryAfterSeconds?: number | null
  cause?: unknown
}

/**
 * Every failure a caller sees. `code` is the problem's code, or one of the client's own; `message` is for people. It may be
 * logged as it is: of what was sent, `cause` knows the method and the address, without its query.
 */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: ErrorCode | ClientErrorCode
  /** HTTP status; null when no answer came. */
  readonly status: number | null
  /** The problem document as it came; `errors` holds the complaints about single fields. */
  readonly problem: Problem | null
  readonly retryAfterSeconds: number | null

  constructor(code: ErrorCode | ClientErrorCode, message: string, evidence: Evidence = {}) {
    super(message, plainCause(evidence.cause))
    this.code = code
    this.status = evidence.status ?? null
    this.problem = evidence.problem ?? null
    this.retryAfterSeconds = evidence.retryAfterSeconds ?? null
  }
}

// Not axios's own, which would bring in axios: a page may want to load that later.
export const isAxiosError = (error: unknown): error is AxiosError =>
  typeof error === 'object' && error !== null && 'isAxiosError' in error && error.isAxiosError === true

/** Turns whatever a request threw into an AuthError. */
export function toAuthError(error: unknown): AuthError {
  if (error instanceof AuthError) return error
  if (!isAxiosError(error)) return unreachable(error)
  if (error.response) return fromAnswer(error.response)
  if (error.code === 'ECONNABORTED' || error.code === 'ETIMEDOUT') return timedOut(error)
  if (error.code === 'ERR_CANCELED') return new AuthError('network_error', 'The request was cancelled.')
  return unreachable(error)
}

/** Makes an error of an answer with a bad status or with a body of the wrong shape. */
export function fromAnswer(answer: AxiosResponse<unknown>): AuthError {
  const { status, data } = answer
  const evidence = { status, retryAfterSeconds: retryAfterSeconds(answer) }
  if (isProblem(data)) return new AuthError(data.code, data.detail, { ...evidence, problem: data })
  const sentence =
    status >= 500
      ? `Something went wrong on the server (${status}). Try again soon.`
      : `This page does not understand the server’s answer (${status}).`
  return new AuthError('unexpected_answer', sentence, evidence)
}

export const signedOut = () => new AuthError('signed_out', 'You are signed out. Sign in to continue.')

export const timedOut = (cause?: unknown) =>
  new AuthError('timeout', 'The server took too long to answer. Try again in a moment.', { cause })

/** For a download of code that failed. */
export async function withoutCode(cause: unknown): Promise<AuthError> {
  // Which files there are changes with each version; this answers in all of them.
  const isThere = await fetch('/', { cache: 'no-store', signal: AbortSignal.timeout(askLimitMs) }).then(
    () => true,
    () => false,
  )
  const sentence = 'There is a newer version of this page. Reload it to go on.'
  return isThere ? new AuthError('code_missing', sentence, { cause }) : unreachable(cause)
}

const askLimitMs = 5000

const unreachable = (cause: unknown) =>
  new AuthError('network_error', 'The server cannot be reached. Check your connection and try again.', {
    cause,
  })

// By hand, because a schema would bring zod into every page.
function isProblem(data: unknown): data is Problem {
  if (typeof data !== 'object' || data === null) return false
  return (
    'code' in data && typeof data.code === 'string' && 'detail' in data && typeof data.detail === 'string'
  )
}

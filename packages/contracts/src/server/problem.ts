import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, Request, Response } from 'express'
import type { ErrorCode, Problem } from '../errors.ts'
import { AuthError } from './auth-error.ts'

/** The status of every error code, and the sentence that people read. Does not compile when a code is missing. */
const problems = {
  validation_failed: [400, 'Some of what you sent is not right. Check each field.'],
  malformed_json: [400, 'The body is not valid JSON.'],
  bad_request: [400, 'The request could not be understood.'],
  refresh_lock_malformed: [
    400,
    'X-Refresh-Key and X-Refresh-Lock are 32 bytes in base64url, and go together.',
  ],
  payload_too_large: [413, 'The body is larger than 16 kB.'],
  unsupported_media_type: [415, 'Send the body as application/json.'],
  unsupported_encoding: [415, 'Send the body uncompressed and in UTF-8.'],
  headers_too_large: [
    431,
    'Your browser sends more cookies for this host than the server takes. Delete cookies of this host and try again.',
  ],
  not_found: [404, 'There is nothing here.'],
  method_not_allowed: [405, 'This address does not answer that method.'],
  cross_site_request: [403, 'This request came from a page of another site and was refused.'],
  cross_site_page: [
    403,
    'This page is on another site than the service that signs people in, and browsers send no cookies from there. Nobody can stay signed in on it. Whoever runs it finds out how in docs/origins.md.',
  ],
  forbidden: [403, 'You may not do this.'],
  rate_limited: [429, 'Too many attempts. Wait a moment and try again.'],
  email_taken: [409, 'There is already an account with this email address.'],
  username_taken: [409, 'This username is taken.'],
  invalid_credentials: [401, 'The email address, username or password is not right.'],
  email_not_verified: [403, 'Confirm your email address first. We have sent you an email with a link.'],
  account_disabled: [403, 'This account was disabled by an administrator.'],
  password_required: [403, 'Enter the password of this account to confirm its address.'],
  passkey_invalid: [400, 'This passkey was not accepted. Try again, or use another way.'],
  passkey_challenge_invalid: [
    400,
    'This took too long, was used already, or began in another browser. Please try again.',
  ],
  passkey_unknown: [
    401,
    'This passkey opens no account here. It may have been removed. Sign in in another way.',
  ],
  passkey_taken: [409, 'This passkey is registered already.'],
  too_many_passkeys: [409, 'You have 20 passkeys, and more are not kept. Remove one you no longer use.'],
  passkeys_unavailable: [
    400,
    'Passkeys do not work under this address. Open the page by its usual name; on your own machine, by localhost.',
  ],
  last_way_in: [409, 'This is the only way into your account. Add another one first.'],
  token_invalid: [400, 'This link is not valid, or no longer belongs to this account. Ask for a new one.'],
  token_expired: [400, 'This link has expired. Ask for a new one.'],
  token_used: [400, 'This link has already been used.'],
  access_token_missing: [401, 'Sign in to see this.'],
  access_token_invalid: [401, 'This access token is not valid.'],
  access_token_expired: [401, 'This access token has expired.'],
  access_token_revoked: [401, 'This access token was revoked.'],
  step_up_required: [401, 'Confirm that it is you, and try again.'],
  factor_invalid: [401, 'This code is not right, or was used before.'],
  factor_required: [403, 'This account needs a second factor for that.'],
  ticket_expired: [401, 'This sign-in took too long, or something has changed meanwhile. Begin again.'],
  refresh_token_missing: [401, 'Nobody is signed in here.'],
  refresh_token_invalid: [403, 'This session cannot be continued. Sign in again.'],
  refresh_token_expired: [403, 'Your session has expired. Sign in again.'],
  refresh_token_revoked: [403, 'This session was ended. Sign in again.'],
  refresh_token_reused: [
    403,
    'This session was ended because an old copy of its token was used. Sign in again.',
  ],
  refresh_token_locked: [
    403,
    'This session belongs to another browser, and no server can continue it either (docs/server-rendered.md).',
  ],
  refresh_token_key_lost: [403, 'This browser forgot its key. Please sign in again.'],
  refresh_token_forwarded: [
    403,
    'These are the cookies of a browser, without the key that it alone has. A server cannot continue a session for a browser: docs/server-rendered.md.',
  ],
  session_moved: [409, 'The cookies of this browser are those of another session, or of another generation.'],
  database_unavailable: [
    503,
    'The service cannot reach its database, or the database has no room to save anything. Try again in a moment.',
  ],
  overloaded: [503, 'The service is very busy. Try again in a moment.'],
  shutting_down: [503, 'The service is restarting. Try again in a moment.'],
  internal_error: [500, 'Something went wrong on our side.'],
} as const satisfies Record<ErrorCode, readonly [status: number, detail: string]>

const outageRetrySeconds = 2
/** Only this many complaints are returned, so that an answer is not larger than its request. */
const maxComplaints = 10
const readAwayBytes = 16 * 1024 * 1024

interface Listeners {
  /** Whether an error means that the database is out of reach. False when it answered and said no. */
  isOutage: (thrown: unknown) => boolean
  /** Called for errors that are the server's fault: a bug, or an outage. */
  onFault?: (code: ErrorCode, thrown: unknown, req: Request) => void
}

/** The last error handler: turns everything that was thrown into a problem document. */
export const answerProblems =
  ({ isOutage, onFault }: Listeners): ErrorRequestHandler =>
  (thrown: unknown, req, res, _next) => {
    const error = toAuthError(thrown, isOutage)
    if (error.code === 'internal_error' || error.code === 'database_unavailable')
      onFault?.(error.code, thrown, req)
    if (!res.headersSent) return sendProblem(res, error)
    // The answer has begun and cannot be replaced. It is cut off, so that nobody takes it for complete.
    codes.set(res, error.code)
    res.destroy()
  }

const codes = new WeakMap<Response, ErrorCode>()

/** The code of the problem that a request ended with, if it ended with one. For logs and counts. */
export const problemCodeOf = (res: Response): ErrorCode | undefined => codes.get(res)

/** The problem document of an error (RFC 9457). */
export function problemOf({
  code,
  evidence: { errors, generation, session, username, stepUp },
}: AuthError): Problem {
  const [status, detail] = problems[code]
  return {
    type: `urn:latchkey:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail,
    message: detail,
    ...(errors && { errors: errors.slice(0, maxComplaints) }),
    ...(generation !== undefined && { generation }),
    ...(session !== undefined && { session }),
    ...(username !== undefined && { username }),
    ...(stepUp && { stepUp }),
  }
}

/** Answers with the problem document of an error and the headers that go with it. */
export function sendProblem(res: Response, error: AuthError): void {
  const problem = problemOf(error)
  const { status } = problem
  codes.set(res, error.code)
  const { retryAfterSeconds } = error.evidence
  if (status === 401) res.set('WWW-Authenticate', challenge(problem))
  const waitSeconds = retryAfterSeconds ?? (status === 503 ? outageRetrySeconds : undefined)
  if (waitSeconds !== undefined) res.set('Retry-After', String(waitSeconds))
  if (status === 413) readAway(res)
  res.status(status).type('application/problem+json').send(JSON.stringify(problem))
}

/**
 * Some clients read no answer before they have sent everything, and take a closed connection for a network error. So
 * the rest of the body is read and dropped, unless it is very large or its length is unknown.
 */
function readAway(res: Response): void {
  if (Number(res.req.headers['content-length']) <= readAwayBytes) res.req.resume()
  else res.set('Connection', 'close')
}

/**
 * RFC 6750 §3: a request without a token gets no error code, a bad token gets `invalid_token`; and one whose sign-in is too
 * old or too weak is told what would do (RFC 9470 §3).
 */
function challenge({ code, detail, stepUp }: Problem): string {
  const realm = 'Bearer realm="latchkey"'
  if (stepUp) {
    const { maxAgeSeconds, acr } = stepUp
    const wanted = [
      `error="insufficient_user_authentication", error_description="${detail}"`,
      ...(maxAgeSeconds === undefined ? [] : [`max_age="${maxAgeSeconds}"`]),
      ...(acr === undefined ? [] : [`acr_values="${acr}"`]),
    ]
    return `${realm}, ${wanted.join(', ')}`
  }
  const badToken = code.startsWith('access_token_') && code !== 'access_token_missing'
  return badToken ? `${realm}, error="invalid_token", error_description="${detail}"` : realm
}

export const statusOf = ({ code }: AuthError): number => problems[code][0]

export function toAuthError(thrown: unknown, isOutage: (thrown: unknown) => boolean): AuthError {
  if (thrown instanceof AuthError) return thrown
  if (isOutage(thrown)) return new AuthError('database_unavailable', { cause: thrown })
  const code = isHttpError(thrown) ? codeOfHttpError(thrown) : 'internal_error'
  return new AuthError(code, { cause: thrown })
}

/** The errors that Express and its body parsers throw (package http-errors). */
interface HttpError {
  status: number
  type?: string
}

const isHttpError = (thrown: unknown): thrown is HttpError =>
  thrown instanceof Error && 'status' in thrown && typeof thrown.status === 'number'

function codeOfHttpError({ status, type }: HttpError): ErrorCode {
  if (type === 'entity.parse.failed') return 'malformed_json'
  // A small body with too many parameters. The parser calls it too large.
  if (type === 'parameters.too.many') return 'bad_request'
  if (status === 404) return 'not_found'
  if (status === 413) return 'payload_too_large'
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') return 'unsupported_encoding'
  if (status === 415) return 'unsupported_media_type'
  return status < 500 ? 'bad_request' : 'internal_error'
}

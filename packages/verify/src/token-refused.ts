import { type Problem, problemResponse } from './problem.ts'

const invalid = { status: 401, code: 'access_token_invalid', detail: 'This access token is not valid.' }
const expired = { status: 401, code: 'access_token_expired', detail: 'This access token has expired.' }
const revoked = { status: 401, code: 'access_token_revoked', detail: 'This access token was revoked.' }
const missing = { status: 401, code: 'access_token_missing', detail: 'Sign in to see this.' }
const outage = {
  status: 503,
  code: 'verification_unavailable',
  detail: 'Whether you are signed in cannot be checked right now. Try again in a moment.',
}

/** What the caller is told for each reason: the words of Latchkey itself, and nothing of how this server is set up. */
const answers = {
  /** There is no `Authorization`. */
  missing,
  /** It is no token of the shape that Latchkey makes. */
  malformed: invalid,
  /** It is signed in another way than this server verifies. */
  algorithm: invalid,
  /** It is no access token: a refresh token, say. */
  type: invalid,
  /** No key of that name is known. */
  unknown_key: invalid,
  /** Somebody else signed it, or has changed it. */
  signature: invalid,
  /** It is of another Latchkey than `issuer`, or `issuer` is wrong. */
  issuer: invalid,
  /** It is for somebody else than `audience`. */
  audience: invalid,
  /** It counts later (`nbf`). */
  not_yet: invalid,
  /** A claim is missing, or of another kind. */
  claims: invalid,
  expired,
  /** A webhook told that its session has ended. */
  session_ended: revoked,
  /** A webhook told that what it says is not true any more; its session goes on, with a new token. */
  out_of_date: revoked,
  /** Latchkey's keys could not be fetched. */
  keys_unavailable: outage,
  /** The store of revocations did not answer. */
  revocations_unavailable: outage,
}

export type RefusalReason = keyof typeof answers

interface Evidence {
  cause?: unknown
  retryAfterSeconds?: number
}

/**
 * A token that was not let in. `reason` and `message` are for whoever runs the server; they never hold the token. What the
 * caller may read is in `status` (401; 503 where nobody could tell), `headers` and `body`.
 */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused'
  readonly reason: RefusalReason
  readonly status: number
  /** RFC 6750 §3: `WWW-Authenticate` with a 401, `Retry-After` with a 503. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Problem

  constructor(reason: RefusalReason, message: string, { cause, retryAfterSeconds = 2 }: Evidence = {}) {
    super(message, { cause })
    const { status, code, detail } = answers[reason]
    this.reason = reason
    this.status = status
    this.headers =
      status === 503
        ? { 'Retry-After': String(retryAfterSeconds) }
        : { 'WWW-Authenticate': reason === 'missing' ? realm : `${realm}, ${invalidToken(detail)}` }
    this.body = { status, code, detail, message: detail }
  }

  /** The answer in the shape of the Fetch API. */
  toResponse(): Response {
    return problemResponse(this)
  }
}

const realm = 'Bearer realm="latchkey"'
const invalidToken = (detail: string) => `error="invalid_token", error_description="${detail}"`

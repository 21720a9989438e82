import type { AccessTokenClaims, Tokens, User } from '@latchkey/contracts'
import type { Clock } from './environment.ts'
import { payloadOf } from './jwt-payload.ts'

/** What pages may know about the access token. They never get the token itself, so they cannot leak it. */
export interface AccessTokenView {
  claims: AccessTokenClaims
  /** Milliseconds left now, by the monotonic clock; never below 0. */
  remainingMs(): number
}

/** An access token. It is kept in memory and nowhere else. */
export interface HeldToken {
  /** Which token this is. Requests remember it, so that a 401 can be told to be about this token or an earlier one. */
  serial: number
  raw: string
  expiresInSeconds: number
  user: User
  /** Of the `session` cookie when the token came. A higher one there means that another tab has a newer token. */
  generation: number
  view: AccessTokenView
  /** Milliseconds since it was issued: by the monotonic clock, and by whichever clock shows more. */
  age(): { monotonicMs: number; longestMs: number }
}

let lastSerial = 0

/**
 * Takes the token out of an answer; null when there is none.
 * @param generation of the `session` cookie that came with it
 * @param ageMs how long ago that was, for a token that another tab handed round
 */
export function holdToken(
  answer: unknown,
  clock: Clock,
  generation: number | undefined,
  ageMs = 0,
): HeldToken | null {
  if (!isTokens(answer)) return null
  const claims = readClaims(answer.accessToken)
  if (!claims) return null
  const lifetimeMs = answer.expiresIn * 1000
  const since = clock.now() - ageMs
  const wallSince = clock.wallNow() - ageMs

  function age() {
    const monotonicMs = clock.now() - since
    // In some browsers the monotonic clock stops while the machine sleeps; the wall clock does not, but people set it.
    // The larger age never takes a dead token for a live one. Where somebody has set the wall clock forward it costs
    // one early renewal.
    return { monotonicMs, longestMs: Math.max(monotonicMs, clock.wallNow() - wallSince) }
  }

  lastSerial += 1
  return {
    serial: lastSerial,
    raw: answer.accessToken,
    expiresInSeconds: answer.expiresIn,
    user: answer.user,
    generation: generation ?? 0,
    view: { claims, remainingMs: () => Math.max(0, lifetimeMs - age().monotonicMs) },
    age,
  }
}

/** The same token with a signature that no server accepts. */
export function spoil(token: HeldToken): HeldToken {
  const [header, payload, signature = ''] = token.raw.split('.')
  return { ...token, raw: `${header}.${payload}.${'A'.repeat(signature.length)}` }
}

/** Which of two tokens of a session is older, by numbers: they may come from servers whose clocks lie apart. */
export function isOlder(token: HeldToken, than: HeldToken): boolean {
  // The claims are read, not parsed: a token from before there were epochs has none.
  const epochs = (token.view.claims.epoch ?? -1) - (than.view.claims.epoch ?? -1)
  return (epochs || token.generation - than.generation || authTimes(token, than)) < 0
}

/** Whether a token was made from what the server knew before its owner confirmed who they are. */
export const missedConfirmation = (token: HeldToken, held: HeldToken) =>
  token.view.claims.sid === held.view.claims.sid &&
  token.view.claims.epoch === held.view.claims.epoch &&
  authTimes(token, held) < 0

const authTimes = (a: HeldToken, b: HeldToken) =>
  (a.view.claims.auth_time ?? 0) - (b.view.claims.auth_time ?? 0)

function isTokens(answer: unknown): answer is Tokens {
  if (typeof answer !== 'object' || answer === null) return false
  if (!('accessToken' in answer && 'expiresIn' in answer && 'user' in answer)) return false
  return (
    typeof answer.accessToken === 'string' &&
    typeof answer.expiresIn === 'number' &&
    Number.isFinite(answer.expiresIn) &&
    isUser(answer.user)
  )
}

// By hand, because a schema would bring zod into every page.
export const isUser = (value: unknown): value is User =>
  typeof value === 'object' && value !== null && 'username' in value && typeof value.username === 'string'

// Read to show them and to know the session.
function readClaims(raw: string): AccessTokenClaims | null {
  const claims: unknown = payloadOf(raw)
  return isClaims(claims) ? claims : null
}

function isClaims(claims: unknown): claims is AccessTokenClaims {
  if (typeof claims !== 'object' || claims === null) return false
  return (
    'sid' in claims && typeof claims.sid === 'string' && 'iat' in claims && typeof claims.iat === 'number'
  )
}

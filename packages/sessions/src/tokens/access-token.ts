import { randomUUID } from 'node:crypto'
import { AuthError, type Clock, toNumericDate } from '@latchkey/contracts/server'
import jwt from 'jsonwebtoken'
import { type Authentication, authenticationClaims } from '../authentication.ts'
import type { OwnerDescription, SessionOwner, StandardClaims } from '../owner.ts'
import { recentlyUsed } from '../recently-used.ts'
import type { Session } from '../session.schema.ts'
import { longestAccessTokenSeconds, type SessionSettings } from '../settings.ts'
import { headerOf, signedJwt, signingKey } from './signing-keys.ts'

/** Longer than any token we sign. Anything longer is refused unread. */
const maxLength = 4096
const headerMembers = new Set(['alg', 'typ', 'kid'])
/** How many verified tokens are remembered: at most twice this number, about 1.2 kB each. */
const rememberedTokens = 4096

interface Collaborators<Owner extends SessionOwner, Claims extends StandardClaims> {
  settings: SessionSettings['accessToken']
  owner: Pick<OwnerDescription<Owner, Claims, unknown>, 'claims' | 'claimsSchema'>
  clock: Clock
}

/** The user that a token is for, and the session it belongs to. */
export interface AccessTokenSubject<Owner extends SessionOwner> {
  user: Owner
  session: Pick<Session, '_id' | 'expiresAt'> & Authentication
  epoch: number
  issuedAt: number
}

/** `expiresIn` is in seconds. */
export interface IssuedAccessToken {
  accessToken: string
  expiresIn: number
}

export interface AccessTokens<Owner extends SessionOwner, Claims extends StandardClaims> {
  /** What other services need to verify our tokens (RFC 7517); empty with shared secrets. */
  jwks: { keys: object[] }
  /**
   * `issuedAt` (seconds): when the owner was read, with `epoch`.
   * Throws Error for a token that `verify` would refuse: signing it would lock its owner out.
   */
  sign(subject: AccessTokenSubject<Owner>): IssuedAccessToken
  /**
   * The claims of a token that we signed and that has not expired. A token that was verified before is recognised as
   * a whole; only its expiry is checked again. Revocation is decided elsewhere (`authenticate`).
   * Throws AuthError `access_token_expired`, or `access_token_invalid` for everything else.
   */
  verify(token: string): Readonly<Claims>
}

/**
 * Signs and verifies access tokens (RFC 9068), by the injected clock. Throws Error when they would live for longer than a
 * revocation is kept.
 */
export function createAccessTokens<Owner extends SessionOwner, Claims extends StandardClaims>({
  settings,
  owner,
  clock,
}: Collaborators<Owner, Claims>): AccessTokens<Owner, Claims> {
  if (settings.ttlSeconds > longestAccessTokenSeconds)
    throw new Error(`An access token lives for ${longestAccessTokenSeconds} seconds at most.`)
  const current = signingKey(settings.key)
  const header = headerOf(current, 'at+jwt')
  const keys = new Map([settings.key, ...settings.previousKeys].map(signingKey).map((key) => [key.kid, key]))
  const remembered = recentlyUsed<Readonly<Claims>>(rememberedTokens)

  return {
    jwks: { keys: [...keys.values()].flatMap(({ publicJwk }) => (publicJwk ? [publicJwk] : [])) },

    sign({ user, session, epoch, issuedAt }) {
      // Not past the end of its session: after that nobody would know what to revoke.
      const expiresAt = Math.min(issuedAt + settings.ttlSeconds, toNumericDate(session.expiresAt))
      const claims = owner.claimsSchema.safeParse({
        ...owner.claims(user),
        iss: settings.issuer,
        aud: settings.audience,
        sub: user._id.toHexString(),
        sid: session._id.toHexString(),
        jti: randomUUID(),
        iat: issuedAt,
        ...authenticationClaims(session),
        exp: expiresAt,
        epoch,
      })
      if (!claims.success) throw new Error(unverifiable(user, claims.error.issues), { cause: claims.error })
      const accessToken = signedJwt(header, claims.data, current)
      if (accessToken.length > maxLength)
        throw new Error(`The access token of user ${user._id} is longer than ${maxLength} characters.`)
      return { accessToken, expiresIn: Math.max(0, expiresAt - issuedAt) }
    },

    verify(token) {
      const now = toNumericDate(clock.now())
      const known = remembered.get(token)
      if (known && now < expiryOf(known)) return known
      const claims = verifyAt(token, now)
      remembered.set(token, claims)
      return claims
    },
  }

  /**
   * Seconds. No token lives longer than today's setting allows, whatever it was when it was issued. That is for the
   * operator who shortens it; what was revoked stays so without it (longestAccessTokenSeconds).
   */
  function expiryOf({ iat, exp }: StandardClaims): number {
    return Math.min(exp, iat + settings.ttlSeconds)
  }

  function verifyAt(token: string, now: number): Readonly<Claims> {
    if (token.length > maxLength) throw new AuthError('access_token_invalid')
    const header = readHeader(token)
    const key = typeof header?.kid === 'string' ? keys.get(header.kid) : undefined
    // A header with members that we never write (`jwk`, `jku`, `crit`) is not ours.
    if (
      !key ||
      !header ||
      header.typ !== 'at+jwt' ||
      Object.keys(header).some((name) => !headerMembers.has(name))
    )
      throw new AuthError('access_token_invalid')
    try {
      const claims = jwt.verify(token, key.verifyWith, {
        algorithms: [key.algorithm],
        issuer: settings.issuer,
        audience: settings.audience,
        clockTimestamp: now,
      })
      const parsed = owner.claimsSchema.parse(claims)
      if (now >= expiryOf(parsed)) throw new AuthError('access_token_expired')
      // It is remembered and handed out again, so no request may change what the next one reads.
      for (const value of Object.values(parsed)) Object.freeze(value)
      return Object.freeze(parsed)
    } catch (error) {
      if (error instanceof AuthError) throw error
      if (error instanceof jwt.TokenExpiredError) throw new AuthError('access_token_expired')
      throw new AuthError('access_token_invalid', { cause: error })
    }
  }
}

/** For the operator: which claims this server would refuse, and of which user. */
function unverifiable({ _id }: SessionOwner, issues: { path: PropertyKey[]; message: string }[]): string {
  const reasons = issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  return `The access token of user ${_id} would be refused by this server (${reasons.join('; ')}).`
}

function readHeader(token: string): Record<string, unknown> | null {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString())
    return typeof header === 'object' && header !== null ? (header as Record<string, unknown>) : null
  } catch {
    return null
  }
}

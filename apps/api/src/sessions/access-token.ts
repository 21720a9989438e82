import { randomUUID } from 'node:crypto'
import { type AccessTokenClaims, AccessTokenClaimsSchema } from '@latchkey/contracts'
import jwt from 'jsonwebtoken'
import { AuthError } from '../auth-error.ts'
import { type Clock, toNumericDate } from '../clock.ts'
import type { Config } from '../config.ts'
import { recentlyUsed } from './recently-used.ts'
import type { Session } from './session.schema.ts'
import type { SessionOwner } from './session-owner.ts'
import { signingKey } from './signing-keys.ts'

/** Longer than any token of ours; what is longer is refused unread. */
const maxLength = 4096
const headerMembers = new Set(['alg', 'typ', 'kid'])
/** How many tokens are remembered as verified; at most twice as many, and about 1.2 kB each. */
const rememberedTokens = 4096

interface Collaborators {
  config: Config['accessToken']
  clock: Clock
}

export type AccessTokens = ReturnType<typeof createAccessTokens>

/** Whom a token is for, and in which session. */
export interface AccessTokenSubject {
  user: Pick<SessionOwner, '_id' | 'username' | 'email' | 'roles'>
  session: Pick<Session, '_id' | 'expiresAt'>
  issuedAt: number
}

/** `expiresIn` is in seconds. */
export interface IssuedAccessToken {
  accessToken: string
  expiresIn: number
}

/** Signs and verifies access tokens (RFC 9068), by the injected clock. */
export function createAccessTokens({ config, clock }: Collaborators) {
  const current = signingKey(config.key)
  const keys = new Map([config.key, ...config.previousKeys].map(signingKey).map((key) => [key.kid, key]))
  const remembered = recentlyUsed<AccessTokenClaims>(rememberedTokens)

  return {
    /** What other services need to verify our tokens (RFC 7517); empty with shared secrets. */
    jwks: { keys: [...keys.values()].flatMap(({ publicJwk }) => publicJwk ?? []) },

    /** `issuedAt` (seconds): when the owner was read, see Revocations.issuedAt. */
    sign({ user, session, issuedAt }: AccessTokenSubject): IssuedAccessToken {
      // Not past the end of its session: after that nobody would know what to revoke.
      const expiresAt = Math.min(issuedAt + config.ttlSeconds, toNumericDate(session.expiresAt))
      const claims: AccessTokenClaims = {
        iss: config.issuer,
        aud: config.audience,
        sub: user._id.toHexString(),
        sid: session._id.toHexString(),
        jti: randomUUID(),
        iat: issuedAt,
        exp: expiresAt,
        roles: [...user.roles],
        username: user.username,
        email: user.email,
      }
      const { algorithm, kid } = current
      const header = { alg: algorithm, typ: 'at+jwt', kid }
      return {
        accessToken: jwt.sign(claims, current.signWith, { algorithm, header }),
        expiresIn: Math.max(0, expiresAt - toNumericDate(clock.now())),
      }
    },

    /**
     * The claims of a token that we signed and that has not expired. What was verified once is remembered by the whole
     * token; only the time is checked again, and revocation is not decided here.
     * Throws AuthError `access_token_expired`, or `access_token_invalid` for everything else.
     */
    verify(token: string): AccessTokenClaims {
      const now = toNumericDate(clock.now())
      const known = remembered.get(token)
      if (known && now < expiryOf(known)) return known
      const claims = verifyAt(token, now)
      remembered.set(token, claims)
      return claims
    },
  }

  /**
   * Seconds. No token lives longer than today's setting allows, whatever it was when it was issued: a revocation is
   * kept for so long, and must not be outlived.
   */
  function expiryOf({ iat, exp }: AccessTokenClaims): number {
    return Math.min(exp, iat + config.ttlSeconds)
  }

  function verifyAt(token: string, now: number): AccessTokenClaims {
    if (token.length > maxLength) throw new AuthError('access_token_invalid')
    const header = readHeader(token)
    const key = typeof header?.kid === 'string' ? keys.get(header.kid) : undefined
    // A header that asks for more than we issue (`jwk`, `jku`, `crit`) is not ours.
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
        issuer: config.issuer,
        audience: config.audience,
        clockTimestamp: now,
      })
      const parsed = AccessTokenClaimsSchema.parse(claims)
      if (now >= expiryOf(parsed)) throw new AuthError('access_token_expired')
      Object.freeze(parsed.roles)
      return Object.freeze(parsed)
    } catch (error) {
      if (error instanceof AuthError) throw error
      if (error instanceof jwt.TokenExpiredError) throw new AuthError('access_token_expired')
      throw new AuthError('access_token_invalid', { cause: error })
    }
  }
}

function readHeader(token: string): Record<string, unknown> | null {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString())
    return typeof header === 'object' && header !== null ? (header as Record<string, unknown>) : null
  } catch {
    return null
  }
}

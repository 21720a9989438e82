import { randomUUID } from 'node:crypto'
import { type AccessTokenClaims, AccessTokenClaimsSchema } from '@latchkey/contracts'
import jwt from 'jsonwebtoken'
import { AuthError } from '../auth-error.ts'
import { type Clock, toNumericDate } from '../clock.ts'
import type { Config } from '../config.ts'
import { recentlyUsed } from './recently-used.ts'
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
  /** The earliest `iat` that is not revoked for a user, in seconds. */
  issuableFrom: (userId: string) => number
}

export type AccessTokens = ReturnType<typeof createAccessTokens>
export type AccessTokenSubject = Pick<SessionOwner, '_id' | 'username' | 'email' | 'roles'>

/** Signs and verifies access tokens (RFC 9068), by the injected clock. */
export function createAccessTokens({ config, clock, issuableFrom }: Collaborators) {
  const current = signingKey(config.key)
  const keys = new Map([config.key, ...config.previousKeys].map(signingKey).map((key) => [key.kid, key]))
  const remembered = recentlyUsed<AccessTokenClaims>(rememberedTokens)

  return {
    ttlSeconds: config.ttlSeconds,

    /** What other services need to verify our tokens (RFC 7517); empty with shared secrets. */
    jwks: { keys: [...keys.values()].flatMap(({ publicJwk }) => publicJwk ?? []) },

    sign(user: AccessTokenSubject, sessionId: string): string {
      const userId = user._id.toHexString()
      const now = toNumericDate(clock.now())
      const claims: AccessTokenClaims = {
        iss: config.issuer,
        aud: config.audience,
        sub: userId,
        sid: sessionId,
        jti: randomUUID(),
        iat: Math.max(now, issuableFrom(userId)),
        exp: now + config.ttlSeconds,
        roles: [...user.roles],
        username: user.username,
        email: user.email,
      }
      const { algorithm, kid } = current
      return jwt.sign(claims, current.signWith, { algorithm, header: { alg: algorithm, typ: 'at+jwt', kid } })
    },

    /**
     * The claims of a token that we signed and that has not expired. What was verified once is remembered by the whole
     * token; only the time is checked again, and revocation is not decided here.
     * Throws AuthError `access_token_expired`, or `access_token_invalid` for everything else.
     */
    verify(token: string): AccessTokenClaims {
      const now = toNumericDate(clock.now())
      const known = remembered.get(token)
      if (known && now < known.exp) return known
      const claims = verifyAt(token, now)
      remembered.set(token, claims)
      return claims
    },
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
      Object.freeze(parsed.roles)
      return Object.freeze(parsed)
    } catch (error) {
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

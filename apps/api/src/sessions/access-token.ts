import { createHash, createSecretKey, type KeyObject, randomUUID } from 'node:crypto'
import { type AccessTokenClaims, AccessTokenClaimsSchema } from '@latchkey/contracts'
import jwt from 'jsonwebtoken'
import { AuthError } from '../auth-error.ts'
import { type Clock, toNumericDate } from '../clock.ts'
import type { Config } from '../config.ts'
import type { SessionOwner } from './session-owner.ts'

/** Longer than any token of ours; what is longer is refused unread. */
const maxLength = 4096
const headerMembers = new Set(['alg', 'typ', 'kid'])

interface SigningKey {
  kid: string
  algorithm: 'HS256'
  /** Built once: handed a string, jsonwebtoken tries to parse it as a public key on every call. */
  key: KeyObject
}

export type AccessTokens = ReturnType<typeof createAccessTokens>
export type AccessTokenSubject = Pick<SessionOwner, '_id' | 'username' | 'email' | 'roles'>

/** Signs and verifies access tokens (RFC 9068), by the injected clock. */
export function createAccessTokens(config: Config['accessToken'], clock: Clock) {
  const current = signingKey(config.secret)
  const keys = new Map([[current.kid, current]])

  return {
    ttlSeconds: config.ttlSeconds,

    sign(user: AccessTokenSubject, sessionId: string): string {
      const issuedAt = toNumericDate(clock.now())
      const claims: AccessTokenClaims = {
        iss: config.issuer,
        aud: config.audience,
        sub: user._id.toHexString(),
        sid: sessionId,
        jti: randomUUID(),
        iat: issuedAt,
        exp: issuedAt + config.ttlSeconds,
        roles: [...user.roles],
        username: user.username,
        email: user.email,
      }
      const header = { alg: current.algorithm, typ: 'at+jwt', kid: current.kid }
      return jwt.sign(claims, current.key, { algorithm: current.algorithm, header })
    },

    /**
     * The claims of a token that we signed and that is still good.
     * Throws AuthError `access_token_expired`, or `access_token_invalid` for everything else.
     */
    verify(token: string): AccessTokenClaims {
      if (token.length > maxLength) throw new AuthError('access_token_invalid')
      const header = readHeader(token)
      // The key decides the algorithm, never the token (RFC 8725 §3.1). A header that asks for more than we issue
      // (`jwk`, `jku`, `crit`) is not ours.
      const signing = typeof header?.kid === 'string' ? keys.get(header.kid) : undefined
      if (
        !signing ||
        !header ||
        header.typ !== 'at+jwt' ||
        Object.keys(header).some((name) => !headerMembers.has(name))
      )
        throw new AuthError('access_token_invalid')
      try {
        const claims = jwt.verify(token, signing.key, {
          algorithms: [signing.algorithm],
          issuer: config.issuer,
          audience: config.audience,
          clockTimestamp: toNumericDate(clock.now()),
        })
        return AccessTokenClaimsSchema.parse(claims)
      } catch (error) {
        if (error instanceof jwt.TokenExpiredError) throw new AuthError('access_token_expired')
        throw new AuthError('access_token_invalid', { cause: error })
      }
    },
  }
}

function signingKey(secret: string): SigningKey {
  // Names the key without telling it: a different secret has a different name, and nobody has to keep a list.
  const kid = createHash('sha256').update(`kid:${secret}`).digest('base64url').slice(0, 10)
  return { kid, algorithm: 'HS256', key: createSecretKey(Buffer.from(secret)) }
}

function readHeader(token: string): Record<string, unknown> | null {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString())
    return typeof header === 'object' && header !== null ? (header as Record<string, unknown>) : null
  } catch {
    return null
  }
}

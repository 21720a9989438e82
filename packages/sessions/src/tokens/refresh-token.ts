import { AuthError, type Clock, toNumericDate } from '@latchkey/contracts/server'
import jwt from 'jsonwebtoken'
import * as z from 'zod'
import type { Session } from '../session.schema.ts'
import type { SessionSettings } from '../settings.ts'
import { signingKey } from './signing-keys.ts'

const objectId = z.string().regex(/^[0-9a-f]{24}$/)
const ClaimsSchema = z.object({ sub: objectId, sid: objectId, gen: z.int().min(0), exp: z.int() })

/** What a refresh token says: its user, its session, and the generation. */
export interface RefreshTokenClaims {
  userId: string
  sessionId: string
  generation: number
  /** Whether `exp` has passed. The session may have been extended since the token was signed. */
  expired: boolean
}

export type RefreshTokens = ReturnType<typeof createRefreshTokens>

/**
 * Signs and reads refresh tokens: `{ sub, sid, gen, iat, exp }`, HS256, header `typ: rt+jwt`.
 *
 * The session holds everything that the token says, and the signature is deterministic. So the current token of a
 * session can be made again at any time, and is the very same string. A retry can be answered without creating a
 * second token.
 */
export function createRefreshTokens(settings: SessionSettings['refreshToken'], clock: Clock) {
  const current = signingKey(settings.key)
  const all = [settings.key, ...settings.previousKeys].map(signingKey)
  /** By the first part of the tokens that each signs, which is always the same. */
  const keys = new Map(all.map((key) => [headerOf(key.kid), key]))
  const keyOf = (token: string) => keys.get(token.slice(0, Math.max(0, token.indexOf('.'))))

  return {
    /** Whether a value begins as the tokens we sign do. Costs a look-up in a map. */
    isOurForm: (token: string): boolean => keyOf(token) !== undefined,

    sign(userId: string, session: Pick<Session, '_id' | 'generation' | 'rotatedAt' | 'expiresAt'>): string {
      const claims = {
        sub: userId,
        sid: session._id.toHexString(),
        gen: session.generation,
        iat: toNumericDate(session.rotatedAt),
        exp: toNumericDate(session.expiresAt),
      }
      const header = headerWith(current.kid)
      return jwt.sign(claims, current.signWith, { algorithm: 'HS256', header })
    },

    /**
     * The claims of a token that we signed, expired or not. The session decides about expiry: it may have been
     * extended by a refresh whose answer was lost. Throws AuthError `refresh_token_invalid`.
     */
    read(token: string): RefreshTokenClaims {
      try {
        const key = keyOf(token)
        if (!key) throw new AuthError('refresh_token_invalid')
        const options = { algorithms: ['HS256' as const], ignoreExpiration: true }
        const claims = ClaimsSchema.parse(jwt.verify(token, key.verifyWith, options))
        const expired = claims.exp <= toNumericDate(clock.now())
        return { userId: claims.sub, sessionId: claims.sid, generation: claims.gen, expired }
      } catch (error) {
        throw new AuthError('refresh_token_invalid', { cause: error })
      }
    },
  }
}

const headerWith = (kid: string) => ({ alg: 'HS256' as const, typ: 'rt+jwt', kid })
const headerOf = (kid: string) => Buffer.from(JSON.stringify(headerWith(kid))).toString('base64url')

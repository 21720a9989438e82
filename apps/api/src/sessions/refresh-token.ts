import jwt from 'jsonwebtoken'
import * as z from 'zod'
import { AuthError } from '../auth-error.ts'
import { type Clock, toNumericDate } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Session } from './session.schema.ts'
import { signingKey } from './signing-keys.ts'

const objectId = z.string().regex(/^[0-9a-f]{24}$/)
const ClaimsSchema = z.object({ sub: objectId, sid: objectId, gen: z.int().min(0) })

/** What a refresh token says: whose session, which one, and at which generation. */
export interface RefreshTokenClaims {
  userId: string
  sessionId: string
  generation: number
}

export type RefreshTokens = ReturnType<typeof createRefreshTokens>

/**
 * Signs and reads refresh tokens: `{ sub, sid, gen, iat, exp }`, HS256, header `typ: rt+jwt`.
 *
 * Everything in the token stands in the session too, and the signature is deterministic: the current token of a
 * session can be made again at any time and is the very same string. That is what lets a retry be answered without
 * ever minting a sibling.
 */
export function createRefreshTokens(config: Config['refreshToken'], clock: Clock) {
  const current = signingKey(config.key)
  const keys = new Map([config.key, ...config.previousKeys].map(signingKey).map((key) => [key.kid, key]))

  return {
    sign(userId: string, session: Pick<Session, '_id' | 'generation' | 'rotatedAt' | 'expiresAt'>): string {
      const claims = {
        sub: userId,
        sid: session._id.toHexString(),
        gen: session.generation,
        iat: toNumericDate(session.rotatedAt),
        exp: toNumericDate(session.expiresAt),
      }
      const header = { alg: 'HS256', typ: 'rt+jwt', kid: current.kid }
      return jwt.sign(claims, current.signWith, { algorithm: 'HS256', header })
    },

    /**
     * The claims of a token that we signed. Throws AuthError `refresh_token_invalid` or, with a good signature,
     * `refresh_token_expired`. `ignoreExpiration` is for signing out, which an old token may always do.
     */
    read(token: string, { ignoreExpiration = false } = {}): RefreshTokenClaims {
      try {
        const kid = jwt.decode(token, { complete: true })?.header.kid
        const key = kid === undefined ? undefined : keys.get(kid)
        if (!key) throw new AuthError('refresh_token_invalid')
        const { header, payload } = jwt.verify(token, key.verifyWith, {
          complete: true,
          algorithms: ['HS256'],
          clockTimestamp: toNumericDate(clock.now()),
          ignoreExpiration,
        })
        if (header.typ !== 'rt+jwt') throw new AuthError('refresh_token_invalid')
        const claims = ClaimsSchema.parse(payload)
        return { userId: claims.sub, sessionId: claims.sid, generation: claims.gen }
      } catch (error) {
        if (error instanceof jwt.TokenExpiredError) throw new AuthError('refresh_token_expired')
        throw new AuthError('refresh_token_invalid', { cause: error })
      }
    },
  }
}

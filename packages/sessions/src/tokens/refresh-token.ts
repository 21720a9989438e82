import { AuthError, type Clock, toNumericDate } from '@latchkey/contracts/server'
import jwt from 'jsonwebtoken'
import * as z from 'zod'
import type { Session } from '../session.schema.ts'
import type { SessionSettings } from '../settings.ts'
import { signingKey } from './signing-keys.ts'

const objectId = z.string().regex(/^[0-9a-f]{24}$/)
const ClaimsSchema = z.object({ sub: objectId, sid: objectId, gen: z.int().min(0), exp: z.int() })

/** What a refresh token says: whose session, which one, and at which generation. */
export interface RefreshTokenClaims {
  userId: string
  sessionId: string
  generation: number
  /** Whether the session had expired by now when the token was signed. It may have gone on since. */
  expired: boolean
}

export type RefreshTokens = ReturnType<typeof createRefreshTokens>

/**
 * Signs and reads refresh tokens: `{ sub, sid, gen, iat, exp }`, HS256, header `typ: rt+jwt`.
 *
 * Everything in the token stands in the session too, and the signature is deterministic: the current token of a
 * session can be made again at any time and is the very same string. That is what lets a retry be answered without
 * ever minting a sibling.
 */
export function createRefreshTokens(settings: SessionSettings['refreshToken'], clock: Clock) {
  const current = signingKey(settings.key)
  const keys = new Map([settings.key, ...settings.previousKeys].map(signingKey).map((key) => [key.kid, key]))

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
     * The claims of a token that we signed, expired or not: its session decides, which may have gone on while the
     * response that said so was lost. Throws AuthError `refresh_token_invalid`.
     */
    read(token: string): RefreshTokenClaims {
      try {
        const kid = jwt.decode(token, { complete: true })?.header.kid
        const key = kid === undefined ? undefined : keys.get(kid)
        if (!key) throw new AuthError('refresh_token_invalid')
        const { header, payload } = jwt.verify(token, key.verifyWith, {
          complete: true,
          algorithms: ['HS256'],
          ignoreExpiration: true,
        })
        if (header.typ !== 'rt+jwt') throw new AuthError('refresh_token_invalid')
        const claims = ClaimsSchema.parse(payload)
        const expired = claims.exp <= toNumericDate(clock.now())
        return { userId: claims.sub, sessionId: claims.sid, generation: claims.gen, expired }
      } catch (error) {
        throw new AuthError('refresh_token_invalid', { cause: error })
      }
    },
  }
}

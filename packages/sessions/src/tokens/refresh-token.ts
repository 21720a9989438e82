import { timingSafeEqual } from 'node:crypto'
import { AuthError, type Clock, toNumericDate } from '@latchkey/contracts/server'
import * as z from 'zod'
import type { Session } from '../session.schema.ts'
import type { SessionSettings } from '../settings.ts'
import { headerOf, type SigningKey, signedJwt, signingKey } from './signing-keys.ts'

const objectId = z.string().regex(/^[0-9a-f]{24}$/)
const ClaimsSchema = z.object({
  sub: objectId,
  sid: objectId,
  gen: z.int().min(0),
  lock: z.string().optional(),
  exp: z.int(),
  // Nobody signs one. It would ask for a check of its own.
  nbf: z.undefined().optional(),
})

/** What a refresh token says: its user, its session, the generation and its lock. */
export interface RefreshTokenClaims {
  userId: string
  sessionId: string
  generation: number
  /** The lock of that generation. Null: the session is unbound, or the token is one of former releases. */
  lock: string | null
  /** Whether `exp` has passed. The session may have been extended since the token was signed. */
  expired: boolean
}

export type RefreshTokens = ReturnType<typeof createRefreshTokens>

/**
 * Signs and reads refresh tokens: `{ sub, sid, gen, lock, iat, exp }`, HS256, header `typ: rt+jwt`. Those of unbound sessions
 * have no `lock`.
 *
 * The session holds everything that the token says, and the signature is deterministic. So the current token of a
 * session can be made again at any time, and is the very same string. A retry can be answered without creating a
 * second token. Throws Error for a key that is no shared secret.
 */
export function createRefreshTokens(settings: SessionSettings['refreshToken'], clock: Clock) {
  const current = sharedKey(settings.key)
  const all = [settings.key, ...settings.previousKeys].map(sharedKey)
  const header = headerOf(current, type)
  /** By the first part of the tokens that each signs, which is always the same. */
  const keys = new Map(all.map((key) => [headerOf(key, type), key]))
  const keyOf = (token: string) => keys.get(token.slice(0, Math.max(0, token.indexOf('.'))))

  return {
    /** Whether a value begins as the tokens we sign do. Costs a look-up in a map. */
    isOurForm: (token: string): boolean => keyOf(token) !== undefined,

    sign(
      userId: string,
      session: Pick<Session, '_id' | 'generation' | 'lock' | 'rotatedAt' | 'expiresAt'>,
    ): string {
      const claims = {
        sub: userId,
        sid: session._id.toHexString(),
        gen: session.generation,
        ...(session.lock && { lock: session.lock }),
        iat: toNumericDate(session.rotatedAt),
        exp: toNumericDate(session.expiresAt),
      }
      return signedJwt(header, claims, current)
    },

    /**
     * The claims of a token that we signed, expired or not. The session decides about expiry: it may have been
     * extended by a refresh whose answer was lost. Throws AuthError `refresh_token_invalid`.
     */
    read(token: string): RefreshTokenClaims {
      try {
        const key = keyOf(token)
        if (!key) throw new AuthError('refresh_token_invalid')
        const claims = ClaimsSchema.parse(payloadOf(token, key))
        const expired = claims.exp <= toNumericDate(clock.now())
        const { sub: userId, sid: sessionId, gen: generation, lock = null } = claims
        return { userId, sessionId, generation, lock, expired }
      } catch (error) {
        throw new AuthError('refresh_token_invalid', { cause: error })
      }
    },
  }
}

const type = 'rt+jwt'

/** A signature that is another each time could not be made again. */
function sharedKey(configured: string): SigningKey {
  const key = signingKey(configured)
  if (key.algorithm !== 'HS256')
    throw new Error(`Refresh tokens are signed with a shared secret, not with ${key.algorithm}.`)
  return key
}

/**
 * What a token says whose header is that of a key. The header leaves nothing to choose: it is our own text. So there is one
 * signature, and it is compared as text, too: in another spelling it is not ours. Throws Error for any other.
 */
function payloadOf(token: string, { signatureOf }: SigningKey): unknown {
  const [header, payload = '', given = '', ...more] = token.split('.')
  const signature = Buffer.from(signatureOf(`${header}.${payload}`))
  const shown = Buffer.from(given)
  if (more.length > 0 || shown.length !== signature.length || !timingSafeEqual(shown, signature))
    throw new Error('It is not signed by its key')
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

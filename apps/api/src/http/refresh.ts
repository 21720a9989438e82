import type { Request, Response } from 'express'
import { AuthError } from '../auth-error.ts'
import type { RefreshTokenClaims, RefreshTokens } from '../sessions/refresh-token.ts'
import type { Sessions, SignedInSession } from '../sessions/session.service.ts'
import { deviceOf } from './device.ts'
import type { RateLimits } from './rate-limit.ts'
import { lockProofOf } from './refresh-headers.ts'

interface Collaborators {
  sessions: Sessions
  refreshTokens: RefreshTokens
  rateLimits: RateLimits
}

export type Refresh = ReturnType<typeof createRefresh>

/** One refresh, whichever endpoint it came in by: the token is read, counted and rotated. */
export const createRefresh =
  ({ sessions, refreshTokens, rateLimits }: Collaborators) =>
  async (req: Request, res: Response, token: string | undefined): Promise<SignedInSession> => {
    const proof = lockProofOf(req)
    let claims: RefreshTokenClaims
    try {
      if (!token) throw new AuthError('refresh_token_missing')
      claims = refreshTokens.read(token)
    } catch (error) {
      await rateLimits.refresh(req, res, null)
      throw error
    }
    await rateLimits.refresh(req, res, claims.sessionId)
    return await sessions.rotate(claims, proof, deviceOf(req))
  }

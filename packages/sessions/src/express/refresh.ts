import { AuthError } from '@latchkey/contracts/server'
import type { Request, Response } from 'express'
import type { SignedInSession } from '../collaborators.ts'
import type { SessionOwner } from '../owner.ts'
import type { SessionLife } from '../session-life.ts'
import type { RefreshTokenClaims, RefreshTokens } from '../tokens/refresh-token.ts'
import { deviceOf } from './device.ts'
import { lockProofOf } from './refresh-headers.ts'

/**
 * Counts a refresh before it is looked at, and throws AuthError `rate_limited` to refuse it. `sessionId` is null for what
 * is no token of ours.
 */
export type AdmitRefresh = (req: Request, res: Response, sessionId: string | null) => Promise<void>

interface Collaborators<Owner extends SessionOwner> {
  sessions: Pick<SessionLife<Owner>, 'rotate'>
  refreshTokens: RefreshTokens
  admitRefresh: AdmitRefresh
}

export type Refresh<Owner extends SessionOwner> = (
  req: Request,
  res: Response,
  token: string | undefined,
) => Promise<SignedInSession<Owner>>

/** One refresh, whichever endpoint it came in by: the token is read, counted and rotated. */
export const createRefresh =
  <Owner extends SessionOwner>({
    sessions,
    refreshTokens,
    admitRefresh,
  }: Collaborators<Owner>): Refresh<Owner> =>
  async (req, res, token) => {
    const proof = lockProofOf(req)
    let claims: RefreshTokenClaims
    try {
      if (!token) throw new AuthError('refresh_token_missing')
      claims = refreshTokens.read(token)
    } catch (error) {
      await admitRefresh(req, res, null)
      throw error
    }
    await admitRefresh(req, res, claims.sessionId)
    return await sessions.rotate(claims, proof, deviceOf(req))
  }

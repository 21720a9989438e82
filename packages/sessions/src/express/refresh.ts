import { AuthError } from '@latchkey/contracts/server'
import type { Request, Response } from 'express'
import type { SignedInSession } from '../collaborators.ts'
import type { SessionOwner } from '../owner.ts'
import type { SessionLife } from '../session-life.ts'
import type { RefreshTokenClaims, RefreshTokens } from '../tokens/refresh-token.ts'
import { deviceOf } from './device.ts'
import type { PresentedSessions } from './presented-sessions.ts'
import type { RefreshCookies } from './refresh-cookies.ts'
import { lockProofOf } from './refresh-headers.ts'

/**
 * Counts a refresh before it is looked at, and throws AuthError `rate_limited` to refuse it. `sessionId` is null for what
 * is no token of ours.
 */
export type AdmitRefresh = (req: Request, res: Response, sessionId: string | null) => Promise<void>

interface Collaborators<Owner extends SessionOwner> {
  sessions: Pick<SessionLife<Owner>, 'rotate'>
  refreshTokens: RefreshTokens
  refreshCookies: Pick<RefreshCookies, 'holdsToken' | 'readDeviceIdHash'>
  presentedSessions: Pick<PresentedSessions, 'read'>
  admitRefresh: AdmitRefresh
}

/** `token` undefined: the one in the request's cookies. */
export type Refresh<Owner extends SessionOwner> = (
  req: Request,
  res: Response,
  token?: string,
) => Promise<SignedInSession<Owner>>

/** One refresh, whichever endpoint it came in by: the token is read, counted and rotated. */
export const createRefresh =
  <Owner extends SessionOwner>({
    sessions,
    refreshTokens,
    refreshCookies,
    presentedSessions,
    admitRefresh,
  }: Collaborators<Owner>): Refresh<Owner> =>
  async (req, res, token) => {
    const proof = lockProofOf(req)
    const device = deviceOf(req)
    let candidates: RefreshTokenClaims[]
    try {
      candidates = token === undefined ? inCookies(req) : [refreshTokens.read(token)]
    } catch (error) {
      await admitRefresh(req, res, null)
      throw error
    }

    let refusal: unknown
    for (const claims of candidates) {
      await admitRefresh(req, res, claims.sessionId)
      try {
        return await sessions.rotate(claims, proof, device, browserOf(req))
      } catch (error) {
        // Another cookie of the same name may be the one that counts.
        if (!isRefusal(error)) throw error
        refusal ??= error
      }
    }
    throw refusal

    /** Only a browser has a `device` cookie; whoever sends its token in a body is none. */
    function browserOf(req: Request): string | null {
      return token === undefined ? refreshCookies.readDeviceIdHash(req) : null
    }

    function inCookies(req: Request): RefreshTokenClaims[] {
      const presented = presentedSessions.read(req)
      if (presented.length > 0) return presented
      // What does not even look like a token is some neighbour's, and says nothing.
      throw new AuthError(refreshCookies.holdsToken(req) ? 'refresh_token_invalid' : 'refresh_token_missing')
    }
  }

const isRefusal = (error: unknown) => error instanceof AuthError && error.code.startsWith('refresh_token_')

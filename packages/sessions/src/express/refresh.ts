import { AuthError, toAuthError } from '@latchkey/contracts/server'
import type { Request, Response } from 'express'
import type { SignedInSession } from '../collaborators.ts'
import { isDatabaseOutage } from '../database-outage.ts'
import type { Log } from '../log.ts'
import type { SessionOwner } from '../owner.ts'
import type { CookieHolder } from '../refresh/rotate.ts'
import type { SessionLife } from '../session-life.ts'
import type { RefreshTokenClaims, RefreshTokens } from '../tokens/refresh-token.ts'
import { deviceOf } from './device.ts'
import type { PresentedSessions } from './presented-sessions.ts'
import type { RefreshCookies } from './refresh-cookies.ts'
import { believedSessionOf, isFromBrowser, isFromOtherSite, lockProofOf } from './refresh-headers.ts'
import { noteFacts, type RefreshOutcome } from './request-facts.ts'

/**
 * Counts a refresh before anything else happens. Throws AuthError `rate_limited` to refuse it. `sessionId` is null
 * when the request carries no token that we signed.
 */
export type AdmitRefresh = (req: Request, res: Response, sessionId: string | null) => Promise<void>

/** Told of each refresh that succeeds, before it is answered: how long the session's part of it took. */
export type OnRefreshed = (res: Response, refreshed: { rotated: boolean; tookMs: number }) => void

/** Told once of each refresh how it ended, be it well. */
export type OnRefreshEnded = (outcome: RefreshOutcome) => void

interface Collaborators<Owner extends SessionOwner> {
  sessions: Pick<SessionLife<Owner>, 'rotate'>
  refreshTokens: RefreshTokens
  refreshCookies: Pick<RefreshCookies, 'holdsToken' | 'readDeviceIdHash' | 'readTokens'>
  presentedSessions: Pick<PresentedSessions, 'read' | 'assertBelieved'>
  admitRefresh: AdmitRefresh
  onRefreshed: OnRefreshed
  onRefreshEnded: OnRefreshEnded
  log: Pick<Log, 'warn'>
}

/** `token` undefined: use the one in the request's cookies. */
export type Refresh<Owner extends SessionOwner> = (
  req: Request,
  res: Response,
  token?: string,
) => Promise<SignedInSession<Owner>>

/** One refresh, for all endpoints: reads the token, counts the attempt and rotates the session. */
export function createRefresh<Owner extends SessionOwner>(
  collaborators: Collaborators<Owner>,
): Refresh<Owner> {
  const { sessions, refreshTokens, refreshCookies, presentedSessions } = collaborators
  const { admitRefresh, onRefreshed, onRefreshEnded, log } = collaborators

  let toldOfForwarding = false

  return async (req, res, token) => {
    const signedIn = await refresh(req, res, token).catch((error: unknown) => {
      end(req, toAuthError(error, isDatabaseOutage).code)
      throw error
    })
    end(req, signedIn.rotated ? 'rotated' : 'answered')
    return signedIn
  }

  function end(req: Request, outcome: RefreshOutcome): void {
    noteFacts(req, { refresh: outcome })
    onRefreshEnded(outcome)
  }

  /** Once: whoever runs such a server sees it at its first try, and a thief must not fill the log. */
  function warnOfForwarding(req: Request, error: AuthError): void {
    const isCopy = ['refresh_token_locked', 'refresh_token_forwarded'].includes(error.code)
    if (toldOfForwarding || !isCopy || isFromBrowser(req)) return
    toldOfForwarding = true
    log.warn(
      { code: error.code, peer: req.socket.remoteAddress },
      'the cookies of a browser came to /refresh-token without its key, and not from a browser: they were copied, or a server of yours passes them on. A server cannot continue a session for a browser: see docs/server-rendered.md',
    )
  }

  async function refresh(req: Request, res: Response, token?: string): Promise<SignedInSession<Owner>> {
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
      noteFacts(req, { userId: claims.userId, sessionId: claims.sessionId })
      await admitRefresh(req, res, claims.sessionId)
      try {
        const startedAt = performance.now()
        const signedIn = await sessions.rotate(claims, proof, device, browserOf(req))
        onRefreshed(res, { rotated: signedIn.rotated === true, tookMs: performance.now() - startedAt })
        return signedIn
      } catch (error) {
        // Another cookie of the same name may hold the right token.
        if (!isRefusal(error)) throw error
        warnOfForwarding(req, error)
        refusal ??= error
      }
    }
    throw refusal

    /** Only browsers have a `device` cookie. A client that sends its token in a body is not a browser. */
    function browserOf(req: Request): CookieHolder {
      const deviceIdHash = token === undefined ? refreshCookies.readDeviceIdHash(req) : null
      return { deviceIdHash, isBrowser: isFromBrowser(req) }
    }

    function inCookies(req: Request): RefreshTokenClaims[] {
      const believed = believedSessionOf(req)
      if (believed && refreshCookies.readTokens(req).length > 0)
        return [presentedSessions.assertBelieved(req, believed)]
      const presented = presentedSessions.read(req)
      if (presented.length > 0) return presented
      // A value that does not even look like a token belongs to another site on this host, and means nothing.
      if (refreshCookies.holdsToken(req) && !believed) throw new AuthError('refresh_token_invalid')
      // A page that knew of a session is told that it is over.
      const isSignedOut = !isFromOtherSite(req) || (believed && believed.sessionId !== null)
      throw new AuthError(isSignedOut ? 'refresh_token_missing' : 'cross_site_page')
    }
  }
}

const isRefusal = (error: unknown): error is AuthError =>
  error instanceof AuthError && error.code.startsWith('refresh_token_')

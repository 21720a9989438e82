import { AuthError } from '@latchkey/contracts/server'
import type { Request } from 'express'
import type { SessionOwner } from '../owner.ts'
import type { Session } from '../session.schema.ts'
import type { OnSessionEvent } from '../session-events.ts'
import type { SessionLife } from '../session-life.ts'
import type { RefreshTokenClaims } from '../tokens/refresh-token.ts'
import { deviceOf } from './device.ts'
import type { PresentedToken, RefreshCookies } from './refresh-cookies.ts'
import { type BelievedSession, believedSessionOf } from './refresh-headers.ts'

interface Collaborators<Owner extends SessionOwner> {
  sessions: Pick<SessionLife<Owner>, 'revoke'>
  refreshCookies: Pick<RefreshCookies, 'readTokens' | 'readDeviceIdHash'>
  onEvent: OnSessionEvent
}

export type PresentedSessions = ReturnType<typeof createPresentedSessions>

/**
 * The sessions named by the cookies of a request. There can be several, as other sites on this host can set cookies
 * too.
 */
export function createPresentedSessions<Owner extends SessionOwner>(collaborators: Collaborators<Owner>) {
  const { sessions, refreshCookies, onEvent } = collaborators

  return {
    read,
    meant,
    isMeant,
    assertBelieved,

    /**
     * Ends the sessions that this browser held before a sign-in, no matter whose they were (OWASP ASVS 5 §7.2.4).
     * Never throws: the new session is already open, and the old ones expire by themselves.
     */
    async endBefore(req: Request, opened: Pick<Session, '_id'>): Promise<void> {
      for (const { userId, sessionId } of read(req)) {
        if (opened._id.equals(sessionId)) continue
        const ended = await sessions.revoke(userId, sessionId, 'replaced').catch(() => null)
        if (ended)
          await onEvent({
            kind: 'signed_out',
            userId,
            sessionId,
            device: deviceOf(req),
            deviceIdHash: refreshCookies.readDeviceIdHash(req),
          })
      }
    },
  }

  /**
   * The newest token of each session. If the readable `session` cookie names some of them, only those are returned.
   * The page shows the key of that session; shown for another one, it would look like a theft.
   */
  function read(req: Request): RefreshTokenClaims[] {
    const proved = readProved(req)
    return proved.length > 0 ? proved : newestOf(refreshCookies.readTokens(req))
  }

  function readProved(req: Request): RefreshTokenClaims[] {
    return newestOf(refreshCookies.readTokens(req).filter((token) => token.proved))
  }

  /**
   * The one session that a page on another host means. Such a page cannot read the cookie, so it says what it believes
   * the cookie says. Where it is wrong, nothing is judged: its key would look like a thief's.
   * Throws AuthError `session_moved`, and says what the cookie says, or `refresh_token_missing`.
   */
  function assertBelieved(req: Request, { sessionId, generation }: BelievedSession): RefreshTokenClaims {
    // A page of the API that has no key for this session removes the readable cookie. The one that has it goes on.
    const shown = ofSession(req, sessionId) ?? readProved(req)[0]
    if (!shown) throw new AuthError('refresh_token_missing')
    if (shown.sessionId === sessionId && shown.generation === generation) return shown
    throw new AuthError('session_moved', { session: `${shown.sessionId}.${shown.generation}` })
  }

  /** What a sign-out ends: all, but where a page on another host says which one it believes to end. */
  function meant(req: Request): RefreshTokenClaims[] {
    const believed = believedSessionOf(req)?.sessionId ?? null
    if (believed === null) return read(req)
    const claims = ofSession(req, believed)
    return claims ? [claims] : []
  }

  /** Also where another one is proved: a token of it is beside that. */
  function ofSession(req: Request, sessionId: string | null): RefreshTokenClaims | undefined {
    const isOfIt = (claims: RefreshTokenClaims) => claims.sessionId === sessionId
    return readProved(req).find(isOfIt) ?? newestOf(refreshCookies.readTokens(req)).find(isOfIt)
  }

  /** Whether a sign-out means this session. */
  function isMeant(req: Request, sessionId: string): boolean {
    const believed = believedSessionOf(req)?.sessionId ?? null
    return believed === null || believed === sessionId
  }
}

function newestOf(tokens: readonly PresentedToken[]): RefreshTokenClaims[] {
  const newest = new Map<string, RefreshTokenClaims>()
  for (const { claims } of tokens) {
    const known = newest.get(claims.sessionId)
    if (!known || known.generation < claims.generation) newest.set(claims.sessionId, claims)
  }
  return [...newest.values()]
}

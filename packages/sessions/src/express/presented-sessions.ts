import type { Request } from 'express'
import type { SessionOwner } from '../owner.ts'
import type { Session } from '../session.schema.ts'
import type { OnSessionEvent } from '../session-events.ts'
import type { SessionLife } from '../session-life.ts'
import type { RefreshTokenClaims } from '../tokens/refresh-token.ts'
import { deviceOf } from './device.ts'
import type { RefreshCookies } from './refresh-cookies.ts'

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
    const tokens = refreshCookies.readTokens(req)
    const proved = tokens.filter((token) => token.proved)
    const newest = new Map<string, RefreshTokenClaims>()
    for (const { claims } of proved.length > 0 ? proved : tokens) {
      const known = newest.get(claims.sessionId)
      if (!known || known.generation < claims.generation) newest.set(claims.sessionId, claims)
    }
    return [...newest.values()]
  }
}

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

/** The sessions whose cookies a request carries: one, or several where others set cookies for this host, too. */
export function createPresentedSessions<Owner extends SessionOwner>(collaborators: Collaborators<Owner>) {
  const { sessions, refreshCookies, onEvent } = collaborators

  return {
    read,

    /**
     * Ends the sessions that a sign-in leaves behind in this browser, whoever's they were (OWASP ASVS 5 §7.2.4). Never
     * throws: the new session is open already, and the old ones expire by themselves.
     */
    async endBefore(req: Request, opened: Pick<Session, '_id'>): Promise<void> {
      for (const { userId, sessionId } of read(req)) {
        if (opened._id.equals(sessionId)) continue
        const ended = await sessions.revoke(userId, sessionId).catch(() => false)
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
   * The newest token of each session. Those that the readable cookie names come alone, if there are any: the key that the
   * page shows belongs to them, and shown for another session it would look like a theft.
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

import type { Request } from 'express'
import type { SessionOwner } from '../owner.ts'
import type { Session } from '../session.schema.ts'
import type { OnSessionEvent } from '../session-events.ts'
import type { SessionLife } from '../session-life.ts'
import type { RefreshTokens } from '../tokens/refresh-token.ts'
import { deviceOf } from './device.ts'
import type { RefreshCookies } from './refresh-cookies.ts'

interface Collaborators<Owner extends SessionOwner> {
  sessions: Pick<SessionLife<Owner>, 'revoke'>
  refreshTokens: RefreshTokens
  refreshCookies: RefreshCookies
  onEvent: OnSessionEvent
}

export type PresentedSession = ReturnType<typeof createPresentedSession>

/** The session whose cookie a request carries. */
export function createPresentedSession<Owner extends SessionOwner>(collaborators: Collaborators<Owner>) {
  const { sessions, refreshTokens, refreshCookies, onEvent } = collaborators

  return {
    read,

    /**
     * Ends the session that a sign-in leaves behind in this browser, whoever's it was (OWASP ASVS 5 §7.2.4). Never throws:
     * the new session is open already, and the old one expires by itself.
     */
    async endBefore(req: Request, opened: Pick<Session, '_id'>): Promise<void> {
      const before = read(req)
      if (!before || opened._id.equals(before.sessionId)) return
      const ended = await sessions.revoke(before.userId, before.sessionId).catch(() => false)
      if (ended) await onEvent({ kind: 'signed_out', ...before, device: deviceOf(req) })
    },
  }

  /** Null without a token of ours. */
  function read(req: Request): { userId: string; sessionId: string } | null {
    try {
      const { userId, sessionId } = refreshTokens.read(refreshCookies.read(req) ?? '')
      return { userId, sessionId }
    } catch {
      return null
    }
  }
}

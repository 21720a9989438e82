import type { Device, Session } from './session.schema.ts'

/** Something that happened to a session and that its owner wants to know. */
export interface SessionEvent {
  kind: 'signed_out' | 'session_revoked' | 'copied_session_refused' | 'token_reused' | 'answered_elsewhere'
  userId: string
  /** Null: all sessions, or all except the one that made the request. */
  sessionId: string | null
  /** What that session was, where another one ended it. */
  ended?: Pick<Session, 'name' | 'userAgent'>
  /** The client whose request caused it. */
  device: Device
  /** The browser it came from, as a digest of its `device` cookie; null: it has none. */
  deviceIdHash: string | null
}

/** Called after it has happened. It should not throw: a failed listener must not undo the change. */
export type OnSessionEvent = (event: SessionEvent) => Promise<void>

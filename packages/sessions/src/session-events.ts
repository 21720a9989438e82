import type { Device } from './session.schema.ts'

/** What happens to a session that its owner wants to know of. */
export interface SessionEvent {
  kind: 'signed_out' | 'session_revoked' | 'copied_session_refused' | 'token_reused' | 'answered_elsewhere'
  userId: string
  /** Null: all of them, or all but the one that asked. */
  sessionId: string | null
  /** Where the request came from that caused it. */
  device: Device
  /** The browser it came from, as a digest of its `device` cookie; null: it has none. */
  deviceIdHash: string | null
}

/** Called when it has happened. A failure of the listener must not undo it, so it should not throw. */
export type OnSessionEvent = (event: SessionEvent) => Promise<void>

import type { Clock } from '@latchkey/contracts/server'
import type { OwnerDescription, SessionHolders, SessionOwner } from './owner.ts'
import type { Revocations } from './revocations/revocations.ts'
import type { Session } from './session.schema.ts'
import type { OnSessionEvent } from './session-events.ts'
import type { SessionSettings } from './settings.ts'
import type { RefreshTokens } from './tokens/refresh-token.ts'

/** A session with its owner, after issuing or rotating it, and the one refresh token that is current. */
export interface SignedInSession<Owner extends SessionOwner = SessionOwner> {
  user: Owner
  /** Without what was used up of it, which is not read of one that has rotated. */
  session: Omit<Session, 'consumed'>
  refreshToken: string
  /** Of the user, as it was read together with the session. */
  epoch: number
  /**
   * `iat` of the access token that goes with it, in seconds: never later than the user was read, so that no token lives
   * longer than the revocation that forbids it, however long its making was held up.
   */
  issuedAt: number
  /** After a refresh: whether it moved the session on. False: it was a retry, and got the token that is current. */
  rotated?: boolean
}

/** What the parts of a session's life work with. */
export interface Collaborators<Owner extends SessionOwner> {
  /** The documents that sessions live in. */
  users: SessionHolders
  owner: Pick<OwnerDescription<Owner, never, unknown>, 'fields' | 'read' | 'used'>
  refreshTokens: RefreshTokens
  revocations: Revocations
  onEvent: OnSessionEvent
  clock: Clock
  settings: SessionSettings
}

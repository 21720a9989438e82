import type { ErrorCode } from '@latchkey/contracts'
import type { AccessTokenView, HeldToken } from './access-token.ts'
import type { AuthError } from './auth-error.ts'
import { createObservable } from './observable.ts'

export type SessionState =
  /** A `session` cookie is there and the silent sign-in is under way; `problem` says why it takes long. */
  | { status: 'restoring'; problem: AuthError | null }
  /**
   * anonymous: nobody was signed in. signedOut: by this or another tab's sign-out. ended: the server said that the
   * session is over, and `code` says why.
   */
  | { status: 'signedOut'; reason: 'anonymous' | 'signedOut' | 'ended'; code?: ErrorCode }
  /** problem: the last renewal failed for a passing reason (offline, 5xx, 429) and is being retried. */
  | {
      status: 'signedIn'
      user: HeldToken['user']
      accessToken: AccessTokenView
      problem: AuthError | null
    }

/**
 * What this tab believes. The `sid` it follows is also its epoch: a session that was left never comes back, so whatever
 * was begun under another `sid` is void.
 */
export interface Session {
  getState(): SessionState
  subscribe(listener: () => void): () => void
  /** The session this tab follows; null when signed out. */
  sid(): string | null
  token(): HeldToken | null
  restore(sid: string): void
  hold(token: HeldToken): void
  report(problem: AuthError): void
  end(reason: 'anonymous' | 'signedOut' | 'ended', code?: ErrorCode): void
}

export function createSession(initialSid: string | null): Session {
  const state = createObservable<SessionState>(
    initialSid === null
      ? { status: 'signedOut', reason: 'anonymous' }
      : { status: 'restoring', problem: null },
  )
  let sid = initialSid
  let token: HeldToken | null = null

  return {
    getState: state.get,
    subscribe: state.subscribe,
    sid: () => sid,
    token: () => token,
    restore(next) {
      sid = next
      token = null
      state.set({ status: 'restoring', problem: null })
    },
    hold(next) {
      sid = next.view.claims.sid
      token = next
      state.set({ status: 'signedIn', user: next.user, accessToken: next.view, problem: null })
    },
    report(problem) {
      const now = state.get()
      if (now.status !== 'signedOut') state.set({ ...now, problem })
    },
    end(reason, code) {
      sid = null
      token = null
      state.set({ status: 'signedOut', reason, ...(code && { code }) })
    },
  }
}

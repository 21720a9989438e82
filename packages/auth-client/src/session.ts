import type { ErrorCode } from '@latchkey/contracts'
import type { AccessTokenView, HeldToken } from './access-token.ts'
import type { AuthError } from './auth-error.ts'
import { createObservable } from './observable.ts'

export type SessionState =
  /** There is a `session` cookie, and the silent sign-in is under way. `problem` says why it is taking long. */
  | { status: 'restoring'; problem: AuthError | null }
  /**
   * anonymous: nobody was signed in. signedOut: by a sign-out in this tab or another. ended: by the server, and `code`
   * says why. notKept: the browser kept no cookie, and the access token's time was over.
   */
  | { status: 'signedOut'; reason: SignedOutReason; code?: ErrorCode }
  /**
   * `problem`: the last renewal failed for a reason that may pass (offline, 5xx, 429), and is being retried.
   * `isKept`: the browser kept the cookies; without them a reload, or the end of the access token, ends the session.
   */
  | {
      status: 'signedIn'
      user: HeldToken['user']
      accessToken: AccessTokenView
      problem: AuthError | null
      isKept: boolean
    }

type SignedOutReason = 'anonymous' | 'signedOut' | 'ended' | 'notKept'

/**
 * What this tab knows of its session. A session that was left never comes back, so whatever began under another `sid`
 * no longer counts.
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
  end(reason: SignedOutReason, code?: ErrorCode): void
}

/** `isCookieKept`: whether the browser keeps the session's cookie. */
export function createSession(initialSid: string | null, isCookieKept: () => boolean): Session {
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
      const isKept = isCookieKept()
      state.set({ status: 'signedIn', user: next.user, accessToken: next.view, problem: null, isKept })
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

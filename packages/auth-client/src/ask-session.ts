import { AuthError, timedOut, toAuthError } from './auth-error.ts'
import type { Clock } from './environment.ts'
import { headerNames } from './header-names.ts'
import { ownPaths } from './own-paths.ts'
import type { Post } from './post.ts'
import type { SessionRef } from './session-cookie.ts'
import { refIn } from './told-session.ts'

/**
 * Asks an API on another host which session its cookies are of. Rotates nothing, and shows no key. Null: of none.
 * @throws AuthError when the server cannot say
 */
export type AskSession = () => Promise<SessionRef | null>

const limitMs = 10_000

export function createAskSession(post: Post, clock: Clock): AskSession {
  return async () => {
    const limit = new AbortController()
    const cancel = clock.after(limitMs, () => limit.abort())
    try {
      await post(ownPaths.refresh, {
        headers: { [headerNames.refreshSession]: 'none' },
        signal: limit.signal,
      })
    } catch (error) {
      const failure = limit.signal.aborted ? timedOut(error) : toAuthError(error)
      const ref = movedTo(failure)
      if (ref) return ref
      if (failure.code.startsWith('refresh_token_')) return null
      throw failure
    } finally {
      cancel()
    }
    // Servers of former releases refresh, since they do not know what was asked.
    throw new AuthError('unexpected_answer', 'This server keeps nobody signed in on pages of another host.')
  }
}

/** What the cookies are of instead of what the page believed. Null: that is not what the answer says. */
export const movedTo = ({ code, problem }: AuthError): SessionRef | null =>
  code === 'session_moved' && problem && 'session' in problem ? refIn(problem.session) : null

import { type AuthError, toAuthError } from './auth-error.ts'
import { backoffMs } from './backoff.ts'
import type { ClientEnvironment } from './environment.ts'
import type { Exclusively } from './exclusive.ts'
import type { AuthLog } from './log.ts'
import { createNote } from './note.ts'
import { ownPaths } from './own-paths.ts'
import type { Post } from './post.ts'
import type { Renewal } from './renewal.ts'
import type { Session } from './session.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { SessionKeys } from './session-keys.ts'
import type { Tabs } from './tabs.ts'

export interface SignOut {
  /** Ends the session here at once and then on the server. Never fails: what the server did not hear is retried. */
  signOut(sid: string | null): Promise<void>
  /** Another tab signed this session out. */
  signedOutElsewhere(sid: string): void
  /**
   * One try to end what the server has not heard of, while its cookies are still there; none after it, until one of the
   * two below. To be called exclusively.
   */
  finishBeforeSignIn(): Promise<void>
  /** A sign-in has put its cookies in place of those. */
  replaced(): void
  /** It has not: what is still to be told is told later. */
  keepTelling(): void
  /** How often this tab was signed out, for a sign-in to see that it was overtaken. */
  count(): number
  /** Takes up a sign-out that an earlier page could not finish. */
  resume(): void
  pause(): void
}

/** Late answers to other tabs' refreshes may bring the readable cookie back; it is looked for again after these. */
const sweepsAfterMs = [1000, 5000, 15_000]

interface Needs {
  session: Session
  cookie: SessionCookie
  keys: SessionKeys
  tabs: Tabs
  log: AuthLog
  post: Post
  renewal: Renewal
  exclusively: Exclusively
  noteName: string
  environment: Pick<ClientEnvironment, 'clock' | 'storage' | 'random'>
}

export function createSignOut(needs: Needs): SignOut {
  const { session, cookie, keys, tabs, log, post, renewal, exclusively, environment } = needs
  const { clock, random } = environment
  const note = createNote(environment.storage, needs.noteName)
  let running = false
  let count = 0
  let failures = 0
  let cancelRetry = () => {}
  let cancelSweeps = () => {}

  async function signOut(sid: string | null) {
    count += 1
    if (sid === null) return
    log.add('signOut', 'Signed out.')
    note.write(sid)
    leave(sid)
    tabs.tell({ type: 'signedOut', sid })
    await exclusively(tellServer)
  }

  function signedOutElsewhere(sid: string) {
    if (session.sid() === sid) log.add('signOut', 'Signed out in another tab.')
    leave(sid)
  }

  function leave(sid: string) {
    cookie.endSession(sid)
    cancelSweeps()
    const sweeps = sweepsAfterMs.map((ms) => clock.after(ms, () => cookie.read()))
    cancelSweeps = () => {
      for (const cancel of sweeps) cancel()
    }
    void keys.forget(sid)
    if (session.sid() !== sid) return
    renewal.abandon()
    session.end('signedOut')
  }

  /** `/logout` ends whichever session the cookies hold, so it may only be sent while that is the one to end. */
  async function tellServer(): Promise<void> {
    const sid = note.read()
    if (sid === null) return
    const now = cookie.read()
    const isReplaced = now !== null && now.sid !== sid
    if (isReplaced) return finish('Somebody signed in meanwhile; the old session is left to expire.')
    try {
      await post(ownPaths.logout)
      finish()
    } catch (error) {
      const failure = toAuthError(error)
      if (isPassing(failure)) return retry(failure)
      finish(`The server did not accept the sign-out: ${failure.message}`)
    } finally {
      cookie.read()
    }
  }

  function finish(notice?: string) {
    failures = 0
    note.clear()
    cancelRetry()
    if (notice) log.add('notice', notice)
  }

  function retry(failure: AuthError) {
    failures += 1
    const delayMs = backoffMs(failures, failure.retryAfterSeconds, random)
    log.add(
      'retry',
      `Signed out here, but the server has not heard of it: ${failure.message} Telling it again in ${Math.ceil(delayMs / 1000)} s.`,
    )
    tellLater(delayMs)
  }

  function tellLater(delayMs: number) {
    cancelRetry()
    if (running) cancelRetry = clock.after(delayMs, () => void exclusively(tellServer))
  }

  return {
    signOut,
    signedOutElsewhere,
    count: () => count,
    async finishBeforeSignIn() {
      await tellServer()
      cancelRetry()
    },
    replaced() {
      if (note.read() !== null) finish('Somebody signed in meanwhile; the old session is left to expire.')
    },
    keepTelling() {
      if (note.read() !== null) tellLater(backoffMs(Math.max(1, failures), null, random))
    },
    resume() {
      running = true
      const sid = note.read()
      if (sid === null) return
      leave(sid)
      void exclusively(tellServer)
    },
    pause() {
      running = false
      cancelRetry()
      cancelSweeps()
    },
  }
}

const isPassing = ({ status }: AuthError) =>
  status === null || status >= 500 || status === 408 || status === 429

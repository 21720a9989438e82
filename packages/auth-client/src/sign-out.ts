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
  /** Ends the session here at once, then on the server. Never fails: telling the server is retried. */
  signOut(sid: string | null): Promise<void>
  /** Another tab signed this session out. */
  signedOutElsewhere(sid: string): void
  /**
   * Tries once to tell the server of an earlier sign-out, while its cookies are still there, and then no more until one
   * of the next two is called. To be called exclusively.
   */
  finishBeforeSignIn(): Promise<void>
  /** The sign-in worked: its cookies have replaced those. */
  replaced(): void
  /** The sign-in did not work: the server is told later. */
  keepTelling(): void
  /** How often this tab was signed out, so that a sign-in can see that one came in between. */
  count(): number
  /** Whether the server has heard of every sign-out. */
  isSettled(): boolean
  /** Continues a sign-out that an earlier page could not finish. */
  resume(): void
  pause(): void
}

/** When to look for the readable cookie again: late answers to other tabs' refreshes may bring it back. */
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

  /** `/logout` ends the session in the cookies, so it may be sent only while that is the one to end. */
  async function tellServer(): Promise<void> {
    const sid = note.read()
    if (sid === null) return
    if (cookie.isReplaced(sid))
      return finish('Somebody has signed in meanwhile; the old session will expire by itself.')
    try {
      await post(ownPaths.logout, { headers: cookie.headers({ sid, generation: 0 }) })
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
      `Signed out here, but the server has not heard of it: ${failure.message} Trying again in ${Math.ceil(delayMs / 1000)} s.`,
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
    isSettled: () => note.read() === null,
    async finishBeforeSignIn() {
      await tellServer()
      cancelRetry()
    },
    replaced() {
      if (note.read() !== null)
        finish('Somebody has signed in meanwhile; the old session will expire by itself.')
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

/** 431: the cookies of this host fill the headers, and others set and delete those. */
const isPassing = ({ status }: AuthError) =>
  status === null || status >= 500 || status === 408 || status === 429 || status === 431

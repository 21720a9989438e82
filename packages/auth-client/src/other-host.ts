import type { HeldToken } from './access-token.ts'
import { AuthError, timedOut, toAuthError } from './auth-error.ts'
import type { ClientEnvironment } from './environment.ts'
import { headerNames } from './header-names.ts'
import type { AuthLog } from './log.ts'
import { ownPaths } from './own-paths.ts'
import type { SessionCookie, SessionRef } from './session-cookie.ts'
import type { SessionKeys } from './session-keys.ts'
import { refIn } from './told-session.ts'

const limitMs = 10_000

interface Needs {
  baseUrl: string
  cookie: SessionCookie
  keys: SessionKeys
  log: AuthLog
  /** Throws what axios throws. */
  post(path: string, options: { headers: Record<string, string>; signal: AbortSignal }): Promise<unknown>
  environment: Pick<ClientEnvironment, 'clock' | 'pageOrigin' | 'reach'>
}

export type OtherHost = ReturnType<typeof createOtherHost>

/**
 * What only a page on another host or port than the API needs, downloaded with axios: the server says what the cookies
 * are, and the client says why there was no answer.
 */
export function createOtherHost({ baseUrl, cookie, keys, log, post, environment }: Needs) {
  const { clock, pageOrigin } = environment
  const reach = environment.reach ?? fetched

  /**
   * Asks which session the cookies are of. Rotates nothing, and shows no key. Null: of none.
   * @throws AuthError when the server cannot say
   */
  async function ask(): Promise<SessionRef | null> {
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

  /**
   * Looks for a session where the page knows of none: what was stored was cleared, or the answer to the sign-in that made
   * the key `pending` was lost. Never fails.
   */
  async function find(pending?: string): Promise<SessionRef | null> {
    try {
      const ref = await ask()
      if (!ref || !(await isOurs(ref.sid, pending))) return null
      cookie.told(ref)
      return cookie.read()
    } catch (error) {
      log.add('notice', `Whether somebody is signed in here is not known: ${toAuthError(error).message}`)
      return null
    }
  }

  /** After a sign-in: whether the browser has kept the cookies, which this page cannot see. */
  async function learnOf({ view: { claims }, generation }: HeldToken): Promise<void> {
    const { sid } = claims
    cookie.told({ sid, generation })
    const ref = await ask().catch((failure: unknown) =>
      // Its browser sent none of the cookies that it had just got.
      toAuthError(failure).code === 'cross_site_page' ? null : { sid, generation },
    )
    // Another tab may have signed in or out meanwhile, and knows better.
    if (cookie.read()?.sid === sid) cookie.told(ref?.sid === sid ? ref : null)
  }

  /**
   * A session without a key was opened on a page of another origin. Refreshed without it, this page would look like a
   * thief, or sign that page out. So it would with the key of a sign-in that has come to nothing: only `pending` counts.
   */
  async function isOurs(sid: string, pending?: string): Promise<boolean> {
    if (!keys.areKept()) return true
    if ((await keys.candidates(sid)).some(({ id }) => id === sid || id === pending)) return true
    log.once('notice', 'Somebody is signed in here, but on a page of another host: not on this one.')
    return false
  }

  /** Whether the server has said what the cookies are, because they are not what this page believed. */
  async function isCorrected(ref: SessionRef, answer: AuthError, isStill: () => boolean): Promise<boolean> {
    const moved = movedTo(answer)
    // None: on a page of the API, too, the cookie would be gone.
    if (!moved && answer.code !== 'refresh_token_missing') return false
    const isOfThisPage = moved !== null && (moved.sid === ref.sid || (await isOurs(moved.sid)))
    if (isStill()) cookie.told(isOfThisPage ? moved : null)
    return true
  }

  /**
   * Says of a request that got no answer whether the API refuses pages of this origin. Browsers do not say: it looks
   * like a lost connection. So the API is asked twice what it tells every page, with cookies and without.
   */
  async function explain(error: unknown): Promise<unknown> {
    if (toAuthError(error).code !== 'network_error') return error
    const reaches = (credentials: RequestCredentials) =>
      reach(`${baseUrl}/health/live`, credentials).then(
        () => true,
        () => false,
      )
    if ((await reaches('include')) || !(await reaches('omit'))) return error
    return new AuthError(
      'origin_refused',
      `The server takes no requests from pages at ${pageOrigin}. Whoever runs it can allow them: CLIENT_URL.`,
      { cause: error },
    )
  }

  return { find, learnOf, isCorrected, explain }
}

const fetched = (url: string, credentials: RequestCredentials) =>
  fetch(url, { credentials, cache: 'no-store', signal: AbortSignal.timeout(limitMs / 2) })

/** What the cookies are of instead of what the page believed. Null: that is not what the answer says. */
const movedTo = ({ code, problem }: AuthError): SessionRef | null =>
  code === 'session_moved' && problem && 'session' in problem ? refIn(problem.session) : null

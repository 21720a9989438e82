import { type HeldToken, holdToken } from './access-token.ts'
import { AuthError, fromAnswer, timedOut, toAuthError } from './auth-error.ts'
import type { ClientEnvironment } from './environment.ts'
import { headerNames } from './header-names.ts'
import type { OtherHost } from './other-host.ts'
import { ownPaths } from './own-paths.ts'
import type { Post } from './post.ts'
import { refreshKey, refreshLock } from './refresh-lock.ts'
import { type SessionCookie, type SessionRef, sameGeneration } from './session-cookie.ts'
import type { NamedKey, SessionKeys } from './session-keys.ts'

export type Refreshed =
  | { kind: 'tokens'; token: HeldToken }
  /** The server's final word on this generation of this session. */
  | { kind: 'ended'; ref: SessionRef; verdict: AuthError }
  /** The cookie has gone meanwhile: somebody signed out. */
  | { kind: 'gone' }

const requestLimitMs = 10_000
const longestMs = 30_000
/** How often the cookie may change meanwhile before this counts as a passing failure. */
const longestChase = 4
/** How often the server may name a newer generation than the one in the cookie. */
const longestCatchUp = 3

interface Needs {
  cookie: SessionCookie
  keys: SessionKeys
  post: Post
  otherHost: () => Promise<OtherHost>
  environment: Pick<ClientEnvironment, 'subtle' | 'clock'>
}

/**
 * Asks `/refresh-token` until there is a new token or a final verdict.
 *
 * No answer of that endpoint clears a cookie, because it may arrive after another tab has refreshed or signed in. So a
 * verdict counts only while the `session` cookie still says what was sent.
 * @throws AuthError for every failure that may pass: no answer, 429, 5xx, an answer that makes no sense.
 */
export function createRefresh({ cookie, keys, post, otherHost, environment }: Needs) {
  const { clock, subtle } = environment

  async function refresh(signal: AbortSignal): Promise<Refreshed> {
    const deadline = clock.now() + longestMs
    for (let turn = 0; turn < longestChase; turn += 1) {
      const sent = cookie.read()
      if (!sent) return { kind: 'gone' }
      const answer = await present(sent, signal)
      const now = cookie.read()
      if (!now) return { kind: 'gone' }
      if (!answer) continue
      if (answer.kind === 'tokens' && answer.token.view.claims.sid === now.sid) return answer
      if (answer.kind === 'ended' && sameGeneration(now, sent)) return answer
      if (clock.now() > deadline) throw timedOut()
    }
    throw new AuthError('unexpected_answer', 'The session keeps changing in another tab. Trying again soon.')
  }

  /** Tries every key that may belong to the cookie's session; null when the cookie changes meanwhile. */
  async function present(ref: SessionRef, signal: AbortSignal): Promise<Refreshed | null> {
    const candidates: (NamedKey | null)[] = await keys.candidates(ref.sid)
    if (candidates.length === 0) candidates.push(null)
    let verdict: AuthError | null = null
    for (const candidate of candidates) {
      const answer = await presentWith(candidate, ref, signal)
      if (!answer) return null
      if (!(answer instanceof AuthError)) {
        if (candidate) await keys.settle(candidate, ref.sid)
        return { kind: 'tokens', token: answer }
      }
      verdict = answer
      if (verdict.code !== 'refresh_token_locked') break
    }
    if (!verdict) throw new Error('No refresh was tried.')
    return { kind: 'ended', ref, verdict }
  }

  /**
   * The server remembers the keys of the last few generations. When the cookie is older than those, the server names
   * its own generation, and the key of that one proves just as much.
   */
  async function presentWith(
    named: NamedKey | null,
    ref: SessionRef,
    signal: AbortSignal,
  ): Promise<HeldToken | AuthError | null> {
    let generation = ref.generation
    for (let turn = 1; ; turn += 1) {
      const headers = { ...(await proof(named, generation)), ...cookie.headers(ref) }
      // The browser sends the cookie as it is now. A key for an earlier one would look like a thief's.
      if (!isStill(ref)) return null
      const answer = await send(headers, signal)
      if (!(answer instanceof AuthError)) return answer
      if (!cookie.isReadable && (await (await otherHost()).isCorrected(ref, answer, () => isStill(ref))))
        return null
      if (!isVerdict(answer)) throw answer
      const current = generationNamedBy(answer)
      if (!named || current === null || current === generation || turn === longestCatchUp) return answer
      generation = current
    }
  }

  function isStill(ref: SessionRef): boolean {
    const now = cookie.read()
    return now !== null && sameGeneration(now, ref)
  }

  async function proof(named: NamedKey | null, generation: number): Promise<Record<string, string>> {
    if (!named || !subtle) return {}
    return {
      [headerNames.refreshKey]: await refreshKey(subtle, named.key, generation),
      [headerNames.refreshLock]: await refreshLock(subtle, named.key, generation + 1),
    }
  }

  async function send(headers: Record<string, string>, signal: AbortSignal): Promise<HeldToken | AuthError> {
    const limit = new AbortController()
    const abort = () => limit.abort()
    signal.addEventListener('abort', abort)
    const cancel = clock.after(requestLimitMs, abort)
    try {
      if (signal.aborted) abort()
      const answer = await post(ownPaths.refresh, { headers, signal: limit.signal })
      const generation = cookie.generationWith(answer.data)
      const token = holdToken(answer.data, clock, generation)
      const sid = token?.view.claims.sid
      // Not after a sign-out or another sign-in in another tab.
      if (sid !== undefined && generation !== undefined && cookie.read()?.sid === sid)
        cookie.told({ sid, generation })
      return token ?? fromAnswer(answer)
    } catch (error) {
      return limit.signal.aborted ? timedOut(error) : toAuthError(error)
    } finally {
      cancel()
      signal.removeEventListener('abort', abort)
    }
  }

  return refresh
}

/** 401 `refresh_token_missing` and 403 `refresh_token_…` are final; everything else may pass. */
function isVerdict({ status, problem }: AuthError): boolean {
  if (!problem) return false
  if (status === 401) return problem.code === 'refresh_token_missing'
  return status === 403 && problem.code.startsWith('refresh_token_')
}

function generationNamedBy({ code, problem }: AuthError): number | null {
  if (code !== 'refresh_token_locked' || !problem || !('generation' in problem)) return null
  const { generation } = problem
  return typeof generation === 'number' && Number.isSafeInteger(generation) ? generation : null
}

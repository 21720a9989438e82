import { type HeldToken, missedConfirmation } from './access-token.ts'
import { type AuthError, signedOut, toAuthError } from './auth-error.ts'
import { backoffMs } from './backoff.ts'
import type { Clock } from './environment.ts'
import type { Exclusively } from './exclusive.ts'
import type { AuthLog } from './log.ts'
import type { Refreshed } from './refresh.ts'
import type { Session } from './session.ts'
import type { SessionCookie, SessionRef } from './session-cookie.ts'
import type { SessionKeys } from './session-keys.ts'
import type { Tabs } from './tabs.ts'

export interface Renewal {
  /** Renews now. Whoever asks meanwhile gets the same promise. */
  renew(): Promise<HeldToken>
  /** Like `renew`, for a request that was refused. During a pause after a failure it fails with the same error. */
  renewForRequest(): Promise<HeldToken>
  /** Plans the renewal of a token that came from elsewhere. */
  settle(): void
  /** Ignores what is under way, and drops every plan. */
  abandon(): void
  /** For when the page is looked at again, or online again. */
  wake(): void
  /** Only between these two is anything planned. */
  resume(): void
  pause(): void
}

/** Guards against tokens that live for a second, or for a negative one. */
const shortestIntervalMs = 10_000
/** Timers overflow after 24.8 days, and then fire at once. */
const longestIntervalMs = 24 * 3600 * 1000
const longestMarginMs = 60_000
const handRoundLimitMs = 250
const shortestRetryMs = 1000

interface Needs {
  session: Session
  cookie: SessionCookie
  keys: SessionKeys
  tabs: Tabs
  log: AuthLog
  clock: Clock
  random: () => number
  exclusively: Exclusively
  refresh: (signal: AbortSignal) => Promise<Refreshed>
}

/** Decides when to renew the token, and does it once for all who want it: timer, refused requests, other tabs. */
export function createRenewal(needs: Needs): Renewal {
  const { session, cookie, keys, tabs, log, clock, random, exclusively, refresh } = needs
  let running = false
  let underWay: { promise: Promise<HeldToken>; abort: AbortController } | null = null
  let failure: { count: number; error: AuthError; notBefore: number } | null = null
  let cancelPlan = () => {}

  function renew(): Promise<HeldToken> {
    if (underWay) return underWay.promise
    cancelPlan()
    const abort = new AbortController()
    const started = {
      abort,
      promise: attempt(abort.signal).finally(() => {
        if (underWay === started) underWay = null
      }),
    }
    underWay = started
    return started.promise
  }

  async function renewForRequest(): Promise<HeldToken> {
    if (!underWay && failure && clock.now() < failure.notBefore) throw failure.error
    return await renew()
  }

  async function attempt(signal: AbortSignal): Promise<HeldToken> {
    const ref = cookie.read()
    const held = session.token()
    if (!ref) throw leave()
    return await exclusively(async () => {
      if (signal.aborted) throw signedOut()
      const handed = await handedRound(ref, held)
      if (signal.aborted) throw signedOut()
      return handed ?? take(await refreshOrPlanRetry(signal))
    })
  }

  /** The token that another tab got while this one waited for its turn. */
  async function handedRound(ref: SessionRef, held: HeldToken | null): Promise<HeldToken | null> {
    const fresh = () => {
      const token = session.token()
      return token && token.serial !== held?.serial ? token : null
    }
    const now = cookie.read()
    const movedOn = now?.sid === ref.sid && now.generation > (held ?? ref).generation
    // The lock and the cookie may be faster than the message.
    if (!fresh() && movedOn && tabs.isOpen()) await nextChange(handRoundLimitMs)
    return fresh()
  }

  function nextChange(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        unsubscribe()
        cancel()
        resolve()
      }
      const unsubscribe = session.subscribe(done)
      const cancel = clock.after(limitMs, done)
    })
  }

  async function refreshOrPlanRetry(signal: AbortSignal): Promise<Refreshed> {
    try {
      const refreshed = await refresh(signal)
      if (signal.aborted) throw signedOut()
      return refreshed
    } catch (error) {
      if (signal.aborted) throw signedOut()
      throw planRetry(toAuthError(error))
    }
  }

  function take(refreshed: Refreshed): HeldToken {
    if (refreshed.kind === 'gone') throw leave()
    if (refreshed.kind === 'ended') throw end(refreshed.ref, refreshed.verdict)
    const held = session.token()
    // A confirmation overtook this answer, and its token is the better one.
    const isBetter = held && held.view.remainingMs() > 0 && missedConfirmation(refreshed.token, held)
    const token = isBetter ? held : refreshed.token
    session.hold(token)
    tabs.handRound(token)
    settle()
    return token
  }

  function leave(): AuthError {
    abandon()
    const state = session.getState()
    if (state.status !== 'signedOut') {
      log.add('signOut', 'The session cookie is gone: signed out.')
      session.end(state.status === 'signedIn' && !state.isKept ? 'notKept' : 'signedOut')
    }
    return signedOut()
  }

  function end(ref: SessionRef, verdict: AuthError): AuthError {
    const code = verdict.problem?.code
    failure = null
    const isUnknown = code === 'refresh_token_missing' || code === 'refresh_token_invalid'
    if (isUnknown && cookie.leaveToOthers(ref)) {
      session.end('anonymous')
      return verdict
    }
    cookie.endGeneration(ref)
    void keys.forget(ref.sid)
    log.add('signOut', `The server ended this session: ${verdict.message}`)
    session.end('ended', code)
    if (code) tabs.tell({ type: 'ended', sid: ref.sid, code })
    return verdict
  }

  function planRetry(error: AuthError): AuthError {
    const count = (failure?.count ?? 0) + 1
    const delayMs = backoffMs(count, error.retryAfterSeconds, random)
    const pauseMs = Math.max(shortestRetryMs, (error.retryAfterSeconds ?? 0) * 1000)
    failure = { count, error, notBefore: clock.now() + pauseMs }
    session.report(error)
    log.add('retry', `${error.message} Renewing again in ${Math.ceil(delayMs / 1000)} s.`)
    plan(delayMs)
    return error
  }

  function settle() {
    failure = null
    const token = session.token()
    if (token) plan(renewalDelayMs(token))
  }

  function renewalDelayMs(token: HeldToken): number {
    // A little earlier in some tabs than in others, so that they do not all ask at once.
    const delayMs = dueAgeMs(token, 1 + random() / 2) - token.age().longestMs
    return Math.min(longestIntervalMs, Math.max(shortestIntervalMs, delayMs))
  }

  function plan(delayMs: number) {
    cancelPlan()
    if (running) cancelPlan = clock.after(delayMs, renewInBackground)
  }

  function renewInBackground() {
    // Nobody waits for this; the state and the log tell how it went.
    renew().catch(() => undefined)
  }

  function wake() {
    if (underWay) return
    if (failure) {
      if (clock.now() >= failure.notBefore) renewInBackground()
      return
    }
    const token = session.token()
    if (!token) return
    const { longestMs } = token.age()
    if (longestMs >= Math.max(shortestIntervalMs, dueAgeMs(token, 1))) renewInBackground()
  }

  function abandon() {
    underWay?.abort.abort()
    underWay = null
    failure = null
    cancelPlan()
  }

  return {
    renew,
    renewForRequest,
    settle,
    abandon,
    wake,
    resume() {
      running = true
      if (underWay) return
      if (failure) plan(Math.max(0, failure.notBefore - clock.now()))
      else settle()
    },
    pause() {
      running = false
      cancelPlan()
    },
  }
}

/** The age at which a token is due for renewal: a minute, or a fifth of its life, before it expires. */
function dueAgeMs({ expiresInSeconds }: HeldToken, stretch: number): number {
  const lifetimeMs = expiresInSeconds * 1000
  return lifetimeMs - Math.min(longestMarginMs, lifetimeMs / 5) * stretch
}

import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { HeldToken } from './access-token.ts'
import { AuthError, signedOut } from './auth-error.ts'
import type { Clock } from './environment.ts'
import type { AuthLog } from './log.ts'
import { refusesToken } from './refused-token.ts'
import type { Renewal } from './renewal.ts'
import { createSending } from './sending.ts'
import type { Session } from './session.ts'
import { type StepUp, stepUpDemandOf } from './step-up.ts'
import { whileWaiting } from './while-waiting.ts'

export interface ReplayingNeeds {
  session: Session
  renewal: Renewal
  stepUp: StepUp
  log: AuthLog
  clock: Clock
  /** Whether this session was there before the page knew of it. */
  wasFound: (sid: string | null) => boolean
}

/** Sends a request; `line` is what the log calls it. Throws what axios throws, or AuthError when the session is gone. */
type Send = (config: InternalAxiosRequestConfig, line: string) => Promise<AxiosResponse>

/** After a replay with a brand-new token was refused, the token is not what is wrong: no refresh for so long. */
const refusedPauseMs = 10_000
/** A stream can be sent only once, so it does not leave with a token that may expire on the way. */
const streamMarginMs = 10_000

/**
 * Sends with the token; when that is refused, refreshes once and sends again. When the sign-in behind it is too old
 * or too weak, its owner is asked to confirm who they are, and it is sent again.
 */
export function createReplaying(needs: ReplayingNeeds): Send {
  const { session, renewal, stepUp, log, clock, wasFound } = needs
  /** The last token that was refused, and when that happened to one that had come by a refresh. */
  let refusedSerial: number | null = null
  let refusedFresh: { serial: number | null; at: number } | null = null

  return async (config, line) => {
    let sid = session.sid()
    const isVoid = () => sid !== null && sid !== session.sid()
    const renewed = () => whileWaiting(config, clock, renewal.renewForRequest())
    const { canRepeat, send } = createSending(config)

    if (sid !== null && !canRepeat && !isReliable(session.token())) await renewed()
    // The silent sign-in is under way; should it fail, the server's 401 decides.
    if (sid !== null && !session.token())
      await whileWaiting(
        config,
        clock,
        renewal.renewForRequest().catch(() => undefined),
      )

    const call = log.newCall()
    let askedToConfirm = false
    for (let replay: 'no' | 'newer' | 'refreshed' = 'no'; ; ) {
      if (isVoid()) throw signedOut()
      const token = session.token()
      log.add(replay === 'no' ? 'request' : 'replay', line, { call, line })
      const outcome = await send(token)
      const status = outcome.answer?.status ?? null
      log.add('response', `${line} → ${outcome.inWords}`, { call, line, status })
      // What belongs to somebody who has left must not be shown to whoever comes next.
      if (isVoid()) outcome.drop()
      if (isVoid()) throw signedOut()
      const demand = sid === null ? null : stepUpDemandOf(outcome.answer)
      if (demand) {
        if (!canRepeat || !token || config.confirm === false) return outcome.settle()
        // Whoever confirmed since this request left, here or in another tab, did it for this one too.
        const isFresher = provedAt(session.token()) > provedAt(token)
        if (!isFresher) {
          if (askedToConfirm) return outcome.settle()
          askedToConfirm = true
          // As long as it takes: a timeout is for servers, not for people.
          const untimed = { ...config, timeout: 0 }
          if (!(await whileWaiting(untimed, clock, stepUp.confirmed(demand)))) return outcome.settle()
        }
        outcome.drop()
        replay = 'newer'
        continue
      }
      if (sid === null && wasFound(session.sid())) sid = session.sid()
      // Sent by nobody, it is not sent again as whoever has signed in since.
      if (sid === null || !(await refusesToken(outcome.answer, token !== null))) return outcome.settle()
      const serial = token?.serial ?? null
      refusedSerial = serial
      if (replay === 'refreshed') refusedFresh = { serial, at: clock.now() }
      if (isPaused(serial)) return outcome.settle()
      outcome.drop()
      // Somebody has renewed since this request left: the newer token is worth a try before asking for another.
      const held = session.token()
      const isNewer = held !== null && held.serial !== serial
      if (!isNewer) await renewed()
      if (!canRepeat && !isVoid()) throw spent()
      replay = isNewer && replay === 'no' ? 'newer' : 'refreshed'
    }
  }

  function isReliable(token: HeldToken | null): boolean {
    if (!token || token.serial === refusedSerial) return false
    return token.expiresInSeconds * 1000 - token.age().longestMs > streamMarginMs
  }

  function isPaused(serial: number | null): boolean {
    return !!refusedFresh && refusedFresh.serial === serial && clock.now() - refusedFresh.at < refusedPauseMs
  }
}

const provedAt = (token: HeldToken | null) => {
  const { auth_time = 0, mfa_time = 0 } = token?.view.claims ?? {}
  return auth_time + mfa_time
}

const spent = () =>
  new AuthError(
    'request_not_repeatable',
    'The access token was refused and has been renewed. A stream can be sent only once: please send a new one.',
    { status: 401 },
  )

import type { AxiosInstance, AxiosRequestConfig, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { fromAnswer, isAxiosError, signedOut } from './auth-error.ts'
import type { Clock } from './environment.ts'
import type { AuthLog } from './log.ts'
import { ownPaths } from './own-paths.ts'
import { outcomeOf } from './post.ts'
import type { Renewal } from './renewal.ts'
import type { Session } from './session.ts'

declare module 'axios' {
  interface AxiosRequestConfig {
    /** false: goes without an access token, and its 401 is its answer. Default: true for the API's own addresses. */
    authenticate?: boolean
    /** Under which session and token the request was sent. The interceptor's own. */
    sentUnder?: SentUnder
  }
}

interface SentUnder {
  sid: string | null
  serial: number | null
  /** Why it is sent again: with a token that had come in meanwhile, or with the one it had refreshed for. */
  replay: 'no' | 'newer' | 'refreshed'
}

/** After a replay with a brand-new token was refused, the token is not what is wrong: no refresh for so long. */
const refusedPauseMs = 10_000

/** What the interceptor knows of the client. */
export interface InterceptorNeeds {
  baseUrl: string
  session: Session
  renewal: Renewal
  log: AuthLog
  clock: Clock
}

/** Attaches the access token to requests for the API, and answers their 401 by one refresh and one replay. */
export function installInterceptor(
  http: AxiosInstance,
  { baseUrl, session, renewal, log, clock }: InterceptorNeeds,
) {
  const page = typeof location === 'undefined' ? 'http://localhost' : location.href
  const api = new URL(baseUrl, page)
  const base = api.pathname.replace(/\/$/, '')
  const withoutToken = new Set<string>(Object.values(ownPaths).map((path) => base + path))
  let refused: { serial: number | null; at: number } | null = null

  async function attach(config: InternalAxiosRequestConfig) {
    const { origin, pathname } = new URL(http.getUri(config), page)
    // A token that leaves for another origin is stolen, whatever the caller meant.
    const isOurs = origin === api.origin && (pathname === base || pathname.startsWith(`${base}/`))
    if (!isOurs) return config
    config.withCredentials = true
    const hasOwn = config.headers.has('Authorization') && !config.sentUnder
    if (withoutToken.has(pathname) || config.authenticate === false || hasOwn) return config

    const begun = config.sentUnder ?? { sid: session.sid(), replay: 'no' as const }
    // The silent sign-in is under way; should it fail, the server's 401 decides.
    if (!session.token() && begun.sid !== null) await renewal.renewForRequest().catch(() => undefined)
    if (isVoid(begun)) throw signedOut()
    const token = session.token()
    config.sentUnder = { sid: session.sid(), serial: token?.serial ?? null, replay: begun.replay }
    if (token) config.headers.set('Authorization', `Bearer ${token.raw}`)
    log.add(config.sentUnder.replay === 'no' ? 'request' : 'replay', line(config))
    return config
  }

  function accept(answer: AxiosResponse) {
    if (!answer.config.sentUnder) return answer
    log.add('response', `${line(answer.config)} → ${answer.status}`)
    // What belongs to somebody who has left must not be shown to whoever comes next.
    if (isVoid(answer.config.sentUnder)) throw signedOut()
    return answer
  }

  async function recover(error: unknown): Promise<AxiosResponse> {
    if (!isAxiosError(error) || !error.config?.sentUnder) throw error
    const { config, response } = error
    const { sentUnder } = error.config
    log.add('response', `${line(config)} → ${outcomeOf(error)}`)
    if (isVoid(sentUnder)) throw signedOut()
    if (!response || !refusesToken(response) || session.sid() === null) throw error
    if (sentUnder.replay === 'refreshed') refused = { serial: sentUnder.serial, at: clock.now() }
    if (wasRefused(sentUnder.serial)) throw error
    // Somebody has renewed since this request left: the newer token is worth a try before asking for another.
    const held = session.token()
    const isNewer = held !== null && held.serial !== sentUnder.serial
    if (!isNewer) await renewal.renewForRequest()
    if (isVoid(sentUnder)) throw signedOut()
    const replay = isNewer && sentUnder.replay === 'no' ? 'newer' : 'refreshed'
    return await http.request({ ...config, sentUnder: { ...sentUnder, replay } })
  }

  function isVoid({ sid }: Pick<SentUnder, 'sid'>): boolean {
    return sid !== null && sid !== session.sid()
  }

  function wasRefused(serial: number | null): boolean {
    return !!refused && refused.serial === serial && clock.now() - refused.at < refusedPauseMs
  }

  function line(config: AxiosRequestConfig): string {
    // Without the query: it may hold a token from a mail.
    const { origin, pathname } = new URL(http.getUri(config), page)
    return `${(config.method ?? 'get').toUpperCase()} ${origin === new URL(page).origin ? '' : origin}${pathname}`
  }

  http.interceptors.request.use(attach)
  http.interceptors.response.use(accept, recover)
}

/** A 401 that names another reason (a wrong password, say) is no reason to refresh. */
function refusesToken(answer: AxiosResponse): boolean {
  if (answer.status !== 401) return false
  const { problem } = fromAnswer(answer)
  return !problem || problem.code.startsWith('access_token_')
}

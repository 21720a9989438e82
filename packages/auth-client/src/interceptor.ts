import axios, { type AxiosInstance, type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios'
import { ownPaths } from './own-paths.ts'
import { createReplaying, type ReplayingNeeds } from './replaying.ts'

declare module 'axios' {
  interface AxiosRequestConfig {
    /** false: goes without an access token, and its 401 is its answer. Default: true for the API's own addresses. */
    authenticate?: boolean
    /** false: where the sign-in is too old or too weak, nobody is asked to confirm who they are. Default: true. */
    confirm?: boolean
  }
}

/** What the interceptor knows of the client. */
export interface InterceptorNeeds extends ReplayingNeeds {
  baseUrl: string
}

/**
 * Makes requests for the API carry the access token, and replays those that are refused because of it.
 *
 * All it changes is the adapter. That works below interceptors, transforms and `validateStatus`, so each of them
 * meets one request and one answer, with or without a refresh in between.
 */
export function installInterceptor(http: AxiosInstance, { baseUrl, ...needs }: InterceptorNeeds) {
  const page = typeof location === 'undefined' ? 'http://localhost' : location.href
  const api = new URL(baseUrl, page)
  const base = api.pathname.replace(/\/$/, '')
  const withoutToken = new Set<string>(Object.values(ownPaths).map((path) => base + path))
  const send = createReplaying(needs)

  function setAdapter(config: InternalAxiosRequestConfig) {
    const { adapter } = config
    return Object.assign(config, {
      adapter(final: InternalAxiosRequestConfig) {
        // An answer's config is the caller's again: it may be read, or sent once more.
        Object.assign(final, { adapter })
        return dispatch(final)
      },
    })
  }

  async function dispatch(config: InternalAxiosRequestConfig) {
    const { origin, pathname } = addressOf(config)
    // A token that leaves for another origin is stolen, whatever the caller meant.
    const isOurs = origin === api.origin && (pathname === base || pathname.startsWith(`${base}/`))
    if (isOurs) config.withCredentials = true
    const hasOwn = config.headers.has('Authorization') || config.auth
    const isPlain = !isOurs || withoutToken.has(pathname) || config.authenticate === false || hasOwn
    if (isPlain) return await axios.getAdapter(config.adapter, config)(config)
    const site = origin === new URL(page).origin ? '' : origin
    return await send(config, `${(config.method ?? 'get').toUpperCase()} ${site}${pathname}`)
  }

  // Without the query: it costs time, and must not get into the log, since it may hold a token from an email.
  const addressOf = ({ url, baseURL, allowAbsoluteUrls }: InternalAxiosRequestConfig) =>
    new URL(axios.getUri({ url, baseURL, allowAbsoluteUrls } as AxiosRequestConfig), page)

  http.interceptors.request.use(setAdapter, null, { synchronous: true })
}

import axios, { type AxiosInstance, type AxiosResponse, isAxiosError } from 'axios'
import type { ClientEnvironment } from './environment.ts'
import type { AuthLog } from './log.ts'

/** The client's own calls. They take part in no interceptor: a 401 here is an answer, not a reason to refresh. */
export const ownPaths = {
  register: '/register',
  login: '/login',
  refresh: '/refresh-token',
  token: '/token',
  logout: '/logout',
} as const

const requestLimitMs = 30_000

export function createInstance(baseUrl: string, adapter: ClientEnvironment['adapter']): AxiosInstance {
  return axios.create({
    baseURL: baseUrl,
    timeout: requestLimitMs,
    // The API tells other sites' requests by Sec-Fetch-Site and Origin; axios's XSRF cookie is not part of it.
    withXSRFToken: false,
    ...(adapter && { adapter }),
  })
}

export type Post = (
  path: string,
  options?: { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal },
) => Promise<AxiosResponse<unknown>>

/** Posts the client's own calls, with cookies. Throws what axios throws. */
export function createPost(baseUrl: string, adapter: ClientEnvironment['adapter'], log: AuthLog): Post {
  const instance = createInstance(baseUrl, adapter)

  return async (path, { body, headers, signal } = {}) => {
    const isRefresh = path === ownPaths.refresh
    const line = `POST ${instance.getUri({ url: path })}`
    log.add(isRefresh ? 'refresh' : 'request', line)
    try {
      const answer = await instance.post<unknown>(path, body, {
        withCredentials: true,
        headers: { ...headers },
        ...(signal && { signal }),
      })
      log.add(isRefresh ? 'refreshed' : 'response', `${line} → ${answer.status}`)
      return answer
    } catch (error) {
      log.add('response', `${line} → ${outcomeOf(error)}`)
      throw error
    }
  }
}

/** "401", or why there was no answer, for the log. */
export function outcomeOf(error: unknown): string {
  if (!isAxiosError(error)) return 'failed'
  if (error.response) return String(error.response.status)
  return error.code === 'ERR_CANCELED' ? 'cancelled' : 'no answer'
}

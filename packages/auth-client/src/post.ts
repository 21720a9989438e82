import type { AxiosResponse } from 'axios'
import { isAxiosError } from './auth-error.ts'
import type { AuthLog } from './log.ts'
import { ownPaths } from './own-paths.ts'
import type { Transport } from './transport.ts'

export type Post = (
  path: string,
  options?: { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal },
) => Promise<AxiosResponse<unknown>>

/** Sends the client's own calls, with cookies, and logs them. Throws what axios throws. */
export function createPost(transport: () => Promise<Transport>, log: AuthLog): Post {
  return async (path, { body, headers, signal } = {}) => {
    const { plain } = await transport()
    const isRefresh = path === ownPaths.refresh
    const line = `POST ${plain.getUri({ url: path })}`
    log.add(isRefresh ? 'refresh' : 'request', line)
    try {
      const answer = await plain.post<unknown>(path, body, {
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

/** For the log: "401", or why there was no answer. */
export function outcomeOf(error: unknown): string {
  if (!isAxiosError(error)) return 'failed'
  if (error.response) return String(error.response.status)
  return error.code === 'ERR_CANCELED' ? 'cancelled' : 'no answer'
}

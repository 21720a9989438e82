import type { AxiosResponse } from 'axios'
import { isAxiosError } from './auth-error.ts'
import type { CarriedToken } from './body-transport.ts'
import type { AuthLog, Exchange } from './log.ts'
import { ownPaths } from './own-paths.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { Transport } from './transport.ts'

export type Post = (
  path: string,
  options?: { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal },
) => Promise<AxiosResponse<unknown>>

/**
 * Sends the client's own calls, with cookies or the token it carries, and logs them. Throws what axios throws, or what
 * `explain` makes of it.
 */
export function createPost(
  transport: () => Promise<Transport>,
  log: AuthLog,
  cookie: Pick<SessionCookie, 'read'>,
  carried: CarriedToken | null,
  explain: (error: unknown) => Promise<unknown>,
): Post {
  return async (path, { body, headers, signal } = {}) => {
    const { plain } = await transport()
    const isRefresh = path === ownPaths.refresh
    const line = `POST ${plain.getUri({ url: path })}`
    const call = log.newCall()
    log.add(isRefresh ? 'refresh' : 'request', line, { call, line, ...generationNow() })
    const exchange = carried?.exchange(path, body)
    try {
      const answer = await plain.post<unknown>(path, exchange ? exchange.body : body, {
        withCredentials: !exchange,
        headers: { ...headers, ...exchange?.headers },
        ...(signal && { signal }),
      })
      await exchange?.receive(answer.data)
      log.add(isRefresh ? 'refreshed' : 'response', `${line} → ${answer.status}`, {
        call,
        line,
        status: answer.status,
        ...generationNow(),
        ...timingOf(answer),
      })
      return answer
    } catch (error) {
      const status = isAxiosError(error) ? (error.response?.status ?? null) : null
      log.add('response', `${line} → ${outcomeOf(error)}`, { call, line, status, ...generationNow() })
      throw await explain(error)
    }

    function generationNow(): Pick<Exchange, 'generation'> {
      const session = isRefresh ? cookie.read() : null
      return session ? { generation: session.generation } : {}
    }
  }
}

function timingOf({ headers }: AxiosResponse): Pick<Exchange, 'timing'> {
  const timing: unknown = headers['server-timing']
  return typeof timing === 'string' ? { timing } : {}
}

/** For the log: "401", or why there was no answer. */
export function outcomeOf(error: unknown): string {
  if (!isAxiosError(error)) return 'failed'
  if (error.response) return String(error.response.status)
  return error.code === 'ERR_CANCELED' ? 'cancelled' : 'no answer'
}

import axios, { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'
import type { HeldToken } from './access-token.ts'
import { isAxiosError } from './auth-error.ts'
import { outcomeOf } from './post.ts'
import { createProgress } from './progress.ts'
import type { Answer } from './refused-token.ts'
import { isRepeatable, repeatable } from './repeatable.ts'
import { answerBehind, watchingFetch } from './watched-fetch.ts'

/** What came of sending a request once. Call one of the two functions. */
export interface Outcome {
  /** Null: none came. */
  answer: Answer | null
  /** "401", or why there was no answer. */
  inWords: string
  /** The request ends with this: returns the response or throws the error, as axios would have. */
  settle(): AxiosResponse
  /** The request goes on, and the caller hears nothing of this. */
  drop(): void
}

export interface Sending {
  /** Whether `send` may be called again. */
  canRepeat: boolean
  send(token: HeldToken | null): Promise<Outcome>
}

/**
 * Prepares a request to be sent any number of times, each time with headers of its own. The caller never sees the
 * headers that carry the token, because the config of an answer often ends up in an error report.
 */
export function createSending(config: InternalAxiosRequestConfig): Sending {
  const progress = createProgress(config)
  const base = repeatable(config)

  async function send(token: HeldToken | null): Promise<Outcome> {
    const { listeners, end } = progress()
    const headers = base.headers.concat()
    if (token) headers.set('Authorization', `Bearer ${token.raw}`)
    // The caller's `validateStatus` is asked about the one answer that the caller sees.
    const sent = { ...base, ...watchingFetch(config), ...listeners, headers, validateStatus: null }
    let response: AxiosResponse | undefined
    let error: unknown
    try {
      response = await axios.getAdapter(config.adapter, sent)(sent)
    } catch (thrown) {
      error = thrown
      response = isAxiosError(thrown) ? thrown.response : undefined
    }

    const answer = response ?? answerBehind(error)
    return {
      answer,
      inWords: answer ? String(answer.status) : outcomeOf(error),
      settle() {
        end('shown')
        if (response) response.config = config
        if (isAxiosError(error)) error.config = config
        if (error !== undefined) throw error
        return validated(response as AxiosResponse, config)
      },
      drop() {
        end('dropped')
        discard(response?.data)
      },
    }
  }

  return { canRepeat: isRepeatable(base.data), send }
}

/** As the adapters of axios do it. */
function validated(response: AxiosResponse, config: InternalAxiosRequestConfig): AxiosResponse {
  const { status, request } = response
  if (!status || !config.validateStatus || config.validateStatus(status)) return response
  const code = status >= 400 && status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE
  throw new AxiosError(`Request failed with status code ${status}`, code, config, request, response)
}

/** A stream that nobody reads keeps its connection: one of Node is read to its end, one of the web is given up. */
function discard(data: unknown) {
  if (typeof data !== 'object' || data === null) return
  if ('resume' in data && typeof data.resume === 'function') data.resume()
  // React Native has no such class.
  if (typeof ReadableStream !== 'undefined' && data instanceof ReadableStream)
    data.cancel().catch(() => undefined)
}

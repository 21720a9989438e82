import type { InternalAxiosRequestConfig } from 'axios'
import { isAxiosError } from './auth-error.ts'
import type { Answer } from './refused-token.ts'

type Fetch = NonNullable<NonNullable<InternalAxiosRequestConfig['env']>['fetch']>

const answers = new WeakMap<object, Answer>()
const watching = new WeakMap<Fetch, Fetch>()
const usual: Fetch = (input, init) => fetch(input, init)

/**
 * Where a body cannot be read as the caller wants it, axios throws an error without an answer: a problem document is no
 * form, and may be longer than `maxContentLength`. This makes the fetch adapter note what the answer was all the same.
 */
export function watchingFetch({ env, responseType, maxContentLength = -1 }: InternalAxiosRequestConfig) {
  const mayFail = responseType === 'formdata' || maxContentLength >= 0
  return mayFail ? { env: { ...env, fetch: watched(env?.fetch ?? usual) } } : {}
}

// The same function for the same fetch, because axios keeps every one it has seen.
function watched(original: Fetch): Fetch {
  const known = watching.get(original)
  if (known) return known
  const made: Fetch = async (input, init) => {
    const response = await original(input, init)
    const { status, headers } = response
    const challenge = headers.get('www-authenticate') ?? undefined
    if (typeof input === 'object')
      answers.set(input, { status, headers: { 'www-authenticate': challenge }, data: null })
    return response
  }
  watching.set(original, made)
  return made
}

const givenUp = ['ERR_CANCELED', 'ECONNABORTED', 'ETIMEDOUT']

/** The answer to a request that ended in an error without one; null when none came, or the caller gave up on it. */
export function answerBehind(error: unknown): Answer | null {
  if (!isAxiosError(error) || givenUp.includes(error.code ?? '') || !isObject(error.request)) return null
  const { request } = error
  const message: unknown = 'res' in request ? request.res : null
  return isMessage(message)
    ? { status: message.statusCode, headers: message.headers, data: null }
    : (answers.get(request) ?? null)
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Node's, of the http adapter. */
const isMessage = (value: unknown): value is { statusCode: number; headers: Answer['headers'] } =>
  isObject(value) && 'statusCode' in value && 'headers' in value

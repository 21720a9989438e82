import type { AxiosResponse } from 'axios'
import { fromAnswer } from './auth-error.ts'

/** What the server said. `data` as the adapter gives it; null where it could not be read as the caller wants it. */
export type Answer = Pick<AxiosResponse<unknown>, 'status' | 'headers' | 'data'>

/**
 * Whether the answer says that the access token is not accepted. A 401 for another reason (a wrong password, say) is no
 * reason to refresh; one that gives no reason is.
 */
export async function refusesToken(answer: Answer | null, hadToken: boolean): Promise<boolean> {
  if (answer?.status !== 401) return false
  const body = await readable(answer.data)
  if (body === unread) return !hadToken || challengesToken(answer)
  const { problem } = fromAnswer({ ...answer, data: body } as AxiosResponse)
  return !problem || problem.code.startsWith('access_token_')
}

/** By RFC 6750 §3 the header says of a refused token that it is `invalid_token`; not every server sends one. */
function challengesToken({ headers }: Answer): boolean {
  const challenge: unknown = headers['www-authenticate']
  return typeof challenge !== 'string' || challenge.includes('invalid_token')
}

const unread = Symbol('unread')

/** The JSON of a body, whatever `responseType` it came as; null when it is none. Streams are left for the caller. */
async function readable(data: unknown): Promise<unknown> {
  try {
    if (typeof data === 'string') return JSON.parse(data)
    if (data instanceof Blob) return JSON.parse(await data.text())
    if (isBytes(data)) return JSON.parse(new TextDecoder().decode(data))
  } catch {
    return null
  }
  return data === undefined || isPlain(data) ? data : unread
}

// By its tag, since a buffer may come from another realm.
const isBytes = (data: unknown): data is ArrayBuffer | ArrayBufferView =>
  ArrayBuffer.isView(data) || Object.prototype.toString.call(data) === '[object ArrayBuffer]'

const isPlain = (data: unknown) =>
  typeof data === 'object' && data !== null && Object.getPrototypeOf(data) === Object.prototype

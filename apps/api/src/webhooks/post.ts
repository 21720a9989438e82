import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'

interface Sent {
  headers: Record<string, string>
  body: string
  lookup: LookupFunction
  /** From the look-up of the name to the status of the answer. */
  timeoutMs: number
}

export interface Reply {
  status: number
  retryAfter: string | undefined
}

/** Posts JSON over a connection of its own and follows no redirect. Rejects where no status came in time. */
export function post(url: URL, { headers, body, lookup, timeoutMs }: Sent): Promise<Reply> {
  return new Promise((answered, failed) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      // None that is kept open: whether a name still leads to where it did is asked each time.
      agent: false,
      lookup,
      // However lively the other side is.
      signal: AbortSignal.timeout(timeoutMs),
    })
    request.on('error', failed)
    request.on('response', (response) => {
      answered({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] })
      // Nothing else that it says is read, or a receiver could keep the connection for as long as it likes.
      request.destroy()
    })
    request.on('upgrade', (response, socket) => {
      answered({ status: response.statusCode ?? 0, retryAfter: undefined })
      socket.destroy()
    })
    // Whatever happened: it is over.
    request.on('close', () => failed(new Error('closed without an answer')))
    request.end(body)
  })
}

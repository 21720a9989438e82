import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { AuthError, problemOf } from '@latchkey/contracts/server'

interface Log {
  warn: (facts: object, message: string) => void
}

const statuses: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/**
 * Answers what Node cannot parse as a request, with the statuses that Node itself uses. If the headers are too large
 * (usually too many cookies), it also explains that: to the person at the page, and once a minute in the log.
 */
export function answerClientErrors(server: Server, log: Log): void {
  let toldAt = Number.NEGATIVE_INFINITY
  server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, stream) => {
    const socket = stream as Socket
    if (!socket.writable || error.code === 'ECONNRESET') return socket.destroy()
    const status = statuses[error.code ?? ''] ?? 400
    if (status === 431 && performance.now() - toldAt > 60_000) {
      toldAt = performance.now()
      log.warn(
        { ip: socket.remoteAddress, limitBytes: 16_384 },
        'a request had more headers than are read: the cookies of this host fill them',
      )
    }
    socket.end(answer(status, error.rawPacket))
  })
}

function answer(status: number, raw: Buffer | undefined): string {
  const { type, text } = status === 431 ? inWords(raw) : { type: '', text: '' }
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'Connection: close', 'Cache-Control: no-store']
  if (text !== '') head.push(`Content-Type: ${type}; charset=utf-8`)
  head.push(`Content-Length: ${Buffer.byteLength(text)}`)
  return `${head.join('\r\n')}\r\n\r\n${text}`
}

/** A problem document for the page's own calls. A page of one sentence for people who open an address. */
function inWords(raw: Buffer | undefined): { type: string; text: string } {
  const problem = problemOf(new AuthError('headers_too_large'))
  const path = raw?.subarray(0, 200).toString('latin1').split(' ', 2)[1] ?? ''
  if (path.startsWith('/api/')) return { type: 'application/problem+json', text: JSON.stringify(problem) }
  const text = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Too many cookies</title><h1>Too many cookies</h1><p>${problem.detail}</p></html>`
  return { type: 'text/html', text }
}

import { createServer } from 'node:http'
import { closed, listening } from './server.ts'

type Trouble =
  /** The server does what it was asked to, and its answer reaches nobody. */
  | 'lose the answer'
  /** The same, and nobody hears that the connection is gone. */
  | 'withhold the answer'
  /** Somebody on the way answers in the place of the server. */
  | { status: number; retryAfter: string }

/** What lies between a client and a server, and does to the next requests what it is told. */
export async function badNetwork(upstream: () => string) {
  const troubles: { path: string; trouble: Trouble; done: () => void }[] = []
  const server = createServer(async (req, res) => {
    const index = troubles.findIndex(({ path }) => path === req.url)
    const [next] = index < 0 ? [] : troubles.splice(index, 1)
    if (typeof next?.trouble === 'object') {
      const { status, retryAfter } = next.trouble
      next.done()
      return void res.writeHead(status, { 'Retry-After': retryAfter }).end('<h1>Not now</h1>')
    }
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    const {
      host: _,
      connection: __,
      'content-length': ___,
      ...headers
    } = req.headers as Record<string, string>
    const body = Buffer.concat(chunks)
    const answer = await fetch(upstream() + req.url, {
      method: req.method ?? 'GET',
      headers,
      ...(body.length > 0 && { body }),
    }).catch(() => null)
    const text = await answer?.text()
    next?.done()
    if (next?.trouble === 'withhold the answer') return
    if (!answer || next) return void req.socket.destroy()
    const type = answer.headers.get('content-type') ?? 'text/plain'
    const kept = { 'Content-Type': type, 'Set-Cookie': answer.headers.getSetCookie() }
    res.writeHead(answer.status, kept).end(text)
  })
  return {
    url: await listening(server),
    /** Resolves when it has happened. */
    next: (path: string, trouble: Trouble) =>
      new Promise<void>((done) => void troubles.push({ path, trouble, done })),
    close: () => closed(server),
  }
}

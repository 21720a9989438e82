import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { whenOver } from './side-by-side.ts'

interface Tampering {
  /** Passes the name of the upstream on as Host, as nginx does when it is told nothing. */
  rewritesHost?: boolean
  /** Says nothing of whose request it is. */
  forwardsNobody?: boolean
  request?(headers: IncomingHttpHeaders): void
  answer?(headers: IncomingHttpHeaders): void
}

/** A reverse proxy on a port that is known before its upstream is. It keeps Host, and says whose request it is. */
export async function tamperingProxy(tampering: Tampering = {}) {
  let upstream = new URL('http://127.0.0.1:9')
  const server = createServer((req, res) => {
    const { host, connection: _, ...headers } = req.headers
    if (!tampering.forwardsNobody)
      headers['x-forwarded-for'] = [headers['x-forwarded-for'], req.socket.remoteAddress]
        .filter(Boolean)
        .join(', ')
    tampering.request?.(headers)
    const onward = request(
      {
        hostname: upstream.hostname,
        port: upstream.port,
        method: req.method,
        path: req.url,
        headers: { ...headers, host: tampering.rewritesHost ? upstream.host : host, connection: 'close' },
      },
      (answer) => {
        tampering.answer?.(answer.headers)
        res.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(res)
      },
    )
    onward.on('error', () => res.writeHead(502).end())
    req.pipe(onward)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  whenOver(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    to(url: string) {
      upstream = new URL(url)
    },
  }
}

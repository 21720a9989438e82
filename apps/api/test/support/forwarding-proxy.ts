import { createServer, request } from 'node:http'
import { onTestFinished } from 'vitest'

/**
 * A reverse proxy as nginx is one with `proxy_pass` and nothing else: HTTP/1.0, the upstream's own name as Host, and no
 * word about the client. Returns its URL.
 */
export async function forwardingProxy(upstream: string): Promise<string> {
  const { hostname, port, host } = new URL(upstream)
  const server = createServer((req, res) => {
    const { connection: _, host: __, ...headers } = req.headers
    const onward = request(
      {
        hostname,
        port,
        method: req.method,
        path: req.url,
        headers: { ...headers, host, connection: 'close' },
      },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(res)
      },
    )
    onward.on('error', () => res.destroy())
    req.pipe(onward)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

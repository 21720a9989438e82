import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Metrics {
  readonly contentType: string
  text(): Promise<string>
}

interface Address {
  host: string
  /** 0: one that is free. */
  port: number
}

interface Log {
  error: (facts: object, message: string) => void
}

export interface MetricsServer {
  readonly port: number
  close(): Promise<void>
}

/** Serves `GET /metrics` and nothing else, on a port that is not for strangers. Rejects when it cannot listen. */
export async function serveMetrics(
  metrics: Metrics,
  { host, port }: Address,
  log: Log,
): Promise<MetricsServer> {
  const answer: RequestListener = (req, res) => {
    if (req.url?.split('?', 1)[0] !== '/metrics') return void res.writeHead(404).end()
    if (req.method !== 'GET' && req.method !== 'HEAD')
      return void res.writeHead(405, { Allow: 'GET, HEAD' }).end()
    metrics.text().then(
      (text) =>
        res.writeHead(200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' }).end(text),
      (err) => {
        log.error({ err }, 'the metrics could not be read')
        res.writeHead(500).end()
      },
    )
  }
  const server = createServer(answer)
  await new Promise<void>((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        error.message = `Port ${port} is taken. Stop what listens there, or set METRICS_PORT to another one.`
      failed(error)
    })
    server.listen(port, host, done)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      const closed = new Promise<void>((done) => server.close(() => done()))
      server.closeAllConnections()
      return closed
    },
  }
}

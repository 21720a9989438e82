import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { pinoHttp } from 'pino-http'

const requestIdHeader = 'X-Request-Id'

/** One line for each request, without headers, bodies or query strings: none of them could be replayed from a log. */
export function requestLog(log: Logger): RequestHandler {
  const http = pinoHttp<Request>({
    logger: log,
    genReqId: (req, res) => {
      const given = req.headers['x-request-id']
      const id = typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
      res.setHeader(requestIdHeader, id)
      return id
    },
    quietReqLogger: true,
    serializers: {
      req: (req: { method: string; url: string; raw: IncomingMessage & { ip?: string } }) => ({
        method: req.method,
        path: req.url.split('?', 1)[0],
        ip: req.raw.ip,
      }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
    },
    customLogLevel: (req, res) => {
      if (res.statusCode >= 500) return 'error'
      return req.originalUrl.startsWith('/api/health') ? 'trace' : 'info'
    },
  })
  return (req, res, next) => http(req, res, next)
}

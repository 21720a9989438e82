import { randomUUID } from 'node:crypto'
import type { Express as App, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'

declare global {
  namespace Express {
    interface Request {
      /** The caller's id for this request, or a UUID. It is in the answer and in every log line about the request. */
      id: string
      readonly log: Logger
    }
  }
}

const requestIdHeader = 'X-Request-Id'

/**
 * One log line for each request. It holds no headers, bodies or query strings, so nothing in a log can be replayed.
 */
export function requestLog(log: Logger, app: App): RequestHandler {
  // Made when it is asked for: a child logger costs more than a line, and few requests need one.
  Object.defineProperty(app.request, 'log', {
    configurable: true,
    get(this: Request) {
      return log.child({ reqId: this.id })
    },
  })
  // All fields of this line are named below, so it need not be searched for secrets.
  const lines = log.child({}, { redact: [] })

  return (req, res, next) => {
    const given = req.headers['x-request-id']
    const id = typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
    req.id = id
    res.setHeader(requestIdHeader, id)
    const { method, ip, originalUrl } = req
    const path = originalUrl.split('?', 1)[0] ?? ''
    const startedAt = performance.now()

    res.on('close', () => {
      const outcome = res.writableFinished ? 'request completed' : 'request aborted'
      lines[levelOf(res, path)](
        {
          reqId: id,
          req: { method, path, ip },
          res: { status: res.statusCode },
          responseTime: Math.round(performance.now() - startedAt),
        },
        outcome,
      )
    })
    next()
  }
}

function levelOf({ statusCode }: Response, path: string) {
  if (statusCode >= 500) return 'error'
  return path.startsWith('/api/health') ? 'trace' : 'info'
}

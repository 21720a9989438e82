import { randomUUID } from 'node:crypto'
import type { Express as App, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'

declare global {
  namespace Express {
    interface Request {
      /** What the caller named this request, or a UUID: in the answer and in every line about it. */
      id: string
      readonly log: Logger
    }
  }
}

const requestIdHeader = 'X-Request-Id'

/** One line for each request, without headers, bodies or query strings: none of them could be replayed from a log. */
export function requestLog(log: Logger, app: App): RequestHandler {
  // Made when asked for: a child logger costs more than a line, and hardly any request needs its own.
  Object.defineProperty(app.request, 'log', {
    configurable: true,
    get(this: Request) {
      return log.child({ reqId: this.id })
    },
  })
  // This line's fields are all named below, so nothing in it has to be searched for secrets.
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

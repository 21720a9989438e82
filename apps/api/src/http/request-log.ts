import { randomUUID } from 'node:crypto'
import { problemCodeOf } from '@latchkey/contracts/server'
import type { Express as App, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { type Trace, traceOf } from './trace-context.ts'

declare global {
  namespace Express {
    interface Request {
      /** The caller's id for this request, or a UUID. It is in the answer and in every log line about the request. */
      id: string
      /** The trace that this request is part of: its caller's, or a new one. */
      readonly trace: Trace
      readonly log: Logger
    }
  }
}

const requestIdHeader = 'X-Request-Id'

/** How a request ended, as far as its connection tells. */
export interface EndedRequest {
  method: string
  /** A pattern like `/api/sessions/:id`. */
  route: string
  status: number
  /**
   * `answered`: all of it was sent. `aborted`: the client went away before. `cut_off`: it failed here when a part was out
   * already.
   */
  end: 'answered' | 'aborted' | 'cut_off'
  /** Of the problem that it ended with. */
  code: string | undefined
  /** From its headers to the end of its answer. */
  durationMs: number
}

interface Options {
  log: Logger
  app: App
  /** The name of a path. It must hold nothing that the request brought. */
  routeOf: (path: string) => string
  /** Whose request it was and what its refresh came to, once it has ended. */
  factsOf: (req: Request) => { userId?: string; sessionId?: string; refresh?: string }
  /** Told of each request that has ended. */
  onEnded?: ((ended: EndedRequest) => void) | undefined
}

/**
 * One log line for each request. It holds no headers, bodies, paths, query strings or addresses, so nothing in a log can be
 * replayed.
 */
export function requestLog({ log, app, routeOf, factsOf, onEnded }: Options): RequestHandler {
  // Kept beside the few requests that ask for it before they end: one more property would cost each of them a twentieth.
  const traces = new WeakMap<Request, Trace>()
  // Made when they are asked for: a child logger costs more than a line, and few requests need one.
  Object.defineProperties(app.request, {
    log: {
      configurable: true,
      get(this: Request) {
        return log.child({ reqId: this.id, traceId: this.trace.traceId })
      },
    },
    trace: {
      configurable: true,
      get(this: Request) {
        const trace = traces.get(this) ?? traceOf(this.headers.traceparent)
        traces.set(this, trace)
        return trace
      },
    },
  })
  // All fields of this line are named below, so it need not be searched for secrets. They are flat: an object inside would
  // cost as much as four more of them.
  const lines = log.child({}, { redact: [] })

  return (req, res, next) => {
    const given = req.headers['x-request-id']
    const id = typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
    req.id = id
    res.setHeader(requestIdHeader, id)
    const { method, originalUrl } = req
    const startedAt = performance.now()

    res.on('close', () => {
      const durationMs = performance.now() - startedAt
      const route = routeOf(originalUrl.split('?', 1)[0] ?? '')
      const code = problemCodeOf(res)
      const end = endOf(res, code)
      const { userId, sessionId, refresh } = factsOf(req)
      const { traceId, spanId } = traces.get(req) ?? traceOf(req.headers.traceparent)
      const status = res.statusCode
      lines[levelOf(status, end, route)](
        {
          reqId: id,
          traceId,
          spanId,
          method,
          route,
          status,
          verdict: code ?? refresh ?? (end !== 'answered' ? end : status < 400 ? 'ok' : 'refused'),
          userId,
          sessionId,
          responseTime: Math.round(durationMs),
        },
        sentences[end],
      )
      onEnded?.({ method, route, status, end, code, durationMs })
    })
    next()
  }
}

const sentences = {
  answered: 'request completed',
  aborted: 'request aborted',
  cut_off: 'request cut off',
} as const

function endOf(res: Response, code: string | undefined): EndedRequest['end'] {
  if (res.writableFinished) return 'answered'
  // A problem that came too late to be the answer.
  return code !== undefined && res.statusCode < 400 ? 'cut_off' : 'aborted'
}

function levelOf(status: number, end: EndedRequest['end'], route: string) {
  if (status >= 500 || end === 'cut_off') return 'error'
  return route.startsWith('/api/health') ? 'trace' : 'info'
}

import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Express } from 'express'

/** Whether the process is on its way out: then connections close after their answer. */
interface Lifecycle {
  readonly draining: boolean
}

/**
 * An HTTP server whose requests and responses are Express's from birth.
 *
 * Express makes a plain request its own by `Object.setPrototypeOf`, after which V8 knows nothing of its shape and looks
 * every property up the slow way: more than half of what a request costs. Here there is nothing left to change
 * (docs/performance.md).
 */
export function createExpressServer(app: Express, lifecycle: Lifecycle): Server {
  class Request extends IncomingMessage {}
  class Response extends ServerResponse {
    // Decided when an answer goes out: the request may have come in before.
    override writeHead(status: number, ...rest: unknown[]): this {
      if (lifecycle.draining) this.shouldKeepAlive = false
      return super.writeHead(status, ...(rest as []))
    }
  }
  app.request = adopt(Request.prototype, app.request)
  app.response = adopt(Response.prototype, app.response)
  return createServer({ IncomingMessage: Request, ServerResponse: Response }, app)
}

/** Puts what Express adds to a prototype, its own and its application's, on one that requests are made with. */
function adopt<Prototype extends object>(born: object, given: Prototype): Prototype {
  const express: object = Object.getPrototypeOf(given)
  for (const layer of [express, given]) Object.defineProperties(born, Object.getOwnPropertyDescriptors(layer))
  return born as Prototype
}

import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Express } from 'express'

/** While the process is shutting down, connections close after their answer. */
interface Lifecycle {
  readonly draining: boolean
}

/**
 * An HTTP server that creates requests and responses as Express's own.
 *
 * Express normally converts a plain request with `Object.setPrototypeOf`. After that, V8 reads every property the
 * slow way, which is more than half of the cost of a request. Here there is nothing to convert (docs/performance.md).
 */
export function createExpressServer(app: Express, lifecycle: Lifecycle): Server {
  class Request extends IncomingMessage {}
  class Response extends ServerResponse {
    // Decided when the answer goes out: the shutdown may have begun after the request came in.
    override writeHead(status: number, ...rest: unknown[]): this {
      if (lifecycle.draining) this.shouldKeepAlive = false
      return super.writeHead(status, ...(rest as []))
    }
  }
  app.request = adopt(Request.prototype, app.request)
  app.response = adopt(Response.prototype, app.response)
  const server = createServer({ IncomingMessage: Request, ServerResponse: Response }, app)
  // Longer than a load balancer's idle timeout, so that the load balancer closes idle connections first.
  server.keepAliveTimeout = 65_000
  return server
}

/** Copies what Express and the application add to a prototype onto the one that requests are created with. */
function adopt<Prototype extends object>(born: object, given: Prototype): Prototype {
  const express: object = Object.getPrototypeOf(given)
  for (const layer of [express, given]) Object.defineProperties(born, Object.getOwnPropertyDescriptors(layer))
  return born as Prototype
}

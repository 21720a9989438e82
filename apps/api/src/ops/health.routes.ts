import { routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { Router } from 'express'
import type { Database } from '../database.ts'
import type { ApiRoute } from '../guards.ts'
import type { Lifecycle } from './lifecycle.ts'

interface Collaborators {
  database: Database
  sessions: { revocations: { readonly loaded: boolean } }
  lifecycle: Lifecycle
  route: ApiRoute
}

/** For load balancers and container health checks. */
export function healthRoutes({ database, sessions, lifecycle, route }: Collaborators): Router {
  const router = Router()

  route(router, routes.healthLive, () => ({ status: 'live' as const }))

  route(router, routes.healthReady, async () => {
    if (lifecycle.draining) throw new AuthError('shutting_down')
    await database.ping()
    // Until they are loaded, every request would ask the database whether its token is revoked.
    if (!sessions.revocations.loaded) throw new AuthError('database_unavailable')
    return { status: 'ready' as const }
  })

  return router
}

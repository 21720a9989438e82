import { routes } from '@latchkey/contracts'
import { Router } from 'express'
import { AuthError } from '../auth-error.ts'
import type { Database } from '../database.ts'
import { route } from '../http/route.ts'
import type { Revocations } from '../sessions/revocations.ts'
import type { Lifecycle } from './lifecycle.ts'

interface Collaborators {
  database: Database
  revocations: Revocations
  lifecycle: Lifecycle
}

/** For load balancers and container health checks. */
export function healthRoutes({ database, revocations, lifecycle }: Collaborators): Router {
  const router = Router()

  route(router, routes.healthLive, [], () => ({ status: 'live' as const }))

  route(router, routes.healthReady, [], async () => {
    if (lifecycle.draining) throw new AuthError('shutting_down')
    await database.ping()
    // Until they are known, a revoked token would cost a read of the database on every request.
    if (!revocations.loaded) throw new AuthError('database_unavailable')
    return { status: 'ready' as const }
  })

  return router
}

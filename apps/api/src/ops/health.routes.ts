import { routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { Router } from 'express'
import type { Database } from '../database.ts'
import type { ApiRoute } from '../guards.ts'
import type { Lifecycle } from './lifecycle.ts'

interface Collaborators {
  database: Database
  sessions: { revocations: { readonly loaded: boolean } }
  passwords: { assertWorking(): Promise<void> }
  lifecycle: Lifecycle
  log: { error: (facts: object, message: string) => void }
  route: ApiRoute
}

/** For load balancers and container health checks. */
export function healthRoutes(collaborators: Collaborators): Router {
  const { database, sessions, passwords, lifecycle, log, route } = collaborators
  const router = Router()

  route(router, routes.healthLive, () => ({ status: 'live' as const }))

  route(router, routes.healthReady, async () => {
    if (lifecycle.draining) throw new AuthError('shutting_down')
    // Also whether its unique indexes are there.
    await database.ping()
    // Until they are loaded, every request would ask the database whether its token is revoked.
    if (!sessions.revocations.loaded) throw new AuthError('database_unavailable')
    try {
      await passwords.assertWorking()
    } catch (cause) {
      log.error({ err: cause }, 'no password can be hashed, and so nobody can sign in')
      throw new AuthError('overloaded', { cause })
    }
    return { status: 'ready' as const }
  })

  return router
}

import { routes } from '@latchkey/contracts'
import { Router } from 'express'
import { type Authenticate, claimsOf } from '../http/authenticate.ts'
import { route } from '../http/route.ts'
import type { SecurityEvents } from '../sessions/security-events.ts'

export function activityRoutes({
  events,
  authenticate,
}: {
  events: SecurityEvents
  authenticate: Authenticate
}): Router {
  const router = Router()

  route(router, routes.activity, [authenticate], async (_, { req }) => ({
    events: await events.list(claimsOf(req).sub),
  }))

  return router
}

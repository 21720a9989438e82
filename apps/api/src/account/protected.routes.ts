import { routes } from '@latchkey/contracts'
import { Router } from 'express'
import type { ApiRoute } from '../guards.ts'

/**
 * The worked example: copy it for a route of your own, and add the copy to `features` in app.ts. It uses only the
 * access token's claims, so it works without the database.
 */
export function protectedRoutes({ route }: { route: ApiRoute }): Router {
  const router = Router()

  route(router, routes.protected, (_, { claims }) => {
    const { sub, username, email, email_verified: emailVerified, roles } = claims
    return { message: `Welcome, ${username}`, user: { id: sub, username, email, emailVerified, roles } }
  })

  return router
}

import { routes } from '@latchkey/contracts'
import { Router } from 'express'
import type { ApiRoute } from '../guards.ts'

/** The worked example: copy it for your own. It reads the claims of the access token and no database. */
export function protectedRoutes({ route }: { route: ApiRoute }): Router {
  const router = Router()

  route(router, routes.protected, (_, { claims }) => {
    const { sub, username, email, email_verified: emailVerified, roles } = claims
    return { message: `Welcome, ${username}`, user: { id: sub, username, email, emailVerified, roles } }
  })

  return router
}

import { routes } from '@latchkey/contracts'
import { Router } from 'express'
import { type Authenticate, claimsOf } from '../http/authenticate.ts'
import { route } from '../http/route.ts'

/** The worked example: copy it for your own. It reads the claims of the access token and no database. */
export function protectedRoutes({ authenticate }: { authenticate: Authenticate }): Router {
  const router = Router()

  route(router, routes.protected, [authenticate], (_, { req }) => {
    const { sub, username, email, roles } = claimsOf(req)
    return { message: `Welcome, ${username}`, user: { id: sub, username, email, roles } }
  })

  return router
}

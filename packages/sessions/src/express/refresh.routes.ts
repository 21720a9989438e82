import { routes, type Tokens } from '@latchkey/contracts'
import { Router } from 'express'
import type { SessionOwner } from '../owner.ts'
import type { Answers } from './answer.ts'
import type { Refresh } from './refresh.ts'
import type { SessionRoute } from './session-route.ts'

interface Collaborators<Owner extends SessionOwner> {
  route: SessionRoute
  refresh: Refresh<Owner>
  answers: Answers<Owner, unknown>
}

/** `POST /refresh-token`. The token comes in the cookie, or in the body from clients that keep no cookies. */
export function refreshRoutes<Owner extends SessionOwner>(collaborators: Collaborators<Owner>): Router {
  const { route, refresh, answers } = collaborators
  const router = Router({ strict: true })

  route(router, routes.refreshToken, async (body, { req, res }) => {
    const fromBody = body?.refreshToken
    const signedIn = await refresh(req, res, fromBody)
    // A token that came in a cookie never goes out in a body. The application decides what is shown of the user.
    return (fromBody ? answers.inBody(signedIn) : answers.inCookies(res, signedIn)) as Tokens
  })

  return router
}

import type { AccessTokenClaims, Role, RouteContract, StepUp } from '@latchkey/contracts'
import { AuthError, createRoute, type Route } from '@latchkey/contracts/server'
import type { Request, RequestHandler } from 'express'

/** Mounts an endpoint behind the guards that its contract requires. */
export type ApiRoute = Route<RouteContract['requires'], AccessTokenClaims>

interface Collaborators {
  authenticate: RequestHandler
  claimsOf: (req: Request) => AccessTokenClaims
  stepUp: (demanded: StepUp) => (claims: AccessTokenClaims) => void
}

/**
 * Decides which guards a route gets, from `requires` in its contract; its `stepUp` is checked after them. A new word in `requires` needs an entry here to
 * compile.
 */
export function createApiRoute({ authenticate, claimsOf, stepUp }: Collaborators): ApiRoute {
  const hasRole =
    (role: Role): RequestHandler =>
    (req, _res, next) => {
      if (!claimsOf(req).roles.includes(role)) throw new AuthError('forbidden')
      next()
    }

  return createRoute({
    guards: {
      nothing: [],
      accessTokenIfAny: [ifSent(authenticate)],
      refreshToken: [],
      accessToken: [authenticate],
      admin: [authenticate, hasRole('admin')],
    },
    claimsOf,
    stepUp,
  })
}

/** A token that is no good is a 401 here, too: its client refreshes, or goes on as nobody. */
const ifSent =
  (authenticate: RequestHandler): RequestHandler =>
  (req, res, next) =>
    req.headers.authorization === undefined ? next() : authenticate(req, res, next)

import {
  type AccessTokenClaims,
  type Role,
  type RouteContract,
  type SpecialRole,
  type StepUp,
  specialRoles,
} from '@latchkey/contracts'
import { AuthError, createRoute, type Route } from '@latchkey/contracts/server'
import type { Request, RequestHandler } from 'express'

/** Mounts an endpoint behind the guards that its contract requires. */
export type ApiRoute = Route<RouteContract['requires'], AccessTokenClaims>

interface Collaborators {
  authenticate: RequestHandler
  claimsOf: (req: Request) => AccessTokenClaims
  stepUp: (demanded: StepUp) => (claims: AccessTokenClaims) => void
  /** Roles whose owners have to have a second factor: what requires such a role requires that one was shown. */
  factorRoles: readonly Role[]
}

/**
 * Decides which guards a route gets, from `requires` in its contract; its `stepUp` is checked after them. A new word
 * in `requires` needs an entry here to compile, but for a role: each has its guard.
 */
export function createApiRoute({ authenticate, claimsOf, stepUp, factorRoles }: Collaborators): ApiRoute {
  function hasRole(role: Role): RequestHandler {
    const checkFactor = factorRoles.includes(role) ? stepUp({ acr: 'mfa' }) : undefined
    return (req, _res, next) => {
      const claims = claimsOf(req)
      if (!claims.roles.includes(role)) throw new AuthError('forbidden')
      checkFactor?.(claims)
      next()
    }
  }

  const ofRoles = Object.fromEntries(
    specialRoles.map((role) => [role, [authenticate, hasRole(role)]]),
  ) as Record<SpecialRole, RequestHandler[]>

  return createRoute({
    guards: {
      ...ofRoles,
      nothing: [],
      accessTokenIfAny: [ifSent(authenticate)],
      refreshToken: [],
      accessToken: [authenticate],
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

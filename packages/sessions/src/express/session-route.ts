import type { StepUp } from '@latchkey/contracts'
import { createRoute, type Route } from '@latchkey/contracts/server'
import type { RequestHandler } from 'express'
import type { StandardClaims } from '../owner.ts'
import { readClaims } from './claims.ts'

/** `route` for the endpoints of this package. They require nothing, a refresh token or an access token. */
export type SessionRoute = Route<'nothing' | 'refreshToken' | 'accessToken', StandardClaims>

interface Checks {
  authenticate: RequestHandler
  stepUp: (demanded: StepUp) => (claims: StandardClaims) => void
}

export const createSessionRoute = ({ authenticate, stepUp }: Checks): SessionRoute =>
  createRoute({
    guards: { nothing: [], refreshToken: [], accessToken: [authenticate] },
    claimsOf: readClaims,
    stepUp,
  })

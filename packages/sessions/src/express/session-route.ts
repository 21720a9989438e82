import { createRoute, type Route } from '@latchkey/contracts/server'
import type { RequestHandler } from 'express'
import type { StandardClaims } from '../owner.ts'
import { readClaims } from './claims.ts'

/** `route` for the endpoints of this package. They require nothing, a refresh token or an access token. */
export type SessionRoute = Route<'nothing' | 'refreshToken' | 'accessToken', StandardClaims>

export const createSessionRoute = (authenticate: RequestHandler): SessionRoute =>
  createRoute({ nothing: [], refreshToken: [], accessToken: [authenticate] }, readClaims)

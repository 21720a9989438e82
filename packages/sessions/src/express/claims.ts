import type { Request } from 'express'
import type { StandardClaims } from '../owner.ts'

const claims = new WeakMap<Request, StandardClaims>()

export const setClaims = (req: Request, verified: StandardClaims) => void claims.set(req, verified)

export const claimsIfAny = (req: Request): StandardClaims | undefined => claims.get(req)

/** The access token's claims of a request that passed the guard. Throws Error if there was no guard. */
export function readClaims(req: Request): StandardClaims {
  const found = claims.get(req)
  if (!found)
    throw new Error('This route reads the claims of an access token without the guard `authenticate`.')
  return found
}

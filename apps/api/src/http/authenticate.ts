import type { AccessTokenClaims } from '@latchkey/contracts'
import type { Request, RequestHandler } from 'express'
import { AuthError } from '../auth-error.ts'
import type { AccessTokens } from '../sessions/access-token.ts'
import type { Revocations } from '../sessions/revocations.ts'

/** Lets a request pass that carries a good access token. It costs a signature check and a map look-up. */
export type Authenticate = RequestHandler

const claims = new WeakMap<Request, AccessTokenClaims>()
const guards = new WeakSet<RequestHandler>()

export function createAuthenticate(accessTokens: AccessTokens, revocations: Revocations): Authenticate {
  const authenticate: Authenticate = (req, _res, next) => {
    if (req.headers.authorization === undefined) throw new AuthError('access_token_missing')
    const token = bearerToken(req)
    if (token === null) throw new AuthError('access_token_invalid')
    const verified = accessTokens.verify(token)
    const pass = (revoked: boolean) => {
      if (revoked) throw new AuthError('access_token_revoked')
      claims.set(req, verified)
      next()
    }
    const revoked = revocations.isRevoked(verified)
    // A promise only while the feed of revocations is behind: then the database is asked.
    if (typeof revoked === 'boolean') return pass(revoked)
    return revoked.then(pass)
  }
  guards.add(authenticate)
  return authenticate
}

/** Whether a guard is `authenticate`. */
export const isAuthenticate = (guard: RequestHandler) => guards.has(guard)

/** The claims of the access token of an authenticated request. */
export function claimsOf(req: Request): AccessTokenClaims {
  const found = claims.get(req)
  if (!found)
    throw new Error('This route reads the claims of an access token without the guard `authenticate`.')
  return found
}

/** The token of `Authorization: Bearer <token>` (RFC 6750 §2.1; the scheme in any case), or null. */
export const bearerToken = (req: Request): string | null =>
  /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(req.headers.authorization ?? '')?.[1] ?? null

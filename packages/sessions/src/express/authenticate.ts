import { AuthError } from '@latchkey/contracts/server'
import type { Request, RequestHandler } from 'express'
import type { StandardClaims } from '../owner.ts'
import type { Revocations } from '../revocations/revocations.ts'
import { setClaims } from './claims.ts'
import { noteFacts } from './request-facts.ts'

interface Collaborators {
  accessTokens: { verify(token: string): StandardClaims }
  revocations: Pick<Revocations, 'isRevoked'>
}

/**
 * The guard of protected routes. Lets a request pass if its access token is good and its session has not ended. Costs
 * a signature check and a look-up in a map. Throws AuthError `access_token_missing`, `_invalid`, `_expired` or
 * `_revoked`.
 */
export function createAuthenticate({ accessTokens, revocations }: Collaborators): RequestHandler {
  return function authenticate(req, _res, next) {
    if (req.headers.authorization === undefined) throw new AuthError('access_token_missing')
    const token = bearerToken(req)
    if (token === null) throw new AuthError('access_token_invalid')
    const verified = accessTokens.verify(token)
    const pass = (revoked: boolean) => {
      // Whose it was is still known. Once the request passes, its claims say so.
      if (revoked) noteFacts(req, { userId: verified.sub, sessionId: verified.sid })
      if (revoked) throw new AuthError('access_token_revoked')
      setClaims(req, verified)
      next()
    }
    const revoked = revocations.isRevoked(verified)
    // A promise only while the feed of revocations is behind. Then the database is asked.
    if (typeof revoked === 'boolean') return pass(revoked)
    revoked.then(pass).catch(next)
  }
}

/** The token in `Authorization: Bearer <token>`, or null (RFC 6750 §2.1; "Bearer" in upper or lower case). */
export const bearerToken = (req: Request): string | null =>
  /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(req.headers.authorization ?? '')?.[1] ?? null

import {
  type ErrorCode,
  type OAuthError,
  type OAuthTokens,
  routes,
  TokenBodySchema,
} from '@latchkey/contracts'
import { formOrJsonBody, toAuthError } from '@latchkey/contracts/server'
import { type ErrorRequestHandler, type Response, Router } from 'express'
import { isDatabaseOutage } from '../database-outage.ts'
import type { SessionOwner } from '../owner.ts'
import type { AccessTokenSubject, IssuedAccessToken } from '../tokens/access-token.ts'
import type { Refresh } from './refresh.ts'

interface Collaborators<Owner extends SessionOwner> {
  accessTokens: { sign(subject: AccessTokenSubject<Owner>): IssuedAccessToken }
  refresh: Refresh<Owner>
}

/**
 * The OAuth 2.0 token endpoint for `grant_type=refresh_token` (RFC 6749 §6), form or JSON, for public clients. Its
 * errors have the shape of §5.2. Rate limits and outages are answered as everywhere else (429, 503).
 */
export function tokenRoutes<Owner extends SessionOwner>(collaborators: Collaborators<Owner>): Router {
  const { accessTokens, refresh } = collaborators
  const router = Router({ strict: true })

  router.post(routes.token.path, ...formOrJsonBody, async (req, res, next) => {
    const parsed = TokenBodySchema.safeParse(req.body)
    if (!parsed.success)
      return refuse(res, 'invalid_request', 'Send grant_type and refresh_token, each once.')
    const { grant_type, refresh_token } = parsed.data
    if (grant_type !== 'refresh_token')
      return refuse(res, 'unsupported_grant_type', 'The grant type here is refresh_token.')
    if (!refresh_token) return refuse(res, 'invalid_request', 'refresh_token is missing.')
    try {
      const signedIn = await refresh(req, res, refresh_token)
      const { accessToken, expiresIn } = accessTokens.sign(signedIn)
      const tokens: OAuthTokens = {
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: expiresIn,
        refresh_token: signedIn.refreshToken,
      }
      res.json(tokens)
    } catch (thrown) {
      const { code } = toAuthError(thrown, isDatabaseOutage)
      if (code === 'refresh_lock_malformed')
        return refuse(res, 'invalid_request', 'X-Refresh-Key and X-Refresh-Lock are 32 bytes in base64url.')
      if (code.startsWith('refresh_token_'))
        return refuse(res, 'invalid_grant', `The refresh token is no good: ${code}.`)
      next(thrown)
    }
  })

  // Gives the error of an unreadable body the shape of this endpoint.
  router.use(routes.token.path, ((thrown: unknown, _req, res, next) => {
    const { code } = toAuthError(thrown, isDatabaseOutage)
    if (!unreadable.has(code)) return next(thrown)
    refuse(res, 'invalid_request', 'Send grant_type and refresh_token as a form or as JSON.')
  }) satisfies ErrorRequestHandler)

  return router
}

const unreadable = new Set<ErrorCode>(['malformed_json', 'unsupported_media_type', 'bad_request'])

function refuse(res: Response, error: OAuthError['error'], error_description: string): void {
  const body: OAuthError = { error, error_description }
  res.status(400).json(body)
}

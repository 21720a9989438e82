import { type OAuthError, type OAuthTokens, TokenBodySchema } from '@latchkey/contracts'
import type { Request, RequestHandler, Response } from 'express'
import { toAuthError } from '../http/problem.ts'

type Refresh = (refreshToken: string, req: Request, res: Response) => Promise<OAuthTokens>

/**
 * The OAuth 2.0 token endpoint for `grant_type=refresh_token` (RFC 6749 §6), form or JSON, for public clients.
 * Its errors have the shape of §5.2. A limit and an outage stay what they are everywhere (429, 503).
 */
export const tokenEndpoint =
  (refresh: Refresh): RequestHandler =>
  async (req, res) => {
    const parsed = TokenBodySchema.safeParse(req.body)
    if (!parsed.success)
      return refuse(res, 'invalid_request', 'Send grant_type and refresh_token, each once.')
    const { grant_type, refresh_token } = parsed.data
    if (grant_type !== 'refresh_token')
      return refuse(res, 'unsupported_grant_type', 'The grant type here is refresh_token.')
    if (!refresh_token) return refuse(res, 'invalid_request', 'refresh_token is missing.')
    try {
      res.json(await refresh(refresh_token, req, res))
    } catch (thrown) {
      const error = toAuthError(thrown)
      if (error.code === 'refresh_lock_malformed')
        return refuse(res, 'invalid_request', 'X-Refresh-Key and X-Refresh-Lock are 32 bytes in base64url.')
      if (error.code.startsWith('refresh_token_'))
        return refuse(res, 'invalid_grant', `The refresh token is no good: ${error.code}.`)
      throw thrown
    }
  }

function refuse(res: Response, error: OAuthError['error'], error_description: string): void {
  const body: OAuthError = { error, error_description }
  res.status(400).json(body)
}

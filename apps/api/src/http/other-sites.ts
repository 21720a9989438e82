import { headerNames } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import type { RequestHandler } from 'express'

/**
 * Refuses to sign anybody in on a page of another site that may otherwise call: its browser would not send the cookies
 * back. Pages that keep their refresh token themselves sign in.
 */
export const refuseOtherSites =
  ({ sameSite }: { sameSite: 'strict' | 'lax' | 'none' }): RequestHandler =>
  (req, _res, next) => {
    const isOther = req.get('sec-fetch-site') === 'cross-site' && /^https?:/.test(req.get('origin') ?? '')
    const keepsToken = req.get(headerNames.refreshTransport)?.toLowerCase() === 'body'
    if (sameSite !== 'none' && isOther && !keepsToken) throw new AuthError('cross_site_page')
    next()
  }

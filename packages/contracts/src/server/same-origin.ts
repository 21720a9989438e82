import type { Request, RequestHandler } from 'express'
import { AuthError } from './auth-error.ts'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

interface Origins {
  /** The origin people see, when it is known. */
  publicUrl?: string | undefined
  /** Other origins whose pages may call the API with cookies. */
  clientOrigins: readonly string[]
  /** Hears of requests that were refused, for whoever looks after the server. */
  onRefused?: (origin: string | undefined, host: string | undefined) => void
}

/**
 * Refuses what a page of another site asks a browser to send (OWASP ASVS 5 §3.5.1): signing in, refreshing and signing
 * out included. Clients that are no browsers send neither header and pass.
 */
export function sameOrigin({ publicUrl, clientOrigins, onRefused }: Origins): RequestHandler {
  const allowed = new Set(publicUrl ? [publicUrl, ...clientOrigins] : clientOrigins)

  const comesFromHere = (req: Request, origin: string) => {
    if (allowed.has(origin)) return true
    // By whatever name it was reached, on plain http: no page can say another origin or host than its own. On https the
    // origin has to be PUBLIC_URL, so that a page that came unencrypted is no page of ours.
    if (publicUrl?.startsWith('https:')) return false
    return URL.canParse(origin) && new URL(origin).host === req.headers.host
  }

  return (req, _res, next) => {
    if (safeMethods.has(req.method)) return next()
    const site = req.get('sec-fetch-site')
    const origin = req.get('origin')
    // A browser's own word, which no page can forge. `none`: the person, not a page, sent it.
    if (site === 'same-origin' || site === 'none') return next()
    if (origin !== undefined && comesFromHere(req, origin)) return next()
    if (site === undefined && origin === undefined) return next()
    onRefused?.(origin, req.headers.host)
    throw new AuthError('cross_site_request')
  }
}

import type { Request, RequestHandler } from 'express'
import { AuthError } from './auth-error.ts'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Of a scheme, a name (RFC 1035 §2.3.4: 255 octets) and a port. */
const maxOriginLength = 300

interface Origins {
  /** The origin that people see, if it is known. */
  publicUrl?: string | undefined
  /** Other origins whose pages may call the API with cookies. */
  clientOrigins: readonly string[]
  /** Called for each refused request, so that the operator can be told. */
  onRefused?: (origin: string | undefined, host: string | undefined) => void
}

/**
 * Refuses requests that a page of another site makes a browser send (OWASP ASVS 5 §3.5.1). This covers signing in,
 * refreshing and signing out too. Clients other than browsers send neither header, and pass.
 */
export function sameOrigin({ publicUrl, clientOrigins, onRefused }: Origins): RequestHandler {
  const allowed = new Set(publicUrl ? [publicUrl, ...clientOrigins] : clientOrigins)

  const comesFromHere = (req: Request, origin: string) => {
    if (allowed.has(origin)) return true
    // On plain http any host name is accepted: a page cannot claim another origin or host than its own. On https the
    // origin must be PUBLIC_URL, because a page that was loaded without encryption cannot be trusted.
    if (publicUrl?.startsWith('https:')) return false
    const isShort = origin.length <= maxOriginLength
    return isShort && URL.canParse(origin) && new URL(origin).host === req.headers.host
  }

  return (req, _res, next) => {
    if (safeMethods.has(req.method)) return next()
    const site = req.get('sec-fetch-site')
    const origin = req.get('origin')
    // The browser sets this header; no page can forge it. `none`: a person sent the request, not a page.
    if (site === 'same-origin' || site === 'none') return next()
    if (origin !== undefined && comesFromHere(req, origin)) return next()
    if (site === undefined && origin === undefined) return next()
    onRefused?.(origin, req.headers.host)
    throw new AuthError('cross_site_request')
  }
}

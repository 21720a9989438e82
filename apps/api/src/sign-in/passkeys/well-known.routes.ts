import { webauthnPath } from '@latchkey/contracts'
import { Router } from 'express'
import type { RelyingPartySettings } from './relying-party.ts'
import { createRelyingParty } from './relying-party.ts'

/**
 * Tells browsers at which origins outside their domain our passkeys may be used (WebAuthn Level 3 §5.11). They ask the domain.
 * Apps have no such origin; where there are no other pages there is nothing to tell.
 */
export function relatedOrigins(settings: RelyingPartySettings): Router {
  const router = Router({ strict: true })
  const known = createRelyingParty(settings)(undefined)
  const pages = known?.origins.filter((origin) => isPage(origin) && !isBelow(origin, known.id)) ?? []

  if (pages.length > 0)
    router.get(webauthnPath, (_req, res) => {
      res.set('Cache-Control', 'public, max-age=300').json({ origins: pages })
    })

  return router
}

const isPage = (origin: string) => /^https?:/.test(origin)

function isBelow(origin: string, domain: string): boolean {
  const { hostname } = new URL(origin)
  return hostname === domain || hostname.endsWith(`.${domain}`)
}

import { webauthnPath } from '@latchkey/contracts'
import { Router } from 'express'

/**
 * Tells browsers at which other origins our passkeys may be used (WebAuthn Level 3 §5.11). They ask the domain that the
 * passkeys are for. Apps have no such origin; where there are no other pages there is nothing to tell.
 */
export function relatedOrigins({ origins }: { origins: readonly string[] }): Router {
  const router = Router({ strict: true })
  const pages = origins.filter((origin) => /^https?:/.test(origin))

  if (pages.length > 0)
    router.get(webauthnPath, (_req, res) => {
      res.set('Cache-Control', 'public, max-age=300').json({ origins: pages })
    })

  return router
}

import { jwksPath } from '@latchkey/contracts'
import { Router } from 'express'
import type { AccessTokens } from './access-token.ts'

/** The public keys by which other services verify our access tokens (RFC 7517 §5). Empty while a secret signs them. */
export function jwksRoutes({ accessTokens }: { accessTokens: AccessTokens }): Router {
  const router = Router()

  router.get(jwksPath, (_req, res) => {
    // Short enough that a key retired for compromise is forgotten soon.
    res.set('Cache-Control', 'public, max-age=300').json(accessTokens.jwks)
  })

  return router
}

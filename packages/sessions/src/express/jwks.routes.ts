import { jwksPath } from '@latchkey/contracts'
import { Router } from 'express'

/**
 * The public keys with which other services verify our access tokens (RFC 7517 §5). Empty while a secret signs them.
 */
export function jwksRoutes({ accessTokens }: { accessTokens: { jwks: { keys: object[] } } }): Router {
  const router = Router({ strict: true })

  router.get(jwksPath, (_req, res) => {
    // Short, so that a key which was compromised and retired is soon forgotten.
    res.set('Cache-Control', 'public, max-age=300').json(accessTokens.jwks)
  })

  return router
}

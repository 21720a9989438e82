import { join } from 'node:path'
import compression from 'compression'
import express, { Router } from 'express'
import { AuthError } from '../auth-error.ts'

/** The built web app: hashed assets for a year, the page itself never from a cache, and every address is the page. */
export function singlePageApp(webRoot: string): Router {
  const router = Router()
  router.use(compression())
  router.use(
    '/assets',
    express.static(join(webRoot, 'assets'), { immutable: true, maxAge: '1y', index: false }),
  )
  // A missing asset is a 404: the page in its place would be cached as a script.
  router.use('/assets', () => {
    throw new AuthError('not_found')
  })
  router.use(express.static(webRoot, { index: false, maxAge: '1h' }))
  router.get('/{*path}', (_req, res) => {
    res.set('Cache-Control', 'no-cache').sendFile('index.html', { root: webRoot })
  })
  return router
}

import { join } from 'node:path'
import { AuthError } from '@latchkey/contracts/server'
import compression from 'compression'
import express, { type Request, type Response, Router } from 'express'

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
  // What the page is, under its file's name, too.
  router.get('/index.html', sendPage)
  router.use(express.static(webRoot, { index: false, maxAge: '1h' }))
  router.get('/{*path}', sendPage)
  return router

  function sendPage(_req: Request, res: Response) {
    res.set('Cache-Control', 'no-cache').sendFile('index.html', { root: webRoot })
  }
}

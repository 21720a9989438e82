import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AuthError } from '@latchkey/contracts/server'
import compression from 'compression'
import express, { type Request, type Response, Router } from 'express'

const changePasswordPath = '/account/password'

interface Page {
  /** The folder of the built web app. */
  webRoot: string
  /** What to tell the page: the names and contents of `<meta>` elements. */
  meta: Record<string, string>
}

/**
 * Serves the built web app. Assets have hashed names and are cached for a year; the page itself is not. Every other
 * address is the page.
 */
export function singlePageApp({ webRoot, meta }: Page): Router {
  const router = Router()
  router.use(compression())
  router.use(
    '/assets',
    express.static(join(webRoot, 'assets'), { immutable: true, maxAge: '1y', index: false }),
  )
  // A missing asset is a 404. If it were the page, browsers would cache that as a script.
  router.use('/assets', () => {
    throw new AuthError('not_found')
  })
  // The page, under its file name too.
  router.get('/index.html', sendPage)
  router.use(express.static(webRoot, { index: false, maxAge: '1h' }))
  // Browsers and password managers send people here to change a password (W3C, change-password-url).
  router.get('/.well-known/change-password', (_req, res) => res.redirect(303, changePasswordPath))
  router.get('/{*path}', (req, res, next) => {
    if (isPageAddress(req.path)) return sendPage(req, res)
    next()
  })

  const file = join(webRoot, 'index.html')
  const head = Object.entries(meta).map(([name, content]) => `<meta name="${name}" content="${content}" />`)
  let page = { html: '', etag: '', modifiedMs: Number.NaN }
  return router

  async function sendPage(req: Request, res: Response): Promise<void> {
    const { html, etag } = await current()
    res.set('Cache-Control', 'no-cache').set('ETag', etag).type('html')
    if (req.fresh) res.status(304).end()
    else res.send(html)
  }

  /** Reads the page again after a new build: the scripts that the old page names are gone. */
  async function current(): Promise<typeof page> {
    const { mtimeMs } = await stat(file).catch((cause) => {
      // Not built (yet): an API by itself, or a build under way.
      throw new AuthError('not_found', { cause })
    })
    if (mtimeMs === page.modifiedMs) return page
    const html = (await readFile(file, 'utf8')).replace('</head>', `  ${head.join('\n    ')}\n  </head>`)
    const etag = `"${createHash('sha256').update(html).digest('base64url').slice(0, 27)}"`
    page = { html, etag, modifiedMs: mtimeMs }
    return page
  }
}

/** No dot in its last part, and no part that begins with one: otherwise /.env would answer 200. */
const isPageAddress = (path: string) => !path.includes('/.') && !path.includes('.', path.lastIndexOf('/') + 1)

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
  /** The origin that people see, if it is known. */
  publicUrl: string | undefined
  /** What to tell the page: the names and contents of `<meta>` elements. */
  meta: Record<string, string>
}

/**
 * Serves the built web app. Assets have hashed names and are cached for a year; the page itself is not. Its build says
 * which addresses it has. A browser that asks for another is shown the page all the same, which says so, as a 404.
 */
export function singlePageApp({ webRoot, publicUrl, meta }: Page): Router {
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
  router.get('/{*path}', async (req, res, next) => {
    const { addresses } = await current()
    if (addresses.test(req.path)) return sendPage(req, res)
    res.vary('Accept')
    // Only who opens a page asks for HTML by its name.
    if (!req.get('Accept')?.includes('text/html')) return next()
    return sendPage(req, res.status(404))
  })

  const file = join(webRoot, 'index.html')
  const addressesFile = join(webRoot, '.vite/page-addresses.txt')
  const head = Object.entries(meta).map(([name, content]) => `<meta name="${name}" content="${content}" />`)
  let page = { html: '', etag: '', addresses: /^$/, modifiedMs: Number.NaN }
  return router

  async function sendPage(req: Request, res: Response): Promise<void> {
    const { html, etag } = await current()
    res.set('Cache-Control', 'no-cache').set('ETag', etag).type('html')
    if (req.fresh) res.status(304).end()
    else res.send(html)
  }

  /** Reads the page again after a new build: the scripts that the old page names are gone. */
  async function current(): Promise<typeof page> {
    const { mtimeMs } = await stat(file).catch(notBuilt)
    if (mtimeMs === page.modifiedMs) return page
    const addresses = new RegExp(await readFile(addressesFile, 'utf8').catch(notBuilt), 'i')
    const html = (await readFile(file, 'utf8'))
      .replace('</head>', `  ${head.join('\n    ')}\n  </head>`)
      // Who makes a link's preview asks for whole addresses.
      .replace(
        '<meta property="og:image" content="/',
        `<meta property="og:image" content="${publicUrl ?? ''}/`,
      )
    const etag = `"${createHash('sha256').update(html).digest('base64url').slice(0, 27)}"`
    page = { html, etag, addresses, modifiedMs: mtimeMs }
    return page
  }
}

/** Not yet, that is: an API by itself, or a build under way. */
function notBuilt(cause: unknown): never {
  throw new AuthError('not_found', { cause })
}

import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AuthError } from '@latchkey/contracts/server'
import compression from 'compression'
import express, { type Request, type Response, Router } from 'express'
import { rendering, renderings } from './prerendered.ts'

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
 * which addresses it has. A browser that asks for another is shown the page all the same, which says so, as a 404. What the
 * build has rendered goes to whoever has no session, in their language; it is there before the scripts are.
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
  const prerenderedFile = join(webRoot, '.vite/prerendered.json')
  const head = Object.entries(meta).map(([name, content]) => `<meta name="${name}" content="${content}" />`)
  let page = { empty: tagged(''), rendered: new Map<string, Tagged>(), addresses: /^$/, modified: '' }
  return router

  async function sendPage(req: Request, res: Response): Promise<void> {
    const { empty, rendered } = await current()
    const { html, etag } = rendered.get(rendering(req)) ?? empty
    res.vary('Accept-Language').vary('Cookie')
    res.set('Cache-Control', 'no-cache').set('ETag', etag).type('html')
    if (req.fresh) res.status(304).end()
    else res.send(html)
  }

  /** Reads the page again after a new build: the scripts that the old page names are gone. */
  async function current(): Promise<typeof page> {
    const { mtimeMs } = await stat(file).catch(notBuilt)
    const prerendered = await stat(prerenderedFile).catch(() => null)
    const modified = `${mtimeMs} ${prerendered?.mtimeMs}`
    if (modified === page.modified) return page
    const addresses = new RegExp(await readFile(addressesFile, 'utf8').catch(notBuilt), 'i')
    const html = (await readFile(file, 'utf8'))
      .replace('</head>', `  ${head.join('\n    ')}\n  </head>`)
      // Who makes a link's preview asks for whole addresses.
      .replace(
        '<meta property="og:image" content="/',
        `<meta property="og:image" content="${publicUrl ?? ''}/`,
      )
    const made = prerendered ? JSON.parse(await readFile(prerenderedFile, 'utf8')) : {}
    const rendered = new Map([...renderings(html, made)].map(([name, each]) => [name, tagged(each)]))
    page = { empty: tagged(html), rendered, addresses, modified }
    return page
  }
}

interface Tagged {
  html: string
  etag: string
}

function tagged(html: string): Tagged {
  return { html, etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 27)}"` }
}

/** Not yet, that is: an API by itself, or a build under way. */
function notBuilt(cause: unknown): never {
  throw new AuthError('not_found', { cause })
}

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { brand } from '@latchkey/brand'
import { apiPrefix, demoRoutes, routes } from '@latchkey/contracts'
import { openApiDocument } from '@latchkey/contracts/openapi'
import { cookieNamesOf, type SessionSettings } from '@latchkey/sessions'
import compression from 'compression'
import { type RequestHandler, Router } from 'express'
import { version } from '../../../../package.json'
import { docsPage, docsPath, documentPath } from './docs-page.ts'

interface Settings {
  cookie: SessionSettings['cookie']
  /** The origin that people see, if it is known. */
  publicUrl: string | undefined
  /** Whether the routes of development are mounted. */
  demo: boolean
}

/** What the page loads: Swagger UI as it is published, and the little that starts it. */
const files = ['swagger-ui-bundle.js', 'swagger-ui.css', 'try-it.js', 'try-it.css']

/**
 * The OpenAPI document, and a page to read and try it. Nothing is made or read before it is asked for. Both are the same for
 * everybody, so they may be compressed.
 */
export function apiDocsRoutes(settings: Settings): Router {
  const router = Router({ strict: true })
  let made: { json: string; etag: string } | undefined

  router.use([documentPath, docsPath], compression())

  router.get(documentPath, (req, res) => {
    made ??= make(settings)
    res.set('Cache-Control', 'no-cache').set('ETag', made.etag).type('json')
    if (req.fresh) res.status(304).end()
    else res.send(made.json)
  })

  router.get(docsPath, (_req, res) => {
    res.set('Cache-Control', 'no-cache').type('html').send(docsPage())
  })
  for (const name of files) router.get(`${docsPath}/${name}`, sendFile(name))

  return router
}

function make({ cookie, publicUrl = '', demo }: Settings): { json: string; etag: string } {
  const document = openApiDocument({
    title: `${brand.name} API`,
    version,
    server: publicUrl + apiPrefix,
    refreshCookie: cookieNamesOf(cookie).refreshToken,
    contracts: { ...routes, ...(demo && demoRoutes) },
  })
  const json = JSON.stringify(document)
  return { json, etag: `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"` }
}

const sendFile =
  (name: string): RequestHandler =>
  (_req, res) => {
    res.set('Cache-Control', 'public, max-age=3600')
    // pnpm keeps packages in a folder whose name begins with a dot.
    res.sendFile(fileOf(name), { dotfiles: 'allow' })
  }

/** A build has all of them beside its scripts; the source has those of Swagger UI in its package. */
function fileOf(name: string): string {
  const beside = fileURLToPath(new URL(name, import.meta.url))
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`)
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin, ViteDevServer } from 'vite'
import { brand, colourStyles } from '../../../packages/brand/src/index.ts'
import { pageAddresses } from './page-addresses.ts'

const { colours, description, name } = brand
const stylesId = 'virtual:brand-colours.css'

const values: Record<string, string> = {
  name,
  description,
  paperLight: colours.paper.light,
  paperDark: colours.paper.dark,
}

/**
 * Makes the page the brand's: its colours, the words in index.html, manifest and icons. Tells the server which
 * addresses are pages.
 */
export function brandPlugin(): Plugin {
  return {
    name: 'brand',
    resolveId: (id) => (id === stylesId ? `\0${stylesId}` : null),
    load: (id) => (id === `\0${stylesId}` ? colourStyles() : null),
    transformIndexHtml: {
      order: 'pre',
      handler: (html) => html.replace(/\{\{(\w+)\}\}/g, (_, key: string) => escapeHtml(values[key] ?? '')),
    },
    configureServer: (server) => {
      const made = files()
      server.middlewares.use(async (req, res, next) => {
        const path = pathOf(req.url)
        const file = (await made).get(path.slice(1))
        if (file === undefined) return next()
        if (path.endsWith('.svg')) res.setHeader('Content-Type', 'image/svg+xml')
        res.end(file)
      })
      return () => notFound(server)
    },
    async generateBundle() {
      for (const [fileName, source] of await files()) this.emitFile({ type: 'asset', fileName, source })
      // For the server, which has no other way to know; the folder's name keeps it from being served.
      this.emitFile({ type: 'asset', fileName: '.vite/page-addresses.txt', source: pageAddresses.source })
    },
  }
}

async function files(): Promise<Map<string, string | Buffer>> {
  const { favicon, pictures } = await import('./icons.ts')
  return new Map<string, string | Buffer>([
    ['favicon.svg', favicon()],
    ['manifest.webmanifest', manifest()],
    ...pictures(),
  ])
}

/** In development Vite answers with the page everywhere. What is no page is a 404 there, too. */
function notFound(server: ViteDevServer): void {
  server.middlewares.use(async (req, res, next) => {
    const path = pathOf(req.originalUrl)
    if (pageAddresses.test(path) || path === '/index.html') return next()
    res.statusCode = 404
    if (!req.headers.accept?.includes('text/html')) return void res.end()
    const html = await readFile(join(server.config.root, 'index.html'), 'utf8')
    res.setHeader('Content-Type', 'text/html')
    res.end(await server.transformIndexHtml(path, html, req.originalUrl))
  })
}

const pathOf = (url = '/') => new URL(url, 'http://localhost').pathname

const manifest = () =>
  JSON.stringify({
    name,
    short_name: name,
    description,
    id: '/',
    start_url: '/',
    // The address stays in sight: one signs in here.
    display: 'minimal-ui',
    background_color: colours.paper.light,
    theme_color: colours.paper.light,
    icons: [
      { src: '/favicon.svg', sizes: 'any', type: 'image/svg+xml' },
      { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
      { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
      { src: '/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
  })

const escapeHtml = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')

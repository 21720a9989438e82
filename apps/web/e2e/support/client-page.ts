import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { AuthClient } from '@latchkey/auth-client'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import type { Person } from './people.ts'

declare global {
  interface Window {
    auth: AuthClient
    callProtected(): Promise<{ message: string }>
  }
}

export interface ClientPage {
  /** By localhost. */
  origin: string
  stop(): Promise<void>
}

/** Answers what the page itself does not; false: it leaves it to the page. */
type Beside = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean | Promise<boolean>

export const html = '<!doctype html><title>Page</title><body><script type="module" src="/main.js"></script>'

/** Serves a page that is nothing but the client (client-page/main.ts). */
export async function startClientPage(beside: Beside = () => false): Promise<ClientPage> {
  const script = await bundle()
  const server = createServer(async (incoming, outgoing) => {
    if (await beside(incoming, outgoing)) return
    const isScript = incoming.url === '/main.js'
    outgoing.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
    outgoing.end(isScript ? script : html)
  })
  // On both addresses of localhost.
  server.listen(0)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The page has no port')
  return {
    origin: `http://localhost:${address.port}`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: {
        input: fileURLToPath(new URL('./client-page/main.ts', import.meta.url)),
        output: { codeSplitting: false },
      },
    },
  })
  const [chunk] = 'output' in built ? built.output : []
  if (chunk?.type !== 'chunk') throw new Error('The page was not built')
  return chunk.code
}

/** Opens the page; resolves once it knows who is signed in. */
export async function openClientPage(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await ready(page)
}

export async function reload(page: Page): Promise<void> {
  await page.reload()
  await ready(page)
}

const ready = (page: Page) => page.locator('[data-ready]').waitFor()

export const statusOf = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector('output')?.value ?? '')

/** Resolves with nothing, or with the code and the sentence of the refusal. */
export const tryToSignIn = (page: Page, { email, password }: Person) =>
  page.evaluate(
    (body) =>
      window.auth.login(body).then(
        () => null,
        ({ code, message }) => ({ code, message }),
      ),
    { email, password },
  )

export const callProtected = (page: Page): Promise<string> =>
  page.evaluate(async () => (await window.callProtected()).message)

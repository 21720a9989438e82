import { once } from 'node:events'
import { createServer } from 'node:http'
import type { BrowserContext, Cookie } from 'playwright-core'

export interface Neighbour {
  /** Opens a page of the neighbour's, whose answer sets these cookies (`Set-Cookie`). */
  set(context: BrowserContext, cookies: string[]): Promise<void>
  stop(): Promise<void>
}

/** Another application on another port of this host. All ports of a host share its cookies. */
export async function startNeighbour(): Promise<Neighbour> {
  let cookies: string[] = []
  const server = createServer((_, answer) => {
    answer.writeHead(200, { 'set-cookie': cookies, 'content-type': 'text/html', connection: 'close' })
    answer.end('<!doctype html><title>Neighbour</title>')
  })
  server.listen(0)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The neighbour has no port')

  return {
    async set(context, wanted) {
      cookies = wanted
      const tab = await context.newPage()
      await tab.goto(`http://localhost:${address.port}/`)
      await tab.close()
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What a browser holds beside one product's own cookies, in an order that does not change. */
export async function cookiesBeside(context: BrowserContext, origin: string): Promise<string[]> {
  const cookies = await context.cookies()
  return cookies
    .filter((cookie) => !isOf(origin, cookie))
    .map(({ name, value, path, httpOnly }) => `${name}=${value}; Path=${path}${httpOnly ? '; HttpOnly' : ''}`)
    .sort()
}

/** The names of one product's own cookies. */
export async function cookiesOf(context: BrowserContext, origin: string): Promise<string[]> {
  const cookies = await context.cookies()
  return cookies.filter((cookie) => isOf(origin, cookie)).map(({ name }) => name)
}

export const ownName = (origin: string, kind: string) => `latchkey-${new URL(origin).port}.${kind}`

const isOf = (origin: string, { name, path }: Cookie) => path === '/' && name.startsWith(ownName(origin, ''))

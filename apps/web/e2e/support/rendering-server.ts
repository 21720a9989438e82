import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ClientPage, html, startClientPage } from './client-page.ts'
import { passOn } from './pass-on.ts'

/**
 * A server that renders pages, as one of Next.js does, in front of the API and on one host with it. It has no secret, and
 * knows people only by the access token that their browser shows (docs/server-rendered.md).
 */
export function startRenderingServer(api: string): Promise<ClientPage> {
  return startClientPage(async (incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', api)
    if (pathname === '/api/orders') await answerOrders(incoming, outgoing)
    else if (pathname.startsWith('/api/')) passOn(api, incoming, outgoing)
    else if (pathname === '/wrong') await refreshForTheBrowser(incoming, outgoing)
    else if (pathname === '/') render(incoming, outgoing)
    else return false
    return true
  })

  /** For nobody in particular. The cookie is a hint for the first look, and proves nothing. */
  function render({ headers }: IncomingMessage, outgoing: ServerResponse) {
    const isHinted = /(?:^|; )(?:__Host-)?latchkey\.session=/.test(headers.cookie ?? '')
    outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    outgoing.end(`${html}<p id="hint">${isHinted ? 'One moment…' : 'Sign in'}</p>`)
  }

  /** What is personal is asked for by the page, with the token. The API knows whose that is. */
  async function answerOrders({ headers }: IncomingMessage, outgoing: ServerResponse) {
    const { authorization = '' } = headers
    const answer = await fetch(`${api}/api/protected`, { headers: { authorization } })
    const body = await answer.json()
    outgoing.writeHead(answer.status, { 'content-type': 'application/json' })
    outgoing.end(JSON.stringify(answer.ok ? { ordersOf: body.user.username } : body))
  }

  /** What such a server must not do. */
  async function refreshForTheBrowser({ headers }: IncomingMessage, outgoing: ServerResponse) {
    const { cookie = '' } = headers
    const answer = await fetch(`${api}/api/refresh-token`, { method: 'POST', headers: { cookie } })
    outgoing.writeHead(200, { 'content-type': 'application/json' })
    outgoing.end(await answer.text())
  }
}

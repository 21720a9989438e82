import { AuthError } from '@latchkey/contracts/server'
import { type Request, Router } from 'express'
import { escapeHtml } from './html.ts'
import type { Outbox, StoredMail } from './outbox.ts'

const path = '/dev/mailbox'

/**
 * The mail that development did not send, as pages to read and links to follow. Never mounted in production, and for
 * others than whoever sits at this machine it is not there: its links open accounts.
 */
export function devMailboxRoutes(outbox: Outbox): Router {
  const router = Router()

  router.use(path, (req, _res, next) => next(isFromThisMachine(req) ? undefined : 'router'))

  router.get(path, async (_req, res) => {
    const mails = await outbox.list()
    // A new mail appears by itself; no script is needed for that.
    res.set('Refresh', '5').set('Cache-Control', 'no-store').type('html').send(listPage(mails))
  })

  router.get(`${path}/:id`, async (req, res) => {
    const mail = await outbox.read(req.params.id)
    if (!mail) throw new AuthError('not_found')
    // The mail brings its own styles; they stay inside this page.
    res.set(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    )
    res.set('Cache-Control', 'no-store').type('html').send(mail.html)
  })

  return router
}

/** The peer alone does not tell: a tunnel runs here, too, and any site may have a name that leads here. */
function isFromThisMachine({ socket, headers }: Request): boolean {
  const host = (headers.host ?? '').replace(/:\d+$/, '')
  const isForwarded = headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined
  const peer = socket.remoteAddress ?? ''
  return loopback.test(peer) && ownNames.has(host) && !isForwarded
}

const loopback = /^(?:::ffff:)?127\.|^::1$/
const ownNames = new Set(['localhost', '127.0.0.1', '[::1]'])

function listPage(mails: StoredMail[]): string {
  const rows = mails.map(
    ({ id, at, to, subject }) =>
      `<li><a href="${path}/${id}">${escapeHtml(subject)}</a><br><small>to ${escapeHtml(to)}, ${escapeHtml(new Date(at).toUTCString())}</small></li>`,
  )
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Mailbox of development</title></head>
<body>
<main>
<h1>Mailbox of development</h1>
<p>Mail that was not sent, because SMTP_URL is not set. The page looks for more every five seconds.</p>
${rows.length > 0 ? `<ul>${rows.join('')}</ul>` : '<p>Nothing yet.</p>'}
</main>
</body>
</html>
`
}

import { createHash, timingSafeEqual } from 'node:crypto'
import { AuthError } from '@latchkey/contracts/server'
import cookieParser from 'cookie-parser'
import { Router } from 'express'
import { escapeHtml } from './html.ts'
import type { Outbox, StoredMail } from './outbox.ts'

const path = '/dev/mailbox'

/** Of this browser, since it came with the link from the terminal. */
const cookieName = 'latchkey.mailbox'

/**
 * The mail that development did not send, as pages to read and links to follow. Its links open accounts, so it opens
 * only with the outbox's key: in the address that is printed at the start, and from then on in a cookie. To everybody
 * else there is nothing here, whatever a request says of where it comes from.
 */
export function devMailboxRoutes(outbox: Outbox): Router {
  const router = Router()
  const keyHash = sha256(outbox.key)
  const opens = (shown: unknown) => typeof shown === 'string' && timingSafeEqual(sha256(shown), keyHash)

  router.get(path, (req, res, next) => {
    if (!opens(req.query.key)) return next()
    res.cookie(cookieName, outbox.key, { httpOnly: true, sameSite: 'strict', path })
    // Out of the address bar and of what the browser remembers.
    res.set('Cache-Control', 'no-store')
    // A redirect is still the other site's doing, and gets no Strict cookie: a terminal may be a web page, too.
    if (req.get('Sec-Fetch-Site') === 'cross-site') return void res.set('Refresh', `0; url=${path}`).end()
    res.redirect(303, path)
  })

  router.use(path, cookieParser(), (req, _res, next) =>
    next(opens(req.cookies[cookieName]) ? undefined : 'router'),
  )

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

const sha256 = (text: string) => createHash('sha256').update(text).digest()

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

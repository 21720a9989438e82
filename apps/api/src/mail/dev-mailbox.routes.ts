import { createHash, timingSafeEqual } from 'node:crypto'
import { mailboxOpenCookie, mailboxPath as path } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import cookieParser from 'cookie-parser'
import { Router } from 'express'
import { mailboxPage, mailboxStyle } from './dev-mailbox-page.ts'
import type { Outbox } from './outbox.ts'

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
    // Opens nothing: with it the pages know that a link to the mailbox leads somewhere, and to which port.
    const port = /:(\d{1,5})$/.exec(req.get('Host') ?? '')?.[1] ?? 'same'
    res.cookie(mailboxOpenCookie, port, { sameSite: 'strict' })
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
    res.set('Refresh', '5').set('Cache-Control', 'no-store').type('html').send(mailboxPage(mails, path))
  })

  router.get(`${path}/style.css`, (_req, res) => void res.type('css').send(mailboxStyle))

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

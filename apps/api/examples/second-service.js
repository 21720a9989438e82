// A second Express service for people who signed in with Latchkey. It makes no call for each request: it fetches
// Latchkey's public keys once and verifies tokens itself (docs/keys.md), and refuses those that died early, of which
// Latchkey tells it by webhook (docs/webhooks.md).
//
//   LATCHKEY_URL=http://localhost:4000 WEBHOOK_SECRET=whsec_… PORT=5000 node second-service.js
//
// and for Latchkey WEBHOOK_URL=http://localhost:5000/webhooks with the same WEBHOOK_SECRET.
import express from 'express'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { Webhook } from 'standardwebhooks'

const latchkey = process.env.LATCHKEY_URL ?? 'http://localhost:4000'
// The issuer in Latchkey's tokens: its PUBLIC_URL, or `latchkey` if that is not set.
const issuer = process.env.LATCHKEY_ISSUER ?? 'latchkey'
// Without one, tokens that died early work here until they expire.
const webhook = process.env.WEBHOOK_SECRET ? new Webhook(process.env.WEBHOOK_SECRET) : null
const longestTokenMs = 2 * 3600 * 1000

const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', latchkey))

/**
 * Sessions and users, and the lowest epoch whose tokens live. In memory: a service that restarts, or has several processes,
 * keeps them in its database.
 */
const revoked = new Map()

function revoke({ userId, sessionId, epoch }) {
  const now = Date.now()
  // In the order in which they were set, so that the first that lives ends the search.
  for (const [id, { until }] of revoked) {
    if (until >= now) break
    revoked.delete(id)
  }
  const id = sessionId ?? userId
  // The higher one counts, in whatever order they come, and however often. Null: no token lives.
  const least = Math.max(epoch ?? Number.POSITIVE_INFINITY, revoked.get(id)?.least ?? 0)
  revoked.delete(id)
  revoked.set(id, { least, until: now + longestTokenMs })
}

/** A token without an epoch is older than all that have one. */
const isRevoked = ({ sid, sub, epoch = 0 }) => [sid, sub].some((id) => epoch < (revoked.get(id)?.least ?? 0))

/** Lets a request pass if its access token is good, and puts the claims into `res.locals.user`. */
const authenticate = async (req, res, next) => {
  const token = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
  try {
    const { payload } = await jwtVerify(token ?? '', keys, {
      issuer,
      audience: `${issuer}/api`,
      typ: 'at+jwt',
      algorithms: ['ES256'],
    })
    if (isRevoked(payload)) throw new Error('revoked')
    res.locals.user = payload
    next()
  } catch {
    res
      .status(401)
      .set('WWW-Authenticate', 'Bearer error="invalid_token"')
      .json({ message: 'Sign in first.' })
  }
}

/** Where the address says what somebody may see. Anybody can sign up with an address; only its owner can prove it. */
const provedAddress = (_req, res, next) => {
  if (res.locals.user.email_verified === true) next()
  else res.status(403).json({ message: 'Confirm your email address first.' })
}

/** Believes what is signed with our secret and at most five minutes old. The signature is of the body to the letter. */
const readWebhook = (req, res, next) => {
  try {
    res.locals.event = webhook.verify(req.body, req.headers)
    next()
  } catch {
    res.status(401).json({ message: 'Not signed by Latchkey.' })
  }
}

const app = express()
if (webhook)
  app.post('/webhooks', express.text({ type: 'application/json' }), readWebhook, (_req, res) => {
    const { type, data } = res.locals.event
    if (type === 'session.ended' || type === 'tokens.revoked') revoke(data)
    // Whatever else is told is taken, or it would come again and again.
    res.status(204).end()
  })
app
  .get('/reports', authenticate, provedAddress, (_req, res) => {
    res.json({ message: `Reports for ${res.locals.user.email}` })
  })
  .listen(Number(process.env.PORT ?? 5000))

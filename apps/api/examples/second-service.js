// A second Express service for people who signed in with Latchkey. It makes no call for each request: @latchkey/verify
// fetches Latchkey's public keys, verifies tokens itself (docs/keys.md), and refuses those that died early, of which
// Latchkey tells it by webhook (docs/webhooks.md).
//
//   LATCHKEY_URL=http://localhost:4000 WEBHOOK_SECRET=whsec_… PORT=5000 node second-service.js
//
// and for Latchkey WEBHOOK_URL=http://localhost:5000/webhooks with the same WEBHOOK_SECRET.
import { createVerifier } from '@latchkey/verify'
import express from 'express'

// Without one, tokens that died early work here until they expire.
const webhookSecret = process.env.WEBHOOK_SECRET
const verifier = createVerifier({
  // The issuer in Latchkey's tokens: its PUBLIC_URL, or `latchkey` if that is not set.
  issuer: process.env.LATCHKEY_ISSUER ?? 'latchkey',
  jwksUrl: new URL('/.well-known/jwks.json', process.env.LATCHKEY_URL ?? 'http://localhost:4000'),
  webhookSecret,
})

/** Where the address says what somebody may see. Anybody can sign up with an address; only its owner can prove it. */
const provedAddress = (req, res, next) => {
  if (verifier.claimsOf(req).email_verified) next()
  else res.status(403).json({ message: 'Confirm your email address first.' })
}

const app = express()
if (webhookSecret) app.post('/webhooks', verifier.receiveWebhooks())
app
  .get('/reports', verifier.authenticate, provedAddress, (req, res) => {
    res.json({ message: `Reports for ${verifier.claimsOf(req).email}` })
  })
  .listen(Number(process.env.PORT ?? 5000))

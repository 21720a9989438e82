// A second Express service for people who signed in with Latchkey. It needs no secret and makes no call for each
// request: it fetches Latchkey's public keys once and verifies tokens itself. See docs/keys.md.
//
//   LATCHKEY_URL=http://localhost:4000 PORT=5000 node second-service.js
import express from 'express'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const latchkey = process.env.LATCHKEY_URL ?? 'http://localhost:4000'
// The issuer in Latchkey's tokens: its PUBLIC_URL, or `latchkey` if that is not set.
const issuer = process.env.LATCHKEY_ISSUER ?? 'latchkey'

const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', latchkey))

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

express()
  .get('/reports', authenticate, provedAddress, (_req, res) => {
    res.json({ message: `Reports for ${res.locals.user.email}` })
  })
  .listen(Number(process.env.PORT ?? 5000))

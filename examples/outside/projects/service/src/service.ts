import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createVerifier } from '@latchkey/verify'

const { ACCESS_SECRET = '', ISSUER = 'latchkey', PORT = '0' } = process.env

const verifier = createVerifier({
  issuer: ISSUER,
  secret: ACCESS_SECRET,
  // The shop's tokens say nothing beside the standard claims.
  readClaims: (payload) => payload,
  log: { debug: (_, sentence) => console.log(sentence), warn: (_, sentence) => console.log(sentence) },
})

const server = createServer((req, res) =>
  verifier.authenticate(req, res, () => {
    res.setHeader('Content-Type', 'application/json')
    res.end(JSON.stringify({ of: verifier.claimsOf(req).sub }))
  }),
)

server.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`The parcels are at http://127.0.0.1:${(server.address() as AddressInfo).port}`),
)

process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})

import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { ServerError } from '../errors.ts'

// RFC 5802 (SCRAM) with SHA-256 (RFC 7677), the server's half, for one user.

const ITERATIONS = 15_000

/** What the server knows of a user: nothing that could be shown to another server. */
export interface ScramUser {
  name: string
  salt: string
  storedKey: Buffer
  serverKey: Buffer
}

/** One exchange: `start` takes the client's first message, `finish` its last; each returns the answer. */
export interface ScramExchange {
  start(message: string): string
  finish(message: string): string
}

/** `name` and `password` in printable ASCII, which SASLprep leaves as it is. */
export function scramUser(name: string, password: string): ScramUser {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256')
  return {
    name,
    salt: salt.toString('base64'),
    storedKey: sha256(hmac(salted, 'Client Key')),
    serverKey: hmac(salted, 'Server Key'),
  }
}

/** @throws ServerError `AuthenticationFailed` (18) from both steps; then the exchange is over */
export function scramExchange(user: ScramUser): ScramExchange {
  let header = ''
  let nonce = ''
  let clientFirst = ''
  let serverFirst = ''

  return {
    start(message) {
      // gs2-header without channel binding, then client-first-message-bare.
      const [, gs2, bare, name, clientNonce] =
        /^([ny],,)(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+))$/.exec(message) ?? []
      if (!gs2 || !bare || !clientNonce || name !== user.name) throw failed()
      header = gs2
      clientFirst = bare
      nonce = clientNonce + randomBytes(24).toString('base64')
      serverFirst = `r=${nonce},s=${user.salt},i=${ITERATIONS}`
      return serverFirst
    },

    finish(message) {
      const [, withoutProof, binding, shown, proof] = /^(c=([^,]+),r=([^,]+)),p=([^,]+)$/.exec(message) ?? []
      if (!withoutProof || !proof || !nonce || shown !== nonce) throw failed()
      if (binding !== Buffer.from(header).toString('base64')) throw failed()
      const signed = `${clientFirst},${serverFirst},${withoutProof}`
      nonce = ''
      const signature = hmac(user.storedKey, signed)
      const given = Buffer.from(proof, 'base64')
      if (given.length !== signature.length) throw failed()
      const clientKey = given.map((byte, at) => byte ^ (signature[at] as number))
      if (!timingSafeEqual(sha256(clientKey), user.storedKey)) throw failed()
      return `v=${hmac(user.serverKey, signed).toString('base64')}`
    },
  }
}

const failed = (): ServerError => new ServerError('AuthenticationFailed', 'Authentication failed.')

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

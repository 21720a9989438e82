import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export const issuer = 'https://id.example.com'
export const audience = `${issuer}/api`
export const secret = 'uQ0x3yq7cN2mK9wZ5tR8vB1nL4hJ6gFd-shared'

/** A moment, in seconds since 1970, and a clock that a test moves. */
export const start = 1_790_000_000
export function movableClock() {
  let seconds = start
  return {
    now: () => new Date(seconds * 1000),
    advance(by: number) {
      seconds += by
    },
  }
}

export interface SigningKey {
  kid: string
  privateKey: CryptoKey
  jwk: JWK
}

export async function signingKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } }
}

export const claims = {
  iss: issuer,
  aud: audience,
  sub: '674800000000000000000001',
  sid: '674800000000000000000002',
  jti: 'one',
  iat: start,
  exp: start + 900,
  auth_time: start,
  amr: ['pwd'],
  acr: 'sfa',
  mfa_time: 0,
  epoch: 3,
  roles: ['user', 'editor'],
  username: 'ada',
  email: 'ada@example.com',
  email_verified: true,
}

/** A token as Latchkey signs it, but for what is said otherwise. */
export function tokenOf(
  { kid, privateKey }: Pick<SigningKey, 'kid' | 'privateKey'>,
  changed: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT({ ...claims, ...changed })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
    .sign(privateKey)
}

/** Signed with whatever `sign` makes of it; for what no library signs. */
export function handmade(
  header: object,
  payload: object,
  sign: (content: string) => string = () => '',
): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const content = `${encode(header)}.${encode(payload)}`
  return `${content}.${sign(content)}`
}

/** A server of keys, which counts what it is asked. */
export async function keyServer(keys: readonly SigningKey[]) {
  const published = { keys: keys.map(({ jwk }) => jwk) as unknown[], asked: 0 }
  let answer: RequestListener = (_req, res) => res.end(JSON.stringify({ keys: published.keys }))
  const server = createServer((req, res) => {
    published.asked += 1
    answer(req, res)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return Object.assign(published, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`,
    answerWith(next: RequestListener) {
      answer = next
    },
    hangUp() {
      server.closeAllConnections()
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  })
}

/** A log that keeps what it is told. */
export function heardLog() {
  const warned: string[] = []
  const debugged: string[] = []
  return {
    warned,
    debugged,
    warn: (_facts: object, message: string) => void warned.push(message),
    debug: (_facts: object, message: string) => void debugged.push(message),
  }
}

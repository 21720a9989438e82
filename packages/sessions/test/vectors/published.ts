import { createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { Clock } from '@latchkey/contracts/server'
import { defaultSettings, type SessionSettings } from '../../src/settings.ts'

// What the vectors are made with. All of it is published, so nothing else may be.

export const accessSecret = 'published-access-secret-of-the-vectors'
export const refreshSecret = 'published-refresh-secret-of-the-vectors'
export const formerRefreshSecret = 'published-former-refresh-secret-of-the-vectors'
export const strangersSecret = 'published-secret-of-a-stranger'

/** The key of RFC 7515, Appendix A.3. */
const examplePrivateKey = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
  },
})
/** As it is configured. */
export const privateKey = `es256:${examplePrivateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url')}`

/** The secret K of a client: 32 bytes, 0 to 31. */
export const clientSecret = Buffer.from(Array.from({ length: 32 }, (_, index) => index))

export const userId = '692900000000000000000001'
export const sessionId = '692900000000000000000a01'
export const otherSessionId = '692900000000000000000a02'

/** When the sign-in of these examples was, and a number of seconds after that. */
export const after = (seconds: number) => new Date(Date.UTC(2026, 10, 28, 12) + seconds * 1000)
export const secondsAt = (date: Date) => date.getTime() / 1000
export const clockAt = (date: Date): Clock => ({ now: () => date })

const usual = defaultSettings({ accessSecret, refreshSecret, publicUrl: 'https://id.example.com' })
export const settings: SessionSettings = {
  ...usual,
  accessToken: { ...usual.accessToken, previousKeys: [privateKey] },
  refreshToken: { ...usual.refreshToken, previousKeys: [formerRefreshSecret] },
  cookie: { ...usual.cookie, secure: false },
}

export type Header = Record<string, unknown>
export type Claims = Record<string, unknown>

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
export const unsigned = (header: Header, claims: Claims) => `${encoded(header)}.${encoded(claims)}`

/** A JWT by the text of RFC 7515, which allows whatever the code under test would not write. */
export function hmacSigned(header: Header, claims: Claims, secret: string, hash = 'sha256'): string {
  const text = unsigned(header, claims)
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`
}

/** Another one each time. */
export function ecdsaSigned(header: Header, claims: Claims): string {
  const text = unsigned(header, claims)
  const signature = sign('sha256', Buffer.from(text), { key: examplePrivateKey, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

/** What a token says, without a look at its signature. */
export function partsOf(token: string): { header: Header; claims: Claims; signature: string } {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  return { header: decoded(header), claims: decoded(claims), signature }
}

/** The same bytes, spelled in a way that is not the canonical one: the last character of 32 bytes has two bits to spare. */
export const respelled = (token: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.slice(-1)) + 1]
}

/** As text, which whoever mixes up the algorithms takes for a secret. */
export const publicKeyText = createPublicKey(examplePrivateKey)
  .export({ type: 'spki', format: 'pem' })
  .toString()

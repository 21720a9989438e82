import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto'

/** A key that signs and verifies. The key decides the algorithm, never a token (RFC 8725 §3.1). */
export interface SigningKey {
  kid: string
  algorithm: 'HS256' | 'ES256'
  /** The third part of a JWT, over the other two. */
  signatureOf(signed: string): string
  /** Built once: given a string, jsonwebtoken tries to parse it as a public key on every call. */
  verifyWith: KeyObject
  /** The public half, for other services. Null for a shared secret. */
  publicJwk: JsonWebKey | null
}

const es256Prefix = 'es256:'

/** The first part of every token that a key signs. It is made once, and compared as text. */
export const headerOf = ({ algorithm, kid }: Pick<SigningKey, 'algorithm' | 'kid'>, typ: string): string =>
  base64url(JSON.stringify({ alg: algorithm, typ, kid }))

/**
 * A JWT (RFC 7515 §5.1). By hand, for jsonwebtoken checks anew with each what is always the same: that costs several times the
 * signature.
 */
export function signedJwt(header: string, claims: object, { signatureOf }: SigningKey): string {
  const signed = `${header}.${base64url(JSON.stringify(claims))}`
  return `${signed}.${signatureOf(signed)}`
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url')

/**
 * Makes a key from its configured form: `es256:` with a P-256 private key (PKCS #8, DER, base64url), or any other
 * string as an HS256 secret. Throws Error with a sentence when the key cannot be used.
 */
export function signingKey(configured: string): SigningKey {
  return configured.startsWith(es256Prefix) ? es256(configured.slice(es256Prefix.length)) : hs256(configured)
}

function hs256(secret: string): SigningKey {
  // The name does not reveal the key. Different secrets get different names, and nobody has to keep a list.
  const kid = createHash('sha256').update(`kid:${secret}`).digest('base64url').slice(0, 10)
  const key = createSecretKey(Buffer.from(secret))
  const signatureOf = (signed: string) => createHmac('sha256', key).update(signed).digest('base64url')
  return { kid, algorithm: 'HS256', signatureOf, verifyWith: key, publicJwk: null }
}

function es256(encoded: string): SigningKey {
  const key = readPrivateKey(encoded)
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new Error('is not a key on the curve P-256')
  const verifyWith = createPublicKey(key)
  const { kty, crv, x, y } = verifyWith.export({ format: 'jwk' })
  // RFC 7638: the required members of the key, in this order.
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url').slice(0, 10)
  const publicJwk = { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' } as JsonWebKey
  // RFC 7518 §3.4: the two numbers, without DER around them.
  const how = { key, dsaEncoding: 'ieee-p1363' } as const
  const signatureOf = (signed: string) => sign('sha256', Buffer.from(signed), how).toString('base64url')
  return { kid, algorithm: 'ES256', signatureOf, verifyWith, publicJwk }
}

function readPrivateKey(encoded: string): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(encoded, 'base64url'), format: 'der', type: 'pkcs8' })
  } catch (cause) {
    throw new Error('is not a private key in PKCS #8, DER, base64url', { cause })
  }
}

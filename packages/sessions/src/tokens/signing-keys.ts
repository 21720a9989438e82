import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'

/** A key that signs and verifies. The key decides the algorithm, never a token (RFC 8725 §3.1). */
export interface SigningKey {
  kid: string
  algorithm: 'HS256' | 'ES256'
  signWith: KeyObject
  /** Built once: given a string, jsonwebtoken tries to parse it as a public key on every call. */
  verifyWith: KeyObject
  /** The public half, for other services. Null for a shared secret. */
  publicJwk: JsonWebKey | null
}

const es256Prefix = 'es256:'

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
  return { kid, algorithm: 'HS256', signWith: key, verifyWith: key, publicJwk: null }
}

function es256(encoded: string): SigningKey {
  const signWith = readPrivateKey(encoded)
  if (signWith.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new Error('is not a key on the curve P-256')
  const verifyWith = createPublicKey(signWith)
  const { kty, crv, x, y } = verifyWith.export({ format: 'jwk' })
  // RFC 7638: the required members of the key, in this order.
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url').slice(0, 10)
  const publicJwk = { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' } as JsonWebKey
  return { kid, algorithm: 'ES256', signWith, verifyWith, publicJwk }
}

function readPrivateKey(encoded: string): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(encoded, 'base64url'), format: 'der', type: 'pkcs8' })
  } catch (cause) {
    throw new Error('is not a private key in PKCS #8, DER, base64url', { cause })
  }
}

import { createHmac } from 'node:crypto'

/** Bounds of a secret, in bytes (Standard Webhooks, "symmetric keys"). */
const secretBytes = { min: 24, max: 64 }

/** What is wrong with a `whsec_…`, said after its name. Null: nothing. Never repeats it. */
export function flawOfSecret(secret: string): string | null {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1]
  if (encoded === undefined) return 'must be whsec_ and the base64 of random bytes'
  const { length } = Buffer.from(encoded, 'base64')
  if (length >= secretBytes.min && length <= secretBytes.max) return null
  return `must hold ${secretBytes.min} to ${secretBytes.max} bytes, and holds ${length}`
}

interface Signed {
  id: string
  body: string
  /** When this attempt is made. */
  at: Date
}

/** The headers by which a receiver knows who sent it and when (Standard Webhooks 1.0), signed with each of the secrets. */
export function signatureHeaders(secrets: readonly string[], { id, body, at }: Signed) {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const sign = (secret: string) =>
    createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${sign(secret)}`).join(' '),
  }
}

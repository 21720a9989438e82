const encoder = new TextEncoder()

/** More than an operator has at a time. */
const maxSignatures = 10

export interface SignatureKeys {
  /**
   * Whether one of `signatures` (the header `webhook-signature`: `v1,…`, several with spaces between) is what one of the
   * secrets makes of it (Standard Webhooks 1.0).
   */
  accept(signed: { id: string; timestamp: string; body: string; signatures: string }): Promise<boolean>
}

/**
 * Secrets of Standard Webhooks. Its own library takes no clock and one secret, and brings a SHA-256 in JavaScript with it.
 * Throws TypeError, which never repeats the secret, for one that is none.
 */
export function signatureKeys(secrets: readonly string[]): SignatureKeys {
  const raw = secrets.map(bytesOf)
  if (raw.length === 0) throw new TypeError('`webhookSecret` has to be a secret, or several.')
  return {
    async accept({ id, timestamp, body, signatures }) {
      const content = encoder.encode(`${id}.${timestamp}.${body}`)
      const offered = signatures.split(' ', maxSignatures).flatMap(signatureIn)
      for (const secret of raw) {
        const key = await crypto.subtle.importKey('raw', secret, hmac, false, ['verify'])
        for (const signature of offered)
          if (await crypto.subtle.verify('HMAC', key, signature, content)) return true
      }
      return false
    },
  }
}

const hmac = { name: 'HMAC', hash: 'SHA-256' }

function bytesOf(secret: string) {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1]
  const bytes = encoded === undefined ? null : base64(encoded)
  if (bytes) return bytes
  throw new TypeError('`webhookSecret` has to be whsec_ and base64, as WEBHOOK_SECRET of Latchkey is.')
}

function signatureIn(signature: string) {
  const bytes = signature.startsWith('v1,') ? base64(signature.slice('v1,'.length)) : null
  return bytes ? [bytes] : []
}

function base64(encoded: string) {
  try {
    return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}

/** A session's key, of a secret that is published. Those of browsers are made where nobody sees them. */
export const importedKey = (secret: string): Promise<CryptoKey> =>
  globalThis.crypto.subtle.importKey(
    'raw',
    Buffer.from(secret, 'hex'),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )

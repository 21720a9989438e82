/**
 * The client's half of the hash lock. A refresh at generation g sends key(g), which opens the lock that the server has,
 * and lock(g+1), which the next refresh must open. Both are computed from a secret that cannot leave the browser, so a
 * retry and a second tab send exactly the same.
 */

/** Creates the secret of one session. */
export async function makeSessionKey(subtle: SubtleCrypto): Promise<CryptoKey> {
  return await subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}

/** key(g): base64url of HMAC-SHA-256(K, "latchkey" + g). */
export async function refreshKey(subtle: SubtleCrypto, key: CryptoKey, generation: number): Promise<string> {
  return base64url(await keyBytes(subtle, key, generation))
}

/** lock(g): base64url of SHA-256(key(g)). */
export async function refreshLock(subtle: SubtleCrypto, key: CryptoKey, generation: number): Promise<string> {
  return base64url(await subtle.digest('SHA-256', await keyBytes(subtle, key, generation)))
}

/** base64url of HMAC-SHA-256(K, text). Nobody else can make it, or check a guess by it. */
export async function keyedHash(subtle: SubtleCrypto, key: CryptoKey, text: string): Promise<string> {
  return base64url(await hmac(subtle, key, text))
}

function keyBytes(subtle: SubtleCrypto, key: CryptoKey, generation: number): Promise<ArrayBuffer> {
  return hmac(subtle, key, `latchkey${generation}`)
}

function hmac(subtle: SubtleCrypto, key: CryptoKey, text: string): Promise<ArrayBuffer> {
  return subtle.sign('HMAC', key, new TextEncoder().encode(text))
}

/** RFC 4648 §5, without padding. */
function base64url(bytes: ArrayBuffer): string {
  const binary = String.fromCharCode(...new Uint8Array(bytes))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

import type { CryptoKey } from 'jose'
import type { KeySource } from './key-source.ts'

const encoder = new TextEncoder()

/** Shared secrets, under the names that Latchkey gives them. */
export function secretKeys(secrets: readonly string[]): KeySource {
  let keys: Promise<Map<string, CryptoKey>> | undefined
  return {
    algorithm: 'HS256',
    origin: 'the secrets of this verifier',
    async find(kid) {
      keys ??= Promise.all(secrets.map(keyOf)).then((entries) => new Map(entries))
      return (await keys).get(kid) ?? null
    },
  }
}

async function keyOf(secret: string): Promise<[kid: string, key: CryptoKey]> {
  const digest = await crypto.subtle.digest('SHA-256', encoder.encode(`kid:${secret}`))
  const hash = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), hash, false, ['verify'])
  return [base64url(new Uint8Array(digest)).slice(0, 10), key]
}

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

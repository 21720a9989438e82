import { type CryptoKey, importJWK } from 'jose'

const timeoutMs = 5000
const maxBytes = 64 * 1024
const maxKeys = 20

/**
 * The keys for ES256 of a JWK Set (RFC 7517), by their names; of each the public half alone.
 * Rejects with Error, whose sentence goes on from "could not be read: ".
 */
export async function fetchKeys(url: URL): Promise<ReadonlyMap<string, CryptoKey>> {
  const signal = AbortSignal.timeout(timeoutMs)
  const response = await fetch(url, {
    headers: { Accept: 'application/json' },
    redirect: 'manual',
    signal,
  }).catch((cause: unknown) => {
    throw new Error(signal.aborted ? 'no answer came in time' : 'it cannot be reached', { cause })
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`it answers with status ${response.status}`)
  }
  return await keysIn(await textOf(response))
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    // Leaving the loop ends the download.
    if (size > maxBytes) throw new Error(`its answer is longer than ${maxBytes / 1024} kB`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text
}

async function keysIn(text: string): Promise<ReadonlyMap<string, CryptoKey>> {
  const listed = listIn(text)
  if (listed.length > maxKeys) throw new Error(`it lists more than ${maxKeys} keys`)
  const keys = new Map<string, CryptoKey>()
  for (const jwk of listed) {
    const { kid, kty, crv, x, y, alg = 'ES256', use = 'sig' } = jwk
    const isOurs = kty === 'EC' && crv === 'P-256' && alg === 'ES256' && use === 'sig'
    if (!isOurs || typeof kid !== 'string') continue
    if (keys.has(kid)) throw new Error(`it lists two keys that are called ${JSON.stringify(kid)}`)
    keys.set(kid, (await importJWK({ kty, crv, x: String(x), y: String(y) }, alg)) as CryptoKey)
  }
  if (keys.size > 0) return keys
  throw new Error(
    'it lists no key for ES256. With a JWT_ACCESS_SECRET that is not es256:… Latchkey signs with a shared secret, and the verifier needs `secret`',
  )
}

function listIn(text: string): readonly Record<string, unknown>[] {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null
  try {
    const { keys } = JSON.parse(text)
    if (Array.isArray(keys) && keys.every(isObject)) return keys
  } catch (cause) {
    throw new Error('its answer is no JSON', { cause })
  }
  throw new Error('its answer is no set of keys (RFC 7517)')
}

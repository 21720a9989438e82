import { type CryptoKey, importJWK } from 'jose'

const timeoutMs = 5000
const maxBytes = 64 * 1024
const maxKeys = 20

/** A key, and the point it was made of. */
export interface PublishedKey {
  readonly key: CryptoKey
  readonly x: unknown
  readonly y: unknown
}

export type PublishedKeys = ReadonlyMap<string, PublishedKey>

interface Fetched {
  keys: PublishedKeys
  /** What of the set was left out, and why; each goes on from "could not be read: ". */
  faults: readonly string[]
}

/**
 * The keys for ES256 of a JWK Set (RFC 7517), by their names; of each the public half alone, and the object of `before`
 * where it is the same. A set that can be read counts, whatever it lacks: what is not in it was withdrawn.
 * Rejects with Error, whose sentence goes on from "could not be read: ", where there is none.
 */
export async function fetchKeys(url: URL, before: PublishedKeys): Promise<Fetched> {
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
  return await keysIn(listIn(await textOf(response)), before)
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

type Jwk = Readonly<Record<string, unknown>>

async function keysIn(listed: readonly Jwk[], before: PublishedKeys): Promise<Fetched> {
  const faults: string[] = []
  const ours = listed.filter(isOurs)
  const names = ours.map(({ kid }) => kid)
  const twice = new Set(names.filter((kid, at) => names.indexOf(kid) !== at))
  // Which of the two is meant, nobody can tell.
  for (const kid of twice) faults.push(`it lists two keys that are called ${JSON.stringify(kid)}`)
  if (ours.length > maxKeys) faults.push(`it lists more than ${maxKeys} keys`)
  const keys = new Map<string, PublishedKey>()
  for (const { kid, x, y } of ours.slice(0, maxKeys).filter((each) => !twice.has(each.kid))) {
    const known = before.get(kid)
    const isSame = known !== undefined && known.x === x && known.y === y
    const key = isSame ? known.key : await keyOf(x, y)
    if (key) keys.set(kid, { key, x, y })
    else faults.push(`its key ${JSON.stringify(kid)} is none for ES256`)
  }
  if (keys.size === 0 && faults.length === 0)
    faults.push(
      'it lists no key for ES256. With a JWT_ACCESS_SECRET that is not es256:… Latchkey signs with a shared secret, and the verifier needs `secret`',
    )
  return { keys, faults }
}

function isOurs(jwk: Jwk): jwk is Jwk & { kid: string } {
  const { kid, kty, crv, alg = 'ES256', use = 'sig' } = jwk
  return typeof kid === 'string' && kty === 'EC' && crv === 'P-256' && alg === 'ES256' && use === 'sig'
}

const keyOf = (x: unknown, y: unknown): Promise<CryptoKey | null> =>
  importJWK({ kty: 'EC', crv: 'P-256', x: String(x), y: String(y) }, 'ES256').then(
    (key) => key as CryptoKey,
    () => null,
  )

function listIn(text: string): readonly Jwk[] {
  const isObject = (value: unknown): value is Jwk => typeof value === 'object' && value !== null
  try {
    const { keys } = JSON.parse(text)
    if (Array.isArray(keys) && keys.every(isObject)) return keys
  } catch (cause) {
    throw new Error('its answer is no JSON', { cause })
  }
  throw new Error('its answer is no set of keys (RFC 7517)')
}

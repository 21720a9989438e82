import { createHash } from 'node:crypto'
import type { Endpoint } from './deliver.ts'
import { type Reach, refuseAddress } from './reachable-address.ts'

interface Secrets {
  /** One for all endpoints, or one for each in their order. */
  current: readonly string[]
  /** Each signs beside it, everywhere. */
  previous: readonly string[]
}

interface Network {
  production: boolean
  /** Hosts that may lie in a private network, and need no encryption there. */
  allowPrivate: readonly string[]
}

/** The endpoints of the settings; or what is wrong with them, a sentence each. */
export function readEndpoints(
  urls: readonly string[],
  { current, previous }: Secrets,
  network: Network,
): { read: Endpoint[]; problems: string[] } {
  const problems = urls.flatMap((url, i) => {
    const flaw = flawOfUrl(url, network)
    return flaw ? [`WEBHOOK_URL ${urls.length > 1 ? `number ${i + 1} ` : ''}${flaw}`] : []
  })
  const addresses = urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).href)
  if (new Set(addresses).size < addresses.length) problems.push('WEBHOOK_URL names an address twice')
  if (urls.length > 0 && current.length === 0)
    problems.push('WEBHOOK_SECRET is missing; make one with: npx pnpm@12 latchkey keys make webhook')
  if (current.length > 1 && current.length !== urls.length)
    problems.push('WEBHOOK_SECRET must be one secret, or as many as WEBHOOK_URL has addresses')
  if (problems.length > 0) return { read: [], problems }
  const read = urls.map((text, i) => {
    const url = new URL(text)
    return {
      key: createHash('sha256').update(url.href).digest('base64url').slice(0, 12),
      url: url.href,
      host: url.host,
      secrets: [current[i] ?? current[0] ?? '', ...previous],
      mayBePrivate: mayBePrivate(url, network),
    }
  })
  return { read, problems }
}

/** A host as an address has it; empty: it is none. */
export function hostname(text: string): string {
  const url = `http://${text}/`
  return /^[^/?#@]+$/.test(text) && URL.canParse(url) && new URL(url).port === '' ? new URL(url).hostname : ''
}

/** Never repeats the address, which may hold a secret. */
function flawOfUrl(text: string, network: Network): string | null {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    return 'must be an address like https://app.example.com/webhooks'
  const url = new URL(text)
  if (url.username || url.password) return 'must hold no name and password'
  if (url.hash) return 'must have no # part'
  if (url.protocol === 'http:' && !mayBePrivate(url, network))
    return 'must start with https://, or its host be one of WEBHOOK_ALLOW_PRIVATE'
  const reach = { mayBePrivate: mayBePrivate(url, network), mustBePrivate: false }
  if (isRefused(url, reach))
    return 'is an address that is not public; where that is meant, WEBHOOK_ALLOW_PRIVATE names its host'
  if (url.protocol === 'http:' && isRefused(url, { ...reach, mustBePrivate: true }))
    return 'must start with https://, for its address is public'
  return null
}

function isRefused({ hostname }: URL, reach: Reach): boolean {
  try {
    refuseAddress(hostname, reach)
    return false
  } catch {
    return true
  }
}

/** In development this machine, too. */
const mayBePrivate = ({ hostname }: URL, { production, allowPrivate }: Network) =>
  allowPrivate.includes(hostname) || (!production && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))

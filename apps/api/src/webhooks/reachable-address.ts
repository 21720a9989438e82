import { type LookupAddress, lookup as resolveName } from 'node:dns'
import { createRequire } from 'node:module'
import { isIP, type LookupFunction } from 'node:net'
import type { IPv6 } from 'ipaddr.js'

/** Loaded with the first address, so that without webhooks no start waits for it. */
const loadIpaddr = (): typeof import('ipaddr.js') => createRequire(import.meta.url)('ipaddr.js')

/** Inside a network or a machine. Where an operator says so, receivers are there. */
const privateRanges = new Set(['private', 'loopback', 'uniqueLocal', 'carrierGradeNat'])

/** Where clouds tell machines their secrets, beside the link-local 169.254.169.254. */
const metadata = new Set([
  '168.63.129.16',
  '100.100.100.200',
  'fd00:ec2:0:0:0:0:0:254',
  'fd20:ce:0:0:0:0:0:254',
])

/**
 * Whether an address may be connected to: one of the public internet, or, with `mayBePrivate`, of a network of one's own.
 * Never one at which clouds tell machines their secrets.
 */
export function isReachable(address: string, mayBePrivate: boolean): boolean {
  const ipaddr = loadIpaddr()
  if (!ipaddr.isValid(address)) return false
  // One that is mapped into IPv6 is the one that it is.
  const parsed = ipaddr.process(address)
  const range = parsed.range()
  if (metadata.has(parsed.toNormalizedString())) return false
  if (privateRanges.has(range)) return mayBePrivate
  if (range !== 'unicast') return false
  // Of IPv6 nothing is public but 2000::/3; what else has no name of its own is not routed.
  return parsed.kind() === 'ipv4' || ((parsed as IPv6).parts[0] ?? 0) >> 13 === 1
}

/** Whether an address is inside a network or a machine. */
function isPrivate(address: string): boolean {
  const ipaddr = loadIpaddr()
  return ipaddr.isValid(address) && privateRanges.has(ipaddr.process(address).range())
}

/** What may be connected to. `mustBePrivate`: nothing else, for what is sent is not encrypted. */
export interface Reach {
  mayBePrivate: boolean
  mustBePrivate: boolean
}

const isWithin = (address: string, { mayBePrivate, mustBePrivate }: Reach): boolean =>
  isReachable(address, mayBePrivate) && (!mustBePrivate || isPrivate(address))

/** The host is, or leads to, an address that no webhook is sent to. */
export class UnreachableAddress extends Error {
  override readonly name = 'UnreachableAddress'
  readonly code = 'ADDRESS_NOT_ALLOWED'
}

/** How names become addresses; the system's way by default. */
export type Resolve = (
  hostname: string,
  options: { all: true; family?: number | 'IPv4' | 'IPv6' | undefined },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** Throws UnreachableAddress for a host that is an address itself: nobody looks that up. */
export function refuseAddress(hostname: string, reach: Reach): void {
  const address = hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) && !isWithin(address, reach)) throw new UnreachableAddress(notAllowed(hostname))
}

/**
 * Resolves a name for a connection, and hands out only what was looked at: whatever the name says a moment later, it is
 * this address that is connected to. One bad address among several is enough to refuse.
 */
export const guardedLookup =
  (reach: Reach, resolve: Resolve = resolveOnce): LookupFunction =>
  (hostname, { family, all }, done) =>
    resolve(hostname, { all: true, family }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error) done(error, '')
      else if (!first || addresses.some(({ address }) => !isWithin(address, reach)))
        done(new UnreachableAddress(notAllowed(hostname)), '')
      else if (all) done(null, addresses)
      else done(null, first.address, first.family)
    })

const underWay = new Map<string, Parameters<Resolve>[2][]>()

/**
 * The system's way, asked once for all who want the same at the same time. It can do but two look-ups side by side, for
 * the whole process: a name that nobody answers for must not take both.
 */
const resolveOnce: Resolve = (hostname, options, done) => {
  const key = `${hostname} ${options.family ?? 0}`
  const waiting = underWay.get(key)
  if (waiting) return void waiting.push(done)
  underWay.set(key, [done])
  resolveName(hostname, options, (error, addresses) => {
    const all = underWay.get(key) ?? []
    underWay.delete(key)
    for (const each of all) each(error, addresses)
  })
}

const notAllowed = (hostname: string) => `${hostname} leads to an address that is not allowed`

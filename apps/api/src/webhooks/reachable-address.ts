import { type LookupAddress, lookup as resolveName } from 'node:dns'
import { createRequire } from 'node:module'
import { isIP, type LookupFunction } from 'node:net'
import type { IPv6 } from 'ipaddr.js'

/** Loaded with the first address, so that without webhooks no start waits for it. */
const loadIpaddr = (): typeof import('ipaddr.js') => createRequire(import.meta.url)('ipaddr.js')

/** Inside a network or a machine. Where an operator says so, receivers are there. */
const privateRanges = new Set(['private', 'loopback', 'uniqueLocal', 'carrierGradeNat'])

/**
 * Whether an address may be connected to: one of the public internet, or, with `mayBePrivate`, of a network of one's own.
 * Never link-local ones, at which clouds tell machines their secrets (169.254.169.254).
 */
export function isReachable(address: string, mayBePrivate: boolean): boolean {
  const ipaddr = loadIpaddr()
  if (!ipaddr.isValid(address)) return false
  // One that is mapped into IPv6 is the one that it is.
  const parsed = ipaddr.process(address)
  const range = parsed.range()
  if (privateRanges.has(range)) return mayBePrivate
  if (range !== 'unicast') return false
  // Of IPv6 nothing is public but 2000::/3; what else has no name of its own is not routed.
  return parsed.kind() === 'ipv4' || ((parsed as IPv6).parts[0] ?? 0) >> 13 === 1
}

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
export function refuseAddress(hostname: string, mayBePrivate: boolean): void {
  const address = hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) && !isReachable(address, mayBePrivate)) throw new UnreachableAddress(notAllowed(hostname))
}

/**
 * Resolves a name for a connection, and hands out only what was looked at: whatever the name says a moment later, it is
 * this address that is connected to. One bad address among several is enough to refuse.
 */
export const guardedLookup =
  (mayBePrivate: boolean, resolve: Resolve = resolveName): LookupFunction =>
  (hostname, { family, all }, done) =>
    resolve(hostname, { all: true, family }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error) done(error, '')
      else if (!first || addresses.some(({ address }) => !isReachable(address, mayBePrivate)))
        done(new UnreachableAddress(notAllowed(hostname)), '')
      else if (all) done(null, addresses)
      else done(null, first.address, first.family)
    })

const notAllowed = (hostname: string) => `${hostname} leads to an address that is not public`

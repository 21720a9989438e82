import { isIPv6 } from 'node:net'

/** Who can send from many addresses at will, and how many allowances of a single address they have together. */
export interface Network {
  readonly name: string
  readonly times: number
}

/**
 * The networks that an address counts for, the widest first. An IPv6 customer has a whole /64 to send from, which is one
 * address here; many have a /56 or a /48, which is 65,536 of them, and gets no more than a few allowances.
 */
export function networksOf(ip = ''): [...wider: Network[], own: Network] {
  // An IPv4 address as it is. Node's own check of it is longer than all the rest.
  if (/^[\d.]*$/.test(ip)) return [{ name: ip, times: 1 }]
  // Some proxies add the port.
  const host = /^\[(.+)\](?::\d+)?$/.exec(ip)?.[1] ?? /^([^:]+):\d+$/.exec(ip)?.[1] ?? ip
  if (!isIPv6(host)) return [{ name: host, times: 1 }]
  const groups = groupsOf(host)
  const mapped = mappedAddress(groups)
  if (mapped) return [{ name: mapped, times: 1 }]
  const [first = 0, second = 0, third = 0, fourth = 0] = groups
  const network = (bits: number, last: number) =>
    `${[first, second, third, last].map((group) => group.toString(16)).join(':')}::/${bits}`
  return [
    { name: network(48, 0), times: 16 },
    { name: network(56, fourth & 0xff00), times: 4 },
    { name: network(64, fourth), times: 1 },
  ]
}

/** The eight groups of an IPv6 address, however it is written. */
function groupsOf(ip: string): number[] {
  // The URL parser writes every spelling of an address the same way.
  const [head = '', tail] = new URL(`http://[${ip.split('%', 1)[0]}]`).hostname.slice(1, -1).split('::')
  const groups = head.split(':').filter(Boolean)
  const after = tail?.split(':').filter(Boolean) ?? []
  const zeros = tail === undefined ? [] : Array<string>(8 - groups.length - after.length).fill('0')
  return [...groups, ...zeros, ...after].map((group) => Number.parseInt(group, 16))
}

/** The IPv4 address that is mapped into an IPv6 one. */
function mappedAddress(groups: number[]): string | null {
  if (groups.slice(0, 5).some((group) => group !== 0) || groups[5] !== 0xffff) return null
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.')
}

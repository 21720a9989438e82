import { isIPv6 } from 'node:net'

/** An IPv6 customer has a whole /64 to send from, so that is one address here. */
export function addressOf(ip = ''): string {
  // Some proxies add the port.
  const host = /^\[(.+)\](?::\d+)?$/.exec(ip)?.[1] ?? /^([^:]+):\d+$/.exec(ip)?.[1] ?? ip
  return isIPv6(host) ? network(host) : host
}

/** The first four groups, or the IPv4 address that is mapped into it. */
function network(ip: string): string {
  // The URL parser writes every spelling of an address the same way.
  const [head = '', tail] = new URL(`http://[${ip.split('%', 1)[0]}]`).hostname.slice(1, -1).split('::')
  const groups = head.split(':').filter(Boolean)
  const after = tail?.split(':').filter(Boolean) ?? []
  const zeros = tail === undefined ? [] : Array<string>(8 - groups.length - after.length).fill('0')
  const all = [...groups, ...zeros, ...after]
  const isMapped = all.slice(0, 5).every((group) => group === '0') && all[5] === 'ffff'
  if (!isMapped) return all.slice(0, 4).join(':')
  const bytes = all.slice(6).flatMap((group) => {
    const pair = Number.parseInt(group, 16)
    return [pair >> 8, pair & 255]
  })
  return bytes.join('.')
}

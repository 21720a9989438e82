import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Whether two addresses are in one network, as far as one can tell: the same /24 in IPv4, the same /48 in IPv6. */
export function sameNetwork(a: string, b: string): boolean {
  const [first, second] = [plain(a), plain(b)]
  if (first === second) return true
  const network = new BlockList()
  if (isIPv4(first) && isIPv4(second)) network.addSubnet(first, 24, 'ipv4')
  else if (isIPv6(first) && isIPv6(second)) network.addSubnet(first, 48, 'ipv6')
  else return false
  return network.check(second, isIPv4(second) ? 'ipv4' : 'ipv6')
}

/** Without the IPv6 zone, and without the prefix that turns an IPv4 address into an IPv6 one. */
const plain = (ip: string) => ip.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')

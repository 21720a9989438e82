import { readFileSync } from 'node:fs'
import type { RequestHandler } from 'express'

interface Log {
  warn: (facts: object, message: string) => void
}

/**
 * Warns once if requests come through a proxy that is not configured. Without TRUST_PROXY, everybody behind the proxy
 * seems to have one address, and shares its rate limits.
 */
export function warnOfUnknownProxy(trustedProxies: number, log: Log): RequestHandler {
  let told = trustedProxies > 0
  return (req, _res, next) => {
    if (!told && (req.headers['x-forwarded-for'] ?? req.headers.forwarded) !== undefined) {
      told = true
      log.warn(
        { setting: 'TRUST_PROXY', peer: req.socket.remoteAddress },
        'requests come through a proxy, but TRUST_PROXY is 0: everybody behind it counts as one address. Set TRUST_PROXY to the number of proxies in front',
      )
    }
    next()
  }
}

/**
 * Warns once if a request seems to come from the gateway of a network of containers: Docker has passed it on, to here or to
 * a proxy in another container, and does not say for whom.
 */
export function warnOfGateway(gateway: string | null, log: Log): RequestHandler {
  let told = gateway === null
  return (req, _res, next) => {
    if (!told && req.ip?.replace('::ffff:', '') === gateway) {
      told = true
      log.warn(
        { peer: gateway },
        'requests come from the gateway of the network of containers: their real addresses are not known, and all of them count as one. See docs/containers.md, “Behind a proxy”',
      )
    }
    next()
  }
}

/** By where this machine reaches others, as Linux lists it in `/proc/net/route`. Null: by nothing that is known. */
export function defaultGateway(read = () => readFileSync('/proc/net/route', 'utf8')): string | null {
  try {
    const routes = read()
      .split('\n')
      .map((line) => line.split('\t'))
    const [, , gateway = ''] = routes.find(([, destination]) => destination === '00000000') ?? []
    // Hexadecimal, in the order of a little-endian machine.
    return gateway === '' ? null : [...Buffer.from(gateway, 'hex')].reverse().join('.')
  } catch {
    return null
  }
}

/** A stranger wrote them. */
const shownLength = 300

/** Warns once if a proxy seems to rewrite Host. The page's own requests then look like those of another site. */
export function warnOfRewrittenHost(
  log: Log,
): (origin: string | undefined, host: string | undefined) => void {
  let told = false
  return (origin, host) => {
    if (told || origin === undefined || origin === 'null') return
    told = true
    log.warn(
      { setting: 'PUBLIC_URL', origin: origin.slice(0, shownLength), host: host?.slice(0, shownLength) },
      'a request was refused as cross-site, because its Origin is not its Host. If that is your own page, a proxy rewrites Host: set PUBLIC_URL to what people see. If it is a page of yours elsewhere, name it in CLIENT_URL',
    )
  }
}

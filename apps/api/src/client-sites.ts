import { type Config, ConfigError } from './config.ts'
import { isSameSite } from './http/sites.ts'

type Settings = Pick<Config, 'server' | 'cookie' | 'passkeys'>

/** Origins in CLIENT_URL whose browsers send none of our cookies, because they are on another site than PUBLIC_URL. */
export async function clientsOfOtherSites({ server, cookie, passkeys }: Settings): Promise<string[]> {
  const { publicUrl, clientOrigins } = server
  // Without PUBLIC_URL only a browser knows how people reach us, and says so with each request.
  if (publicUrl === undefined || cookie.sameSite === 'none') return []
  const others: string[] = []
  for (const origin of clientOrigins) {
    // Pages in apps keep their token themselves. A domain that passkeys are shared with leads to this service itself.
    if (!/^https?:/.test(origin) || passkeys.origins.includes(origin)) continue
    if (!(await isSameSite(publicUrl, origin))) others.push(origin)
  }
  return others
}

/** Throws ConfigError where CLIENT_URL names a page that can keep nobody signed in. */
export async function refuseClientsOfOtherSites(config: Settings): Promise<void> {
  const others = await clientsOfOtherSites(config)
  if (others.length === 0) return
  const { publicUrl } = config.server
  throw new ConfigError(
    others.map(
      (origin) =>
        `CLIENT_URL has ${origin}, which is another site than PUBLIC_URL, ${publicUrl}: browsers send no cookies from there, and nobody would stay signed in. Serve both on one site, or pass /api on from the page's own host (docs/origins.md)`,
    ),
  )
}

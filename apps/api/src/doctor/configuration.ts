import { clientsOfOtherSites } from '../client-sites.ts'
import type { Config } from '../config.ts'
import { type Finding, findings, problem, warning } from './finding.ts'
import { checkSecrets } from './secrets.ts'

/** What the settings alone tell; asks nobody. */
export const checkConfiguration = async (
  environment: Record<string, string | undefined>,
  config: Config,
): Promise<Finding[]> => [
  ...checkSecrets(environment, config.production),
  ...checkPublicUrl(config),
  ...checkProxies(config),
  ...(await checkClients(config)),
  ...checkMailSettings(config),
  ...checkKindOfDatabase(config),
]

function checkPublicUrl({ production, server: { publicUrl } }: Config): Finding[] {
  const mend = 'Set PUBLIC_URL to the https:// address that people see, and end TLS in front of it.'
  const isOpen = publicUrl?.startsWith('http:') && !isLocal(publicUrl)
  const complaints = !production
    ? []
    : publicUrl === undefined
      ? [warning('PUBLIC_URL is not set, so cookies are sent without encryption, too.', mend)]
      : isOpen
        ? [problem(`PUBLIC_URL is ${publicUrl}: passwords and cookies travel in the clear.`, mend)]
        : []
  return findings('public-url', complaints, `PUBLIC_URL is ${publicUrl ?? 'not set'}.`)
}

function checkProxies({ server: { publicUrl, trustedProxies } }: Config): Finding[] {
  const complaints =
    publicUrl?.startsWith('https:') && trustedProxies === 0
      ? [
          warning(
            'PUBLIC_URL is https, so a proxy is in front, and TRUST_PROXY is 0: everybody behind it counts as one address.',
            'Set TRUST_PROXY to the number of proxies; `latchkey doctor --url` counts them.',
          ),
        ]
      : []
  return findings('proxies', complaints, `TRUST_PROXY is ${trustedProxies}.`)
}

/** Pages elsewhere: their cookies come back only from the same site, or with SameSite=None. */
async function checkClients(config: Config): Promise<Finding[]> {
  const { publicUrl, clientOrigins } = config.server
  const { sameSite } = config.cookie
  const pages = clientOrigins.filter((origin) => /^https?:/.test(origin))
  const others = new Set(await clientsOfOtherSites(config))
  const complaints = pages.flatMap((origin) => {
    if (!publicUrl) return []
    const [here, there] = [new URL(publicUrl), new URL(origin)]
    if (origin === publicUrl)
      return [
        warning(
          `CLIENT_URL repeats PUBLIC_URL, ${origin}.`,
          'Leave it out: its own page needs no permission.',
        ),
      ]
    if (here.protocol !== there.protocol && (here.hostname === there.hostname || there.protocol === 'http:'))
      return [
        problem(
          `CLIENT_URL has ${origin} and PUBLIC_URL is ${publicUrl}: one is encrypted and the other is not, so that no cookie comes back from there.`,
          'Serve both by https://, and write both so.',
        ),
      ]
    if (others.has(origin))
      return [
        problem(
          `CLIENT_URL has ${origin}, which is another site than ${publicUrl}, and COOKIE_SAMESITE is ${sameSite}: no cookie comes back from there, and the API does not start.`,
          "Serve both on one site, or pass /api on from the page's own host (docs/origins.md).",
        ),
      ]
    return []
  })
  return findings(
    'cors',
    complaints,
    `Pages elsewhere that may call with cookies: ${pages.join(', ') || 'none'}.`,
  )
}

function checkMailSettings({ production, mail: { smtpUrl, from } }: Config): Finding[] {
  const complaints = !production
    ? []
    : !smtpUrl
      ? [
          warning(
            'SMTP_URL is not set: no mail is sent, and nobody can reset a forgotten password.',
            'Set SMTP_URL and MAIL_FROM.',
          ),
        ]
      : /@localhost>?$/.test(from) && !isNearby(smtpUrl)
        ? [
            problem(
              `MAIL_FROM is ${from}: mail servers refuse a sender that does not exist.`,
              'Set MAIL_FROM to an address of a domain that your mail server may send for.',
            ),
          ]
        : []
  return findings('mail', complaints, smtpUrl ? 'SMTP_URL is set.' : 'Mail is kept, not sent.')
}

function checkKindOfDatabase({ production, database: { uri } }: Config): Finding[] {
  const complaints =
    production && uri === undefined
      ? [warning('The embedded database is in use: one process, no replica.', 'Set MONGO_URI.')]
      : []
  return findings('database', complaints, uri ? 'MONGO_URI is set.' : 'The embedded database is in use.')
}

/** A mailbox of the same machine or the same Compose file takes any sender. */
const isNearby = (url: string) => isLocal(url) || !new URL(url).hostname.includes('.')

const isLocal = (url: string) => ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)

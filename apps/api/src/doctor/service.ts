import { apiPrefix, routes } from '@latchkey/contracts'
import type { Clock } from '@latchkey/contracts/server'
import type { Config } from '../config.ts'
import { checkClock } from './clock.ts'
import { type Finding, findings, problem, warning } from './finding.ts'
import { doctorProof } from './proof.ts'
import { type Seen, seenPath } from './seen.routes.ts'

const timeoutMs = 10_000
/** RFC 5737: nobody's. */
const inventedAddress = '192.0.2.123'
const stranger = 'https://stranger.example'

/**
 * What the service looks like from here, through every proxy in front of it. `origin`: how people reach it. Signs nobody in,
 * and writes nothing.
 */
export async function checkService(origin: string, config: Config, clock: Clock): Promise<Finding[]> {
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${origin}${apiPrefix}${path}`, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
  const proof = { authorization: doctorProof(config.accessToken.key, clock.now()) }
  try {
    const live = await ask(routes.healthReady.path)
    if (live.status !== 200) return findings('service', [notReady(origin, `answers ${live.status}`)], '')
    const askedAt = clock.now().getTime()
    const seen = await seenOf(await ask(seenPath, { headers: { ...proof, cookie: 'latchkey-doctor=1' } }))
    // The further questions take their time.
    const seenAt = new Date((askedAt + clock.now().getTime()) / 2)
    const spoofed = await seenOf(
      await ask(seenPath, { headers: { ...proof, 'x-forwarded-for': inventedAddress } }),
    )
    // As the page asks, and as whoever is no page does.
    const fromPage = await ask(routes.logout.path, { method: 'POST', headers: { origin } })
    const fromElsewhere = await ask(routes.logout.path, { method: 'POST' })
    return [
      ...findings('service', [], `${origin} is ready.`),
      ...(seen
        ? [
            ...checkClock(origin, new Date(seen.now), seenAt),
            ...checkHost(origin, seen),
            ...checkHops(seen, spoofed),
          ]
        : unknownService(origin)),
      ...(await checkOwnOrigin(origin, fromPage)),
      ...checkCookies(origin, fromElsewhere, seen),
      ...(await checkCors(config, ask)),
    ]
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const why = cause instanceof Error ? cause.message : String(cause)
    return findings('service', [notReady(origin, `cannot be asked: ${why}`)], '')
  }
}

const notReady = (origin: string, why: string) =>
  problem(`${origin} ${why}.`, 'Is the API running, and does the proxy pass everything below /api to it?')

async function seenOf(answer: Response): Promise<Seen | null> {
  if (answer.status !== 200) return null
  return (await answer.json().catch(() => null)) as Seen | null
}

const unknownService = (origin: string): Finding[] =>
  findings(
    'service-key',
    [
      problem(
        `${origin} does not know the JWT_ACCESS_SECRET that is configured here.`,
        'Run this with the environment of that service; or one of its processes was not restarted with the others.',
      ),
    ],
    '',
  )

function checkHost(origin: string, { host, publicUrl }: Seen): Finding[] {
  const { host: expected } = new URL(origin)
  if (publicUrl !== null && publicUrl !== origin)
    return findings(
      'public-url',
      [
        problem(
          `${origin} is how it was reached, and PUBLIC_URL is ${publicUrl}: links in mails, cookies and passkeys go by that.`,
          'Set PUBLIC_URL to what people see; or ask for it at that address.',
        ),
      ],
      '',
    )
  const complaints =
    host === expected
      ? []
      : publicUrl === origin
        ? [
            warning(
              `A proxy rewrites Host: ${expected} arrives as ${host}. PUBLIC_URL makes up for it.`,
              'Let the proxy keep Host (nginx: proxy_set_header Host $http_host).',
            ),
          ]
        : [
            problem(
              `A proxy rewrites Host: ${expected} arrives as ${host}, so that the page's own requests look like those of another site.`,
              `Set PUBLIC_URL=${origin}, and let the proxy keep Host (nginx: proxy_set_header Host $http_host).`,
            ),
          ]
  return findings('host', complaints, `Host arrives as it was sent, ${host}.`)
}

/** `spoofed`: the same request, with an address in X-Forwarded-For that was made up. */
function checkHops({ forwarded, trustedProxies }: Seen, spoofed: Seen | null): Finding[] {
  const fine = `${forwarded} proxies tell whom a request is from, and TRUST_PROXY is ${trustedProxies}.`
  const mend =
    forwarded > 0
      ? `Set TRUST_PROXY=${forwarded}.`
      : 'Without a proxy in front, set TRUST_PROXY=0. With one, let it say whose request it is (nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for).'
  const told = `${forwarded} ${forwarded === 1 ? 'proxy tells' : 'proxies tell'} whom a request is from, and TRUST_PROXY is ${trustedProxies}`
  if (spoofed?.address === inventedAddress)
    return findings(
      'proxies',
      [
        problem(
          `${told}: whoever sends an X-Forwarded-For of their own is believed, and no limit holds them.`,
          mend,
        ),
      ],
      fine,
    )
  if (forwarded === trustedProxies) return findings('proxies', [], fine)
  const why =
    forwarded > trustedProxies
      ? 'everybody seems to have the address of a proxy, and shares its limits'
      : 'no proxy says whose request it is: everybody shares one address'
  return findings('proxies', [problem(`${told}: ${why}.`, mend)], fine)
}

/** Whether the page's own requests are taken for its own. */
async function checkOwnOrigin(origin: string, answer: Response): Promise<Finding[]> {
  const body: unknown = answer.status === 403 ? await answer.json().catch(() => null) : null
  const refused =
    typeof body === 'object' && body !== null && 'code' in body && body.code === 'cross_site_request'
  const complaints = refused
    ? [
        problem(
          `The page at ${origin} cannot sign anybody in: its requests are refused as those of another site.`,
          `Set PUBLIC_URL=${origin}.`,
        ),
      ]
    : []
  return findings('same-origin', complaints, `Requests of the page at ${origin} are taken for its own.`)
}

/** Signing out clears the cookies, so it says how they would be set. */
function checkCookies(origin: string, answer: Response, seen: Seen | null): Finding[] {
  const fine = 'Cookies are set so that they come back.'
  if (seen?.cookies === 0)
    return findings(
      'cookies',
      [
        problem(
          'A cookie that was sent did not arrive: something on the way takes Cookie away.',
          'Let the proxy or the CDN pass Cookie on below /api, and cache nothing there.',
        ),
      ],
      fine,
    )
  const [cookie] = answer.headers.getSetCookie()
  if (cookie === undefined)
    return findings(
      'cookies',
      [
        problem(
          'Nothing was set by an answer that sets cookies: something on the way takes Set-Cookie away.',
          'Let the proxy or the CDN pass Set-Cookie on below /api, and cache nothing there.',
        ),
      ],
      fine,
    )
  const attributes = cookie.split(';').map((each) => each.trim().toLowerCase())
  const isSecure = attributes.includes('secure')
  const complaints = [
    ...(isSecure && origin.startsWith('http:') && !isLoopback(origin)
      ? [
          problem(
            `Cookies are Secure, and ${origin} is not encrypted: browsers drop them, and nobody stays signed in.`,
            'Serve it by https://, or set PUBLIC_URL to the http:// address of a test.',
          ),
        ]
      : []),
    ...(!attributes.includes('path=/')
      ? [
          problem(
            'A proxy rewrites the Path of cookies: they do not come back to every endpoint.',
            'Leave it as it is (nginx: no proxy_cookie_path).',
          ),
        ]
      : []),
    ...(attributes.some((each) => each.startsWith('domain='))
      ? [
          problem(
            'A proxy adds a Domain to cookies: their names begin with __Host-, and browsers drop them.',
            'Leave it out (nginx: no proxy_cookie_domain).',
          ),
        ]
      : []),
  ]
  return findings('cookies', complaints, fine)
}

const isLoopback = (origin: string) => ['localhost', '127.0.0.1', '[::1]'].includes(new URL(origin).hostname)

async function checkCors(
  { server: { clientOrigins } }: Config,
  ask: (path: string, init: RequestInit) => Promise<Response>,
): Promise<Finding[]> {
  const allowedFor = async (origin: string) => {
    const headers = { origin, 'access-control-request-method': 'POST' }
    const answer = await ask(routes.login.path, { method: 'OPTIONS', headers })
    const allowed = answer.headers.get('access-control-allow-origin')
    return { allowed, withCookies: answer.headers.get('access-control-allow-credentials') === 'true' }
  }
  const complaints = []
  for (const origin of clientOrigins) {
    const { allowed, withCookies } = await allowedFor(origin)
    if (allowed !== origin || !withCookies)
      complaints.push(
        problem(
          `A page at ${origin} may not call the service, though CLIENT_URL names it: the answer allows ${allowed ?? 'nobody'}.`,
          'Restart the service with this CLIENT_URL; and let no proxy answer OPTIONS or add headers of its own.',
        ),
      )
  }
  const { allowed } = await allowedFor(stranger)
  if (allowed === '*' || allowed === stranger)
    complaints.push(
      problem(
        'Pages of anybody may call the service: something on the way allows every origin.',
        'Remove the Access-Control-Allow-Origin that a proxy adds.',
      ),
    )
  return findings('cors', complaints, 'CLIENT_URL and nobody else may call from elsewhere.')
}

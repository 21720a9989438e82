import type { RouteContract } from '../../route-contract.ts'
import { headerNames } from '../../tokens.ts'

const key = { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' }

const parameter = (name: string, description: string, schema: object = { type: 'string' }) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema,
})

const lock = parameter(
  headerNames.refreshLock,
  'Binds the session to a key: base64url(SHA-256(the next key)), which the next refresh must show.',
  key,
)

/** Headers that a client may send with any request for tokens. */
export const requestHeaders = {
  RefreshTransport: parameter(
    headerNames.refreshTransport,
    '`body`: the refresh token is wanted in the JSON and no cookie is set.',
    { type: 'string', enum: ['body'] },
  ),
  RefreshLock: lock,
  RefreshKey: parameter(headerNames.refreshKey, 'The key that opens the lock before, in base64url.', key),
  RefreshSession: parameter(
    headerNames.refreshSession,
    'From a page that cannot read the `session` cookie: what it believes that says, `<session>.<generation>`, or `none`.',
  ),
  TrustLock: parameter(
    headerNames.trustLock,
    'For a browser that is trusted: what its next sign-in must open.',
  ),
  TrustKey: parameter(headerNames.trustKey, 'And what opens it now: up to four keys, with commas between.'),
}

/** Headers of answers. */
export const responseHeaders = {
  SetCookie: {
    description:
      'The refresh token (HttpOnly), and a cookie that scripts read, `<session>.<generation>`. Not with `X-Refresh-Transport: body`.',
    schema: { type: 'string' },
  },
  RateLimit: {
    description: 'What is left of each limit, and for how many seconds: `"login-address";r=99;t=900`.',
    schema: { type: 'string' },
  },
  RateLimitPolicy: {
    description: 'The limits (draft-ietf-httpapi-ratelimit-headers): `"login-address";q=100;w=900`.',
    schema: { type: 'string' },
  },
  RetryAfter: {
    description: 'After how many seconds another try can help.',
    schema: { type: 'integer', minimum: 0 },
  },
  WWWAuthenticate: {
    description:
      'What is wrong with the access token (RFC 6750 §3), or with the sign-in behind it: `error="insufficient_user_authentication"` with `max_age` or `acr_values` (RFC 9470 §3).',
    schema: { type: 'string' },
  },
}

/** Whether an endpoint opens a session: those are the ones that take a lock from whoever has no session yet. */
const opensSession = ({ requires, errors }: RouteContract) =>
  requires === 'nothing' && errors.includes('refresh_lock_malformed')

export const givesCookies = (contract: RouteContract): boolean =>
  contract.requires === 'refreshToken' || opensSession(contract)

/** Names in `requestHeaders`. */
export function requestHeadersOf(contract: RouteContract): (keyof typeof requestHeaders)[] {
  if (contract.requires === 'refreshToken' || contract.oauth)
    return ['RefreshKey', 'RefreshLock', ...(contract.oauth ? [] : ['RefreshSession' as const])]
  if (!opensSession(contract)) return []
  return ['RefreshTransport', 'RefreshLock', 'TrustLock', 'TrustKey']
}

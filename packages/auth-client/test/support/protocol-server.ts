import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Call {
  method: string
  path: string
  search?: string
  headers: Record<string, string | undefined>
  /** The body as it came, where it came over a wire. */
  text?: string
  bytes?: Buffer
  body: Record<string, unknown>
}
export interface Answer {
  status: number
  headers: Record<string, string | string[]>
  body: unknown
}
/** A route of the test's own; it gets only calls that show a good access token. Null: no route of this path. */
export type OwnRoute = (call: Call) => Answer | Promise<Answer> | null
interface Session {
  sid: string
  username: string
  generation: number
  lock: string | null
  consumed: { generation: number; lock: string | null; at: number }[]
  revoked: boolean
  /** Counts sign-ins and confirmations. */
  authTime: number
  isStrong: boolean
}

/**
 * The server half of the refresh protocol, small enough to be checked against the design by eye: tests of the client
 * talk to it over real HTTP, and the model test calls `handle` directly.
 */
export function createProtocolServer(now: () => number = () => performance.now()) {
  const sessions = new Map<string, Session>()
  const tokens = new Map<string, { sid: string; valid: boolean; authTime: number; isStrong: boolean }>()
  /** What each refresh token says, by session and generation. */
  const tokenLocks = new Map<string, string | null>()
  const canned: { path: string; answer: Answer }[] = []
  const calls: Call[] = []
  const securityEvents: string[] = []
  /** Who has a second factor, and the lock of the browser that does without it. */
  const factors = new Map<string, string | null>()
  let ownRoute: OwnRoute = () => null
  const settings = { expiresIn: 900, leewayMs: 10_000, rememberedGenerations: 8, clockOffsetSeconds: 0 }
  let issued = 0
  let authTime = 1000
  let freshSince = 0

  function handle(call: Call): Answer {
    calls.push(call)
    const index = canned.findIndex(({ path }) => path === call.path)
    if (index >= 0) return (canned.splice(index, 1)[0] as (typeof canned)[number]).answer
    if (call.path === '/api/login' || call.path === '/api/register') return signIn(call)
    if (call.path.endsWith('/passkey/options')) return passkeyOptions()
    if (call.path === '/api/login/passkey') return passkeySignIn(call)
    if (call.path.startsWith('/api/login/')) return secondStep(call)
    if (call.path === '/api/refresh-token') return refresh(call)
    if (call.path === '/api/logout') return logout(call)
    if (call.path === '/api/reauthenticate') return reauthenticate(call)
    if (call.path === '/api/protected') return protectedCall(call)
    if (call.path === '/api/change-password') return problem(401, 'invalid_credentials')
    return problem(404, 'not_found')
  }

  async function answerTo(call: Call): Promise<Answer> {
    if (call.method === 'OPTIONS') return { status: 204, headers: {}, body: '' }
    if (!call.path.startsWith('/api/own')) return handle(call)
    calls.push(call)
    const guard = call.path.startsWith('/api/own/fresh') ? freshCall(call) : protectedCall(call)
    return guard.status === 200 ? ((await ownRoute(call)) ?? problem(404, 'not_found')) : guard
  }

  function signIn({ body, headers, path }: Call): Answer {
    if (body.password !== 'correct horse') return problem(401, 'invalid_credentials', 'Wrong password.')
    const [username = ''] = String(body.username ?? body.email)
      .trim()
      .toLowerCase()
      .split('@')
    if (factors.has(username) && !isTrusted(username, headers))
      return { status: 202, headers: {}, body: { ticket: `ticket of ${username}`, methods: ['totp'] } }
    return open(username, headers, path === '/api/register' ? 201 : 200)
  }

  function isTrusted(username: string, headers: Call['headers']): boolean {
    const keys = headers['x-trust-key']?.split(', ') ?? []
    const next = headers['x-trust-lock']
    const isOpened = keys.some((key) => lockOf(key) === factors.get(username))
    if (isOpened && next) factors.set(username, next)
    return isOpened && next !== undefined
  }

  /** After a password that a test has answered with a ticket. */
  function secondStep({ body, headers, path }: Call): Answer {
    const username = body.ticket === 'a-ticket' ? 'ada' : String(body.ticket).replace('ticket of ', '')
    const isRight = path === '/api/login/factor/passkey' ? isPasskey(body) : body.code === '123456'
    if (!isRight) return problem(401, 'factor_invalid')
    const trustLock = headers['x-trust-lock']
    if (body.trustBrowser === true && !trustLock) return problem(400, 'validation_failed')
    if (body.trustBrowser === true && trustLock) factors.set(username, trustLock)
    const answer = open(username, headers, 200)
    if (path !== '/api/login/enrol/confirm') return answer
    return { ...answer, body: { ...(answer.body as object), recoveryCodes: ['aaaa', 'bbbb'] } }
  }

  function open(username: string, headers: Call['headers'], status: number): Answer {
    const lock = headers['x-refresh-lock'] ?? null
    const session: Session = {
      sid: randomBytes(12).toString('hex'),
      username,
      generation: 0,
      lock,
      consumed: [],
      revoked: false,
      authTime,
      isStrong: false,
    }
    sessions.set(session.sid, session)
    return answerWith(session, status)
  }

  function passkeyOptions(): Answer {
    issued += 1
    const challenge = Buffer.from(`challenge ${issued}`).toString('base64url')
    return { status: 200, headers: {}, body: { options: { challenge, rpId: 'localhost' } } }
  }

  function passkeySignIn(call: Call): Answer {
    const isKnown = isPasskey(call.body)
    const body = { email: 'ada', password: 'correct horse' }
    return isKnown ? signIn({ ...call, body }) : problem(401, 'passkey_unknown')
  }

  function refresh({ headers }: Call): Answer {
    const cookie = cookiesOf(headers).get('latchkey.refreshToken')
    if (!cookie) return problem(401, 'refresh_token_missing')
    const [sid = '', presented = ''] = cookie.split('.')
    const generation = Number(presented)
    const session = sessions.get(sid)
    const isAhead = session && generation > session.generation
    if (!session || (isAhead && session.lock === null)) return problem(403, 'refresh_token_invalid')
    const believed = headers['x-refresh-session']
    if (believed !== undefined && believed !== cookie)
      return problem(409, 'session_moved', '', { session: cookie })
    if (session.revoked) return problem(403, 'refresh_token_revoked')
    return session.lock === null
      ? refreshUnbound(session, generation)
      : refreshBound(session, generation, headers)
  }

  function refreshBound(session: Session, generation: number, headers: Call['headers']): Answer {
    const { 'x-refresh-key': key, 'x-refresh-lock': nextLock } = headers
    if (key && Buffer.from(key, 'base64url').length !== 32) return problem(400, 'refresh_lock_malformed')
    const opens = (lock: string | null) => key !== undefined && lockOf(key) === lock
    const consumed = session.consumed.find((entry) => entry.generation === generation)
    if (generation === session.generation && opens(session.lock)) {
      if (!nextLock) return problem(400, 'refresh_lock_malformed')
      rotate(session, nextLock)
      return answerWith(session)
    }
    // Any remembered key shows its client, whatever generation the cookie says.
    if (opens(session.lock) || session.consumed.some(({ lock }) => opens(lock))) return answerWith(session)
    const isForgotten = generation !== session.generation && !consumed
    if (!isForgotten || !opens(tokenLocks.get(`${session.sid}.${generation}`) ?? null))
      securityEvents.push(`locked ${session.sid}.${generation}`)
    return problem(403, 'refresh_token_locked', 'This browser does not hold the key.', {
      ...(isForgotten && { generation: session.generation }),
    })
  }

  function refreshUnbound(session: Session, generation: number): Answer {
    if (generation === session.generation) {
      rotate(session, null)
      return answerWith(session)
    }
    const entry = session.consumed.find((consumed) => consumed.generation === generation)
    if (entry && now() - entry.at <= settings.leewayMs) return answerWith(session)
    session.revoked = true
    securityEvents.push(`reused ${session.sid}.${generation}`)
    return problem(403, 'refresh_token_reused')
  }

  function rotate(session: Session, lock: string | null) {
    const { generation } = session
    session.consumed.push({ generation, lock: session.lock, at: now() })
    session.consumed = session.consumed.slice(-settings.rememberedGenerations)
    session.generation += 1
    session.lock = lock
  }

  function logout({ headers }: Call): Answer {
    const sid = cookiesOf(headers).get('latchkey.refreshToken')?.split('.')[0] ?? ''
    const believed = headers['x-refresh-session']
    if (believed && sid && believed.split('.')[0] !== sid) return { status: 204, headers: {}, body: '' }
    const session = sessions.get(sid)
    if (session) session.revoked = true
    const cleared = ['latchkey.refreshToken=; Path=/; Max-Age=0', 'latchkey.session=; Path=/; Max-Age=0']
    return {
      status: session ? 200 : 204,
      headers: { 'set-cookie': cleared },
      body: session ? { message: 'Bye.' } : '',
    }
  }

  function protectedCall({ headers }: Call): Answer {
    const token = tokens.get(headers.authorization?.replace('Bearer ', '') ?? '')
    const session = sessions.get(token?.sid ?? '')
    if (!token?.valid || !session || session.revoked) {
      const headers = { 'www-authenticate': 'Bearer realm="latchkey", error="invalid_token"' }
      return { ...problem(401, 'access_token_expired'), headers }
    }
    return {
      status: 200,
      headers: {},
      body: { message: `Welcome, ${session.username}`, user: userNamed(session.username) },
    }
  }

  /** Needs a sign-in that no `freshSignInsOnly` came after; below `fresh/strong`, by several factors. */
  function freshCall(call: Call): Answer {
    const guard = protectedCall(call)
    const token = tokens.get(call.headers.authorization?.replace('Bearer ', '') ?? '')
    const wantsStrong = call.path.startsWith('/api/own/fresh/strong')
    if (guard.status !== 200 || !token) return guard
    if (token.authTime >= freshSince && (token.isStrong || !wantsStrong)) return guard
    const wanted = `max_age="600"${wantsStrong ? ', acr_values="mfa"' : ''}`
    const challenge = `Bearer realm="latchkey", error="insufficient_user_authentication", ${wanted}`
    return { ...problem(401, 'step_up_required'), headers: { 'www-authenticate': challenge } }
  }

  function reauthenticate(call: Call): Answer {
    const guard = protectedCall(call)
    if (guard.status !== 200) return guard
    const { password, code } = call.body
    const isShown = password === 'correct horse' || code === '123456' || isPasskey(call.body)
    if (!isShown) return problem(400, 'validation_failed')
    const sid = tokens.get(call.headers.authorization?.replace('Bearer ', '') ?? '')?.sid ?? ''
    const session = sessions.get(sid) as Session
    session.authTime = ++authTime
    session.isStrong ||= code === '123456'
    return { ...answerWith(session), headers: {} }
  }

  function answerWith(session: Session, status = 200): Answer {
    issued += 1
    const { sid, username, generation } = session
    tokenLocks.set(`${sid}.${generation}`, session.lock)
    const iat = issued + settings.clockOffsetSeconds
    const { authTime, isStrong } = session
    const claims = {
      sub: username,
      sid,
      jti: `t${issued}`,
      iat,
      exp: iat + 900,
      auth_time: authTime,
      username,
    }
    const accessToken = `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature${issued}`
    tokens.set(accessToken, { sid, valid: true, authTime, isStrong })
    return {
      status,
      headers: {
        'set-cookie': [
          `latchkey.refreshToken=${sid}.${generation}; Path=/; HttpOnly; SameSite=Strict`,
          `latchkey.session=${sid}.${generation}; Path=/; SameSite=Strict`,
        ],
      },
      body: {
        message: 'Welcome.',
        accessToken,
        tokenType: 'Bearer',
        expiresIn: settings.expiresIn,
        generation,
        user: userNamed(username),
      },
    }
  }

  return {
    settings,
    handle,
    sessions,
    /** Remembers the sessions as they are; what it returns puts them back, as a restored backup does. */
    backUp() {
      const kept = structuredClone([...sessions])
      return () => {
        for (const [sid, session] of structuredClone(kept)) sessions.set(sid, session)
      }
    },
    calls,
    securityEvents,
    factors,
    /** Every access token issued so far is refused from now on. */
    expireAccessTokens() {
      for (const token of tokens.values()) token.valid = false
    },
    /** Every sign-in so far is too old for paths below `/api/own/fresh`. */
    freshSignInsOnly() {
      freshSince = ++authTime
    },
    revokeAll() {
      for (const session of sessions.values()) session.revoked = true
    },
    /** Answers the next call of this path in this way, and changes nothing. */
    answerNext(path: string, status: number, body: unknown = '', headers: Answer['headers'] = {}) {
      canned.push({ path, answer: { status, body, headers } })
    },
    forgetAnswers: () => canned.splice(0),
    /** Answers paths below `/api/own`. */
    serve(route: OwnRoute) {
      ownRoute = route
    },
    count: (path: string) => calls.filter((call) => call.path === path).length,
    accessTokens: () => [...tokens.keys()],
    async listen(): Promise<{ url: string; server: Server }> {
      const server = createServer(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        const bytes = Buffer.concat(chunks)
        const text = bytes.toString()
        const { pathname, search } = new URL(request.url ?? '', 'http://localhost')
        const isJson = request.headers['content-type']?.includes('json') && text
        const call: Call = {
          method: request.method ?? '',
          path: pathname,
          search,
          headers: request.headers as Call['headers'],
          text,
          bytes,
          body: isJson ? JSON.parse(text) : {},
        }
        const { status, headers, body } = await answerTo(call)
        const type = status >= 400 ? 'application/problem+json' : 'application/json'
        const content = Buffer.isBuffer(body) ? body : typeof body === 'string' ? body : JSON.stringify(body)
        const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(content) }
        response.writeHead(status, { 'content-type': type, ...length, ...crossOrigin(call), ...headers })
        response.end(content)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
    },
  }
}

export type ProtocolServer = ReturnType<typeof createProtocolServer>

export function problemBody(status: number, code: string, detail = code, extra: object = {}) {
  return { type: 'about:blank', title: code, status, code, detail, message: detail, ...extra }
}

/** A page of another origin may call, and read what a page of the same origin may. */
function crossOrigin({ headers }: Call): Record<string, string> {
  if (!headers.origin) return {}
  return {
    'access-control-allow-origin': headers.origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': '*, GET, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers': headers['access-control-request-headers'] ?? '',
    'access-control-expose-headers': 'www-authenticate',
  }
}

function problem(status: number, code: string, detail = code, extra: object = {}): Answer {
  return { status, headers: {}, body: problemBody(status, code, detail, extra) }
}

/** In base64url, as the page sends it. */
export const goodPasskey = Buffer.from('good').toString('base64url')

const isPasskey = ({ passkey }: Record<string, unknown>) =>
  typeof passkey === 'object' && passkey !== null && 'id' in passkey && passkey.id === goodPasskey

function lockOf(key: string): string {
  return createHash('sha256').update(Buffer.from(key, 'base64url')).digest('base64url')
}

function cookiesOf(headers: Call['headers']): Map<string, string> {
  const pairs = (headers.cookie ?? '').split('; ').map((pair) => pair.split('=') as [string, string])
  return new Map(pairs)
}

const userNamed = (username: string) => ({
  id: username,
  username,
  email: `${username}@example.com`,
  emailVerified: false,
  roles: ['user'],
  createdAt: '2025-03-14T09:26:53.000Z',
})

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { holdAgainstVectors } from '@latchkey/contracts/testing'
import express, { type Request, type Response } from 'express'
import { Types } from 'mongoose'
import { afterAll, beforeAll, it } from 'vitest'
import { createPresentedSessions } from '../../src/express/presented-sessions.ts'
import { createRefreshCookies } from '../../src/express/refresh-cookies.ts'
import type { Session } from '../../src/session.schema.ts'
import type { SessionSettings } from '../../src/settings.ts'
import { createRefreshTokens } from '../../src/tokens/refresh-token.ts'
import {
  after,
  clockAt,
  hmacSigned,
  otherSessionId,
  partsOf,
  sessionId,
  settings,
  strangersSecret,
  userId,
} from './published.ts'

const at = after(120)
const refreshTokens = createRefreshTokens(settings.refreshToken, clockAt(at))

const tokenOf = (sid: string, generation: number) =>
  refreshTokens.sign(userId, {
    _id: new Types.ObjectId(sid),
    generation,
    lock: null,
    rotatedAt: after(60),
    expiresAt: after(60 + settings.refreshToken.ttlSeconds),
  })
const [mine, older, other] = [tokenOf(sessionId, 3), tokenOf(sessionId, 2), tokenOf(otherSessionId, 0)]
const { header, claims } = partsOf(mine)
const strangers = hmacSigned({ ...header, kid: 'AAAAAAAAAA' }, claims, strangersSecret)
/** It begins as ours do. */
const alike = `${mine.split('.', 1)[0]}.e30.AAAA`

const http = { prefix: 'latchkey', secure: false }
const https = { prefix: 'latchkey', secure: true }
const session = `latchkey.session=${sessionId}.3`

const requests = [
  { name: 'no cookies', server: http, cookie: '' },
  { name: 'today’s names', server: http, cookie: `latchkey.refreshToken=${mine}; ${session}` },
  {
    name: 'the names of former versions',
    server: http,
    cookie: `refreshToken=${mine}; session=${sessionId}.3`,
  },
  {
    name: 'the names of a server with another prefix',
    server: http,
    cookie: `node-2.refreshToken=${mine}; node-2.session=${sessionId}.3`,
  },
  {
    name: 'a prefix of its own',
    server: { prefix: 'app', secure: false },
    cookie: `app.refreshToken=${mine}; app.session=${sessionId}.3`,
  },
  {
    name: 'two tokens of one session: the newer',
    server: http,
    cookie: `latchkey.refreshToken=${older}; refreshToken=${mine}; ${session}`,
  },
  {
    name: 'two sessions, of which the readable cookie names one',
    server: http,
    cookie: `latchkey.refreshToken=${other}; latchkey.refreshToken=${mine}; ${session}`,
  },
  {
    name: 'two sessions, and no readable cookie: both, today’s name first',
    server: http,
    cookie: `refreshToken=${other}; latchkey.refreshToken=${mine}`,
  },
  {
    name: 'a readable cookie that names a session without a token',
    server: http,
    cookie: `latchkey.refreshToken=${mine}; latchkey.session=${otherSessionId}.0`,
  },
  {
    name: 'cookies of other applications',
    server: http,
    cookie: 'refreshToken=8f14e45fceea167a; session=eyJ1c2VyIjoxfQ; theme=dark',
  },
  {
    name: 'a token of another Latchkey',
    server: http,
    cookie: `refreshToken=${strangers}; session=${sessionId}.3`,
  },
  {
    name: 'ours beside that of another Latchkey, which stays',
    server: http,
    cookie: `refreshToken=${strangers}; session=${otherSessionId}.3; latchkey.refreshToken=${mine}; ${session}`,
  },
  { name: 'a token in quotes', server: http, cookie: `latchkey.refreshToken="${mine}"` },
  { name: 'JSON, as some parsers read it', server: http, cookie: `latchkey.refreshToken=j:{"a":"${mine}"}` },
  {
    name: 'a generation too long to be one',
    server: http,
    cookie: `latchkey.refreshToken=${mine}; latchkey.session=${sessionId}.${'1'.repeat(16)}`,
  },
  {
    name: 'many that begin like ours, and ours under today’s name',
    server: http,
    cookie: `${`refreshToken=${alike}; `.repeat(8)}latchkey.refreshToken=${mine}`,
  },
  {
    name: 'many that begin like ours, and ours only after eight of them',
    server: http,
    cookie: `${`refreshToken=${alike}; `.repeat(8)}refreshToken=${mine}`,
  },
  {
    name: 'https',
    server: https,
    cookie: `__Host-latchkey.refreshToken=${mine}; __Host-latchkey.session=${sessionId}.3`,
  },
  {
    name: 'https, the names of former versions',
    server: https,
    cookie: `__Host-refreshToken=${mine}; __Host-session=${sessionId}.3`,
  },
  {
    name: 'https, and names that any host may set',
    server: https,
    cookie: `latchkey.refreshToken=${mine}; ${session}`,
  },
]

const day = 86_400
const answers = [
  { name: 'a sign-in or a refresh', cookie: { ...http, sameSite: 'strict' as const }, lastsDays: 90 },
  { name: 'on https', cookie: { ...https, sameSite: 'strict' as const }, lastsDays: 90 },
  {
    name: 'a prefix of its own, for pages of other sites',
    cookie: { prefix: 'app', secure: true, sameSite: 'none' as const },
    lastsDays: 90,
  },
  {
    name: 'a session near its end: kept longer, for the server to say that it has ended',
    cookie: { ...http, sameSite: 'strict' as const },
    lastsDays: 2,
  },
]

let act: (req: Request, res: Response) => unknown
let server: Server

beforeAll(async () => {
  const app = express()
  app.use((req, res) => void res.json(act(req, res) ?? null))
  server = createServer(app)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
})
afterAll(() => new Promise((done) => server.close(done)))

/** What a request with these cookies is answered. */
async function asked<Body>(cookie: string, answering: (req: Request, res: Response) => Body) {
  act = answering
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}`, { headers: cookie ? { cookie } : {} })
  const setCookies = response.headers.getSetCookie().map(withoutNow)
  return { body: (await response.json()) as Body, setCookies }
}

/** Express adds to Max-Age when that will be. */
const withoutNow = (cookie: string) =>
  cookie.includes('Max-Age') ? cookie.replace(/ Expires=[^;]+;/, '') : cookie

const cookiesOf = (cookie: SessionSettings['cookie']) =>
  createRefreshCookies({ settings: { ...settings, cookie }, refreshTokens, clock: clockAt(at) })

it('cookies are read, set and cleared as the vectors say', async () => {
  const read = []
  for (const { name, server: of, cookie } of requests) {
    const refreshCookies = cookiesOf({ ...of, sameSite: 'strict' })
    const presented = createPresentedSessions({
      refreshCookies,
      sessions: { revoke: async () => null },
      onEvent: async () => {},
    })
    const { body } = await asked(cookie, (req) => ({
      sessions: presented.read(req).map(({ sessionId: sid, generation }) => ({ sid, generation })),
      refusal: refreshCookies.holdsToken(req) ? 'refresh_token_invalid' : 'refresh_token_missing',
    }))
    const { setCookies: signingOut } = await asked(cookie, (_req, res) => refreshCookies.clear(res))
    const { sessions, refusal } = body
    read.push({
      name,
      server: of,
      cookie,
      sessions,
      refusal: sessions.length > 0 ? null : refusal,
      signingOut,
    })
  }

  const set = []
  for (const { name, cookie, lastsDays } of answers) {
    const absoluteExpiresAt = after(lastsDays * day)
    const idleUntil = after(120 + settings.refreshToken.ttlSeconds)
    const opened = {
      _id: new Types.ObjectId(sessionId),
      generation: 3,
      rotatedAt: at,
      expiresAt: new Date(Math.min(idleUntil.getTime(), absoluteExpiresAt.getTime())),
      absoluteExpiresAt,
    }
    const { setCookies } = await asked('', (_req, res) =>
      cookiesOf(cookie).set(res, { session: opened as Session, refreshToken: mine }),
    )
    set.push({ name, server: cookie, at, session: { ...opened, _id: undefined, sid: sessionId }, setCookies })
  }
  const device = Buffer.alloc(32, 1).toString('base64url')
  const { setCookies: known } = await asked('', (_req, res) =>
    cookiesOf({ ...http, sameSite: 'strict' }).setDeviceId(res, device),
  )
  holdAgainstVectors('cookies', { read, set, device: { id: device, setCookies: known } })
})

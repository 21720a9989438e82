import { createHash, createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Problem, Tokens } from '@latchkey/contracts'
import { holdAgainstVectors } from '@latchkey/contracts/testing'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import express from 'express'
import mongoose, { Schema, Types } from 'mongoose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSessions, hashDeviceId, type SessionEvent, sessionSchema } from '../../src/index.ts'
import { readLockProof } from '../../src/refresh/refresh-lock.ts'
import { judgeRefresh } from '../../src/refresh/refresh-verdict.ts'
import { readSession } from '../../src/session.schema.ts'
import {
  after,
  clientSecret,
  refreshSecret,
  sessionId,
  settings,
  strangersSecret,
  userId,
} from './published.ts'

const key = (generation: number) =>
  createHmac('sha256', clientSecret).update(`latchkey${generation}`).digest()
const lock = (generation: number) => createHash('sha256').update(key(generation)).digest('base64url')
const keyHeader = (generation: number) => ({ 'X-Refresh-Key': key(generation).toString('base64url') })
const lockHeader = (generation: number) => ({ 'X-Refresh-Lock': lock(generation) })
/** What a client sends that takes itself to be at this generation. */
const proof = (generation: number) => ({ ...keyHeader(generation), ...lockHeader(generation + 1) })
const someoneElses = { 'X-Refresh-Key': Buffer.alloc(32, 9).toString('base64url') }

const minute = 60
const day = 86_400
const home = '203.0.113.7'
const away = '198.51.100.9'
const device = Buffer.alloc(32, 1).toString('base64url')
/** Signed in at 0, and rotated each minute since. */
const rotatedAt = (generation: number) => after(generation * minute)

/** As it is stored, at a generation of its choice. `isBound` false: a client without a key. */
function session(generation: number, isBound = true) {
  const consumed = Array.from({ length: Math.min(generation, 8) }, (_, index) => {
    const used = generation - Math.min(generation, 8) + index
    return { generation: used, lock: isBound ? lock(used) : null, at: rotatedAt(used + 1) }
  })
  return {
    generation,
    lock: isBound ? lock(generation) : null,
    consumed,
    createdAt: after(0),
    rotatedAt: rotatedAt(generation),
    expiresAt: after(generation * minute + settings.refreshToken.ttlSeconds),
    absoluteExpiresAt: after(settings.session.maxAgeSeconds),
    lastIp: home,
    deviceIdHash: hashDeviceId(device),
    keyLostAt: null as Date | null,
  }
}
type State = ReturnType<typeof session>

interface Case {
  name: string
  /** Null: it is gone. */
  session: State | null
  /** Of the token in the cookie. Null: no token; 'stranger': one that somebody else signed. */
  generation: number | null | 'stranger'
  /** Whether the token says the lock of its generation. Those of bound sessions do. */
  saysLock?: boolean
  headers?: Record<string, string>
  withDevice?: boolean
  at: Date
  from?: string
}

/** Programs send no `Origin`, nor do browsers with a page view, whose headers a server may pass on. */
const fromBrowser = { Origin: 'https://latchkey.example', 'Sec-Fetch-Site': 'same-origin' }
const ofPageView = { 'Sec-Fetch-Site': 'none' }
const believing = (said: string) => ({ 'X-Refresh-Session': said })
const soon = rotatedAt(3.5)
const bound = session(3)
const long = session(12)
const lost = { ...session(3), keyLostAt: after(200) }
const unbound = session(3, false)
const nearItsEnd = { ...session(3), absoluteExpiresAt: after(2 * day), expiresAt: after(2 * day) }

const cases: Case[] = [
  { name: 'the current token with its key', session: bound, generation: 3, headers: proof(3), at: soon },
  {
    name: 'its key, and no lock for the next',
    session: bound,
    generation: 3,
    headers: keyHeader(3),
    at: soon,
  },
  { name: 'no key: a copy', session: bound, generation: 3, at: soon, from: away },
  {
    name: 'a wrong key',
    session: bound,
    generation: 3,
    headers: { ...someoneElses, ...lockHeader(4) },
    at: soon,
  },
  { name: 'what is no key', session: bound, generation: 3, headers: { 'X-Refresh-Key': 'AAAA' }, at: soon },
  { name: 'again after a lost answer', session: bound, generation: 2, headers: proof(2), at: soon },
  { name: 'again after days', session: bound, generation: 2, headers: proof(2), at: after(5 * day) },
  {
    name: 'again, from another network',
    session: bound,
    generation: 2,
    headers: proof(2),
    at: soon,
    from: away,
  },
  { name: 'a used token with the current key', session: bound, generation: 2, headers: proof(3), at: soon },
  { name: 'the current token with a used key', session: bound, generation: 3, headers: proof(1), at: soon },
  { name: 'a used token without a key', session: bound, generation: 2, at: soon },
  {
    name: 'the current token, and the oldest that is remembered is forgotten',
    session: long,
    generation: 12,
    headers: proof(12),
    at: rotatedAt(13),
  },
  {
    name: 'the oldest token that is remembered, with its key',
    session: long,
    generation: 4,
    headers: proof(4),
    at: rotatedAt(13),
  },
  {
    name: 'a token older than is remembered, with its key',
    session: long,
    generation: 1,
    headers: proof(1),
    at: rotatedAt(13),
  },
  {
    name: 'the same with the key of the generation that was named',
    session: long,
    generation: 1,
    headers: proof(12),
    at: rotatedAt(13),
  },
  { name: 'the same without a key', session: long, generation: 1, at: rotatedAt(13) },
  {
    name: 'the same with a key that is made up: a copy',
    session: long,
    generation: 1,
    headers: { ...someoneElses, ...lockHeader(2) },
    at: rotatedAt(13),
    from: away,
  },
  {
    name: 'the same, in a token of former releases, which says no lock: nobody can tell',
    session: long,
    generation: 1,
    saysLock: false,
    headers: { ...someoneElses, ...lockHeader(2) },
    at: rotatedAt(13),
  },
  {
    name: 'a token from before a backup was restored',
    session: bound,
    generation: 5,
    headers: proof(5),
    at: soon,
  },
  {
    name: 'the same with the key that was named',
    session: bound,
    generation: 5,
    headers: proof(3),
    at: soon,
  },
  {
    name: 'the same with a key that is made up: a copy',
    session: bound,
    generation: 5,
    headers: { ...someoneElses, ...lockHeader(6) },
    at: soon,
  },
  {
    name: 'no key, in the browser of the sign-in',
    session: bound,
    generation: 3,
    headers: fromBrowser,
    withDevice: true,
    at: soon,
  },
  {
    name: 'no key, with all cookies of the browser of the sign-in, and from no browser',
    session: bound,
    generation: 3,
    withDevice: true,
    at: soon,
  },
  {
    name: 'the same by a server that passes on all headers of a page view',
    session: bound,
    generation: 3,
    headers: ofPageView,
    withDevice: true,
    at: soon,
  },
  {
    name: 'a key that seemed lost, shown',
    session: lost,
    generation: 3,
    headers: proof(3),
    withDevice: true,
    at: soon,
  },
  {
    name: 'a wrong key, in the browser of the sign-in',
    session: bound,
    generation: 3,
    headers: { ...fromBrowser, ...someoneElses, ...lockHeader(4) },
    withDevice: true,
    at: soon,
  },
  { name: 'unbound: the current token', session: unbound, generation: 3, at: soon },
  {
    name: 'unbound: a lock binds nothing any more',
    session: unbound,
    generation: 3,
    headers: proof(3),
    at: soon,
  },
  {
    name: 'unbound: again at the end of the leeway',
    session: unbound,
    generation: 2,
    at: after(3 * minute + 10),
  },
  { name: 'unbound: again after the leeway', session: unbound, generation: 2, at: after(3 * minute + 11) },
  {
    name: 'unbound: a token that is not remembered',
    session: session(12, false),
    generation: 1,
    at: rotatedAt(12),
  },
  { name: 'unbound: a token from before a backup was restored', session: unbound, generation: 5, at: soon },
  { name: 'in its last second', session: bound, generation: 3, headers: proof(3), at: after(7 * day + 179) },
  { name: 'expired', session: bound, generation: 3, headers: proof(3), at: after(7 * day + 180) },
  {
    name: 'a token past its exp, of a session that went on',
    session: bound,
    generation: 0,
    headers: proof(0),
    at: after(7 * day + 100),
  },
  {
    name: 'near the longest age: it slides no further',
    session: nearItsEnd,
    generation: 3,
    headers: proof(3),
    at: after(day),
  },
  { name: 'ended', session: null, generation: 3, headers: proof(3), at: soon },
  { name: 'ended, and past its exp', session: null, generation: 3, headers: proof(3), at: after(8 * day) },
  {
    name: 'a token that somebody else signed',
    session: bound,
    generation: 'stranger',
    headers: proof(3),
    at: soon,
  },
  { name: 'no token', session: bound, generation: null, headers: proof(3), at: soon },
  {
    name: 'a page on another host that is right about its cookies',
    session: bound,
    generation: 3,
    headers: { ...proof(3), ...believing(`${sessionId}.3`) },
    at: soon,
  },
  {
    name: 'one that believes in a former generation: no key is judged',
    session: bound,
    generation: 3,
    headers: { ...someoneElses, ...lockHeader(3), ...believing(`${sessionId}.2`) },
    at: soon,
  },
  {
    name: 'one that asks whether there is a session',
    session: bound,
    generation: 3,
    headers: believing('none'),
    at: soon,
  },
]

const connection = mongoose.createConnection(testDatabaseUri('vectors'))
const users = connection.model('Holder', new Schema({ refreshTokens: [sessionSchema], epoch: Number }))
let now = after(0)
const events: SessionEvent[] = []
/** A server that has seen nothing yet. */
const serverWith = (key: string) =>
  createSessions({
    users,
    settings: { ...settings, refreshToken: { ...settings.refreshToken, key } },
    clock: { now: () => now },
    async onEvent(event) {
      events.push(event)
    },
  })
const foreign = serverWith(strangersSecret)
let sessions = serverWith(refreshSecret)
let server: Server

beforeAll(async () => {
  // As behind one proxy, so that requests can come from anywhere.
  const app = express().set('trust proxy', 1)
  app.use('/api', (req, res, next) => sessions.routes()(req, res, next)).use(sessions.problems)
  server = createServer(app)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
})
afterAll(async () => {
  await new Promise((done) => server.close(done))
  await connection.close()
})

it('every refresh is judged as the vectors say, by the rules alone and by a server with a database', async () => {
  const verdicts = []
  for (const each of cases) verdicts.push(await judged(each))
  const { refreshToken, session: lasting, cookie } = settings
  holdAgainstVectors('verdicts', {
    server: {
      refreshSecret: refreshToken.key,
      refreshTokenSeconds: refreshToken.ttlSeconds,
      leewaySeconds: refreshToken.leewaySeconds,
      sessionMaxAgeSeconds: lasting.maxAgeSeconds,
      cookiePrefix: cookie.prefix,
    },
    clientSecret: clientSecret.toString('hex'),
    user: userId,
    sid: sessionId,
    verdicts,
  })
})

async function judged({
  name,
  session: before,
  generation,
  headers = {},
  withDevice = false,
  saysLock = before?.lock !== null,
  at,
  from = home,
}: Case) {
  await users.collection.deleteMany({})
  const refreshTokens = before ? [{ ...before, _id: new Types.ObjectId(sessionId) }] : []
  await users.collection.insertOne({ _id: new Types.ObjectId(userId), refreshTokens })
  sessions = serverWith(refreshSecret)
  events.length = 0
  now = at

  const cookies = cookiesOf(generation, saysLock, withDevice)
  const request = { headers: { ...(cookies && { Cookie: cookies }), ...headers }, from }
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/api/refresh-token`, {
    method: 'POST',
    headers: { ...request.headers, 'X-Forwarded-For': from },
  })
  const body = (await response.json()) as Partial<Problem & Tokens & { generation: number; session: string }>
  const set = new Map(
    response.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]?.split('=') as [string, string]),
  )
  const session = await stored()

  const verdict = verdictOf(response.status, body.code, before, session)
  if (typeof generation === 'number') expectTheRulesToSay(verdict)
  return {
    name,
    at,
    session: before,
    request,
    verdict,
    answer: {
      status: response.status,
      code: body.code ?? null,
      ...(body.generation !== undefined && { generation: body.generation }),
      ...(body.session !== undefined && { session: body.session }),
      ...(set.size > 0 && {
        session: set.get('latchkey.session'),
        refreshToken: set.get('latchkey.refreshToken'),
      }),
    },
    changes: changes(before, session),
    events: events.map(({ kind }) => kind),
  }

  function expectTheRulesToSay(said: string): void {
    const proofOfIt = () => readLockProof(headers['X-Refresh-Key'], headers['X-Refresh-Lock'])
    if (headers['X-Refresh-Key'] === 'AAAA') return void expect(proofOfIt).toThrow('refresh_lock_malformed')
    if (said === 'moved') return
    // The rules do not ask who shows the cookies.
    const ruled = said === 'forwarded' ? 'keyLost' : said
    const judgement = judgeRefresh({
      claims: sessions.refreshTokens.read(cookies.split(/[=;]/)[1] ?? ''),
      proof: proofOfIt(),
      session: (before && readSession({ ...before, _id: new Types.ObjectId(sessionId) })) ?? undefined,
      sameBrowser: withDevice,
      now: at,
      leewaySeconds: settings.refreshToken.leewaySeconds,
    })
    expect([name, judgement.kind === 'swap' ? 'rotate' : judgement.kind]).toEqual([name, ruled])
  }
}

/** As the page about the protocol calls them. */
function verdictOf(status: number, code: string | undefined, before: State | null, session: Stored | null) {
  if (status === 200) return session?.generation === before?.generation ? 'answer' : 'rotate'
  if (code === 'refresh_token_locked') return 'locked'
  if (code === 'refresh_token_key_lost') return 'keyLost'
  if (code === 'refresh_token_forwarded') return 'forwarded'
  if (code === 'session_moved') return 'moved'
  return code === 'refresh_token_reused' ? 'reused' : 'refused'
}

function cookiesOf(generation: Case['generation'], saysLock: boolean, withDevice: boolean): string {
  if (generation === null) return ''
  const signer = generation === 'stranger' ? foreign : sessions
  const gen = generation === 'stranger' ? 3 : generation
  const token = signer.refreshTokens.sign(userId, {
    _id: new Types.ObjectId(sessionId),
    generation: gen,
    lock: saysLock ? lock(gen) : null,
    rotatedAt: rotatedAt(gen),
    expiresAt: after(gen * minute + settings.refreshToken.ttlSeconds),
  })
  const known = withDevice ? `; latchkey.device=${device}` : ''
  return `latchkey.refreshToken=${token}; latchkey.session=${sessionId}.${gen}${known}`
}

type Stored = Partial<State>

async function stored(): Promise<Stored | null> {
  const user = await users.collection.findOne({ _id: new Types.ObjectId(userId) })
  return user?.refreshTokens[0] ?? null
}

/** What is another than before, as it is now. Null: the session is no longer there. */
function changes(before: State | null, session: Stored | null) {
  if (!session) return before ? null : {}
  const members = Object.keys(before ?? {}) as (keyof State)[]
  const changed = members.filter(
    (member) => JSON.stringify(session[member]) !== JSON.stringify(before?.[member]),
  )
  return Object.fromEntries(changed.map((member) => [member, session[member]]))
}

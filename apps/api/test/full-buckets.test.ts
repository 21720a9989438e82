import { randomBytes } from 'node:crypto'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { expect, it, onTestFinished } from 'vitest'
import { countingProxy } from '../bench/counting-proxy.ts'
import type { Config } from '../src/config.ts'
import { apiForTest } from './support/api.ts'
import { mailsSent, settled } from './support/eventually.ts'
import { ask } from './support/flood.ts'
import { password, registered, somebody } from './support/people.ts'

const limits =
  (changes: Partial<Config['rateLimits']>) =>
  (config: Config): Config => ({ ...config, rateLimits: { ...config.rateLimits, ...changes } })

const tight = (points: number) => ({ points, windowSeconds: 60 })

async function countedApi(changes: Partial<Config['rateLimits']>, environment: Record<string, string> = {}) {
  const wire = await countingProxy(testDatabaseUri())
  onTestFinished(() => wire.close())
  const api = await apiForTest({ mongoUri: wire.uri, configure: limits(changes), environment })
  return {
    api,
    linksRead: () => wire.commandsOn('actionTokens'),
    asked: () => wire.commandsOn('users') + wire.commandsOn('rateLimits'),
  }
}

it.each<[string, Partial<Config['rateLimits']>, string, () => object]>([
  [
    'sign-ins from an address',
    { loginPerAddress: tight(3) },
    'login',
    () => ({ email: somebody().email, password: 'wrong wrong' }),
  ],
  [
    'sign-ins to an account',
    { loginPerAccountAndAddress: tight(3) },
    'login',
    () => ({ email: 'ada@example.com', password: 'wrong wrong' }),
  ],
  [
    'hashes for an address',
    { hashPerAddress: tight(3) },
    'login',
    () => ({ email: somebody().email, password: 'wrong wrong' }),
  ],
  ['registrations', { registerPerAddress: tight(3) }, 'register', somebody],
  ['mails', { mailPerAddress: tight(3) }, 'forgot-password', () => ({ email: somebody().email })],
  ['links', { linkPerAddress: tight(3) }, 'verify-email', () => ({ token: 'x'.repeat(43) })],
])('a full bucket is refused without asking the database: %s', async (_, changes, path, body) => {
  const { api, asked } = await countedApi(changes)
  const request = () => ask(`${api.url}/api/${path}`, { body: body() })
  for (let i = 0; i < 3; i++) expect((await request()).status).not.toBe(429)
  await mailsSent(api)
  await settled(asked)
  const before = asked()
  for (let i = 0; i < 100; i++) {
    const refused = await request()
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
  }
  expect(asked()).toBe(before)
  // And once there is room again it is looked at again.
  api.clock.advance(60)
  expect((await request()).status).not.toBe(429)
  expect(asked()).toBeGreaterThan(before)
})

it('a link that cannot be one of ours is refused without asking the database, and another with one read', async () => {
  const { api, asked, linksRead } = await countedApi({ linkPerAddress: tight(3) })
  const use = (path: string, token: string) =>
    ask(`${api.url}/api/${path}`, { body: { token, ...(path === 'reset-password' && { password }) } })
  for (let i = 0; i < 3; i++) expect((await use('verify-email', `x${i}`)).status).toBe(400)
  await settled(asked)
  const [before, links] = [asked(), linksRead()]
  for (const path of ['verify-email', 'confirm-email', 'disown-email', 'undo-email', 'reset-password']) {
    expect((await use(path, 'x')).status).toBe(429)
    expect((await use(path, randomBytes(32).toString('base64url'))).status).toBe(429)
  }
  expect(asked()).toBe(before)
  expect(linksRead()).toBe(links + 5)
})

it('an account whose right password was shown too often is refused without asking the database', async () => {
  const { api, asked } = await countedApi({ signInPerAccount: tight(3) })
  const { email, password } = await registered(api)
  const request = () => ask(`${api.url}/api/login`, { body: { email, password } })
  for (let i = 0; i < 3; i++) expect((await request()).status).toBe(200)
  await mailsSent(api)
  await settled(asked)
  const before = asked()
  for (let i = 0; i < 100; i++) expect((await request()).status).toBe(429)
  expect(asked()).toBe(before)
})

it('a wait that an account is in is refused without asking the database, from wherever', async () => {
  const { api, asked } = await countedApi({ loginPerAccount: tight(1) }, { TRUST_PROXY: '1' })
  let host = 0
  const request = () =>
    ask(`${api.url}/api/login`, {
      from: `198.51.100.${++host}`,
      body: { email: 'ada@example.com', password: 'wrong wrong' },
    })
  expect((await request()).status).toBe(401)
  expect((await request()).status).toBe(401) // opens a wait of two seconds
  await settled(asked)
  const before = asked()
  for (let i = 0; i < 100; i++) expect((await request()).status).toBe(429)
  expect(asked()).toBe(before)
  api.clock.advance(2)
  expect((await request()).status).toBe(401)
})

it('what another process gives back is seen a few seconds later', async () => {
  const { api } = await countedApi({ loginPerAccountAndAddress: tight(2) })
  const other = await apiForTest({
    mongoUri: api.mongoUri,
    clock: api.clock,
    configure: limits({ loginPerAccountAndAddress: tight(2) }),
  })
  const person = await registered(api)
  const login = (at: typeof api, password: string) =>
    ask(`${at.url}/api/login`, { body: { email: person.email, password } })
  expect((await login(api, 'wrong wrong')).status).toBe(401)
  expect((await login(api, 'wrong wrong')).status).toBe(401)
  expect((await login(api, person.password)).status).toBe(429)
  // As by a sign-in that was in flight at the other process.
  await other.services.database.connection.collection('rateLimits').deleteMany({})
  expect((await login(api, person.password)).status).toBe(429)
  api.clock.advance(5)
  expect((await login(api, person.password)).status).toBe(200)
})

it('an account has one allowance, however its address is spelled', async () => {
  const { api } = await countedApi({ loginPerAccount: tight(1) }, { TRUST_PROXY: '1' })
  const spellings = [
    'ada@ex\u00e4mple.com',
    'ADA@xn--exmple-cua.com',
    'ada@exa\u0308mple.com',
    'ada@ex\u00e4mple\u3002com',
    'ada@\uff45x\u00e4mple.com',
    'ada@ex\u00e4m\u00adple.com',
  ]
  let host = 0
  const request = (email: string) =>
    ask(`${api.url}/api/login`, { from: `198.51.100.${++host}`, body: { email, password: 'wrong wrong' } })
  expect((await request('ada@ex\u00e4mple.com')).status).toBe(401)
  expect((await request('ada@ex\u00e4mple.com')).status).toBe(401) // opens a wait
  for (const spelling of spellings)
    expect([spelling, (await request(spelling)).status]).toEqual([spelling, 429])
  expect((await request('ada@example.com')).status).toBe(401)
})

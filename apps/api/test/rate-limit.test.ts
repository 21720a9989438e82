import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Response } from 'supertest'
import { expect, it } from 'vitest'
import type { Config } from '../src/config.ts'
import { apiForTest, type TestApi } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { login, password, refresh, registered, setCookies, somebody } from './support/people.ts'
import { whom } from './support/whom.ts'

const limits =
  (changes: Partial<Config['rateLimits']>) =>
  (config: Config): Config => ({ ...config, rateLimits: { ...config.rateLimits, ...changes } })

const tight = (points: number) => ({ points, windowSeconds: 60 })

const from = (address: string) => ({ 'X-Forwarded-For': address })

const deviceOf = (response: Response) =>
  setCookies(response)
    .find((cookie) => cookie.startsWith('latchkey.device='))
    ?.split(';', 1)[0] ?? ''

it('guessing one password is cut off with 429 and Retry-After, and other accounts are not', async () => {
  const api = await apiForTest({ configure: limits({ loginPerAccountAndAddress: tight(3) }) })
  const person = await registered(api)
  const other = await registered(api)
  const guess = () => api.http.post('/api/login').send({ email: person.email, password: 'wrong wrong' })
  // All at once: counting happens before looking.
  const statuses = (await Promise.all(Array.from({ length: 10 }, guess))).map(({ status }) => status)
  expect(statuses.toSorted()).toEqual([401, 401, 401, 429, 429, 429, 429, 429, 429, 429])
  const refused = await guess()
  expect(refused.body.code).toBe('rate_limited')
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
  expect(refused.headers.ratelimit).toMatch(/"login";r=0;t=\d+/)
  expect(refused.headers['ratelimit-policy']).toContain('"login";q=3;w=60')
  await login(api, other)
})

it('an attempt that nobody got to look at is given back', async () => {
  const api = await apiForTest({
    environment: { BCRYPT_COST: '6', TRUST_PROXY: '1' },
    configure: limits({ loginPerAddress: tight(3), loginPerKnownDevice: tight(3) }),
  })
  const person = somebody()
  const registration = await api.http.post('/api/register').set(from('198.51.100.7')).send(person).expect(201)
  const device = deviceOf(registration)
  const attempt = (headers: Record<string, string>) =>
    api.http
      .post('/api/login')
      .set({ ...from('203.0.113.7'), ...headers })
      .send({ email: person.email, password: person.password })
  const counted = () =>
    api.services.database.connection
      .collection('rateLimits')
      .find({ key: /^login/, points: { $gt: 0 } })
      .toArray()

  /** Now and then one gets in, in the moment between two hashes. */
  const unseen = async (headers: Record<string, string>) => {
    let status: number
    do status = (await attempt(headers)).status
    while (status === 200)
    expect(status).toBe(503)
  }

  const calm = await Promise.all([
    overload(api, ['stranger', '203.0.113.7']),
    overload(api, ['known', '203.0.113.7']),
  ])
  try {
    // More often than either allowance, and never 429.
    for (let i = 0; i < 8; i++) {
      await unseen({ Cookie: device })
      await unseen({})
      await eventually(async () => expect(await counted()).toEqual([]), { interval: 10 })
    }
    // Elsewhere the same account is open.
    await attempt(from('203.0.113.8')).expect(200)
  } finally {
    for (const stop of calm) await stop()
  }
  await attempt({ Cookie: device }).expect(200)
})

/** Hashes so many passwords for the same people that there is no room for another of them. Returns how to stop. */
async function overload(
  { services: { passwords } }: TestApi,
  beside: string[],
): Promise<() => Promise<unknown>> {
  let going = true
  const hash = (account: number) =>
    passwords.hash(password, whom(...beside, String(account))).catch(() => delay(1)) // there was no room
  const first = Array.from({ length: 64 * availableParallelism() }, (_, account) => hash(account))
  const hashing = first.map(async (begun, account) => {
    await begun
    while (going) await hash(account)
  })
  // By then every thread is at work and the queue before them full; who is done is in it again at once, or nearly.
  await Promise.race(first)
  return async () => {
    going = false
    await Promise.all(hashing)
  }
}

it('signing in rightly never uses the allowance up', async () => {
  const api = await apiForTest({
    configure: limits({
      loginPerAccountAndAddress: tight(2),
      loginPerAddress: tight(2),
      loginPerAccount: tight(2),
    }),
  })
  const person = await registered(api)
  for (let i = 0; i < 6; i++) await login(api, person)
})

it('the limit holds across processes', async () => {
  const first = await apiForTest({ configure: limits({ loginPerAccountAndAddress: tight(2) }) })
  const second = await apiForTest({
    configure: limits({ loginPerAccountAndAddress: tight(2) }),
    mongoUri: first.mongoUri,
  })
  const body = { email: somebody().email, password: 'wrong wrong' }
  await first.http.post('/api/login').send(body).expect(401)
  await second.http.post('/api/login').send(body).expect(401)
  await first.http.post('/api/login').send(body).expect(429)
  await second.http.post('/api/login').send(body).expect(429)
})

it('registrations are counted by address', async () => {
  const api = await apiForTest({ configure: limits({ registerPerAddress: tight(2) }) })
  await registered(api)
  await registered(api)
  const refused = await api.http.post('/api/register').send(somebody())
  expect(refused.status).toBe(429)
  // Each limit is a bucket of its own.
  await api.http.post('/api/login').send({ email: 'ada@example.com', password: 'x' }).expect(401)
})

it('without trusted proxies a spoofed X-Forwarded-For lands in the same bucket', async () => {
  const api = await apiForTest({ configure: limits({ registerPerAddress: tight(2) }) })
  const from = (address: string) =>
    api.http.post('/api/register').set('X-Forwarded-For', address).send(somebody())
  await from('198.51.100.1').expect(201)
  await from('198.51.100.2').expect(201)
  await from('198.51.100.3').expect(429)
})

it('behind one proxy two clients have a bucket each, and what they forge before it counts for nothing', async () => {
  const api = await apiForTest({
    environment: { TRUST_PROXY: '1' },
    configure: limits({ registerPerAddress: tight(1) }),
  })
  const from = (forwarded: string) =>
    api.http.post('/api/register').set('X-Forwarded-For', forwarded).send(somebody())
  await from('198.51.100.1').expect(201)
  await from('198.51.100.2').expect(201)
  await from('203.0.113.9, 198.51.100.1').expect(429)
})

it('an IPv6 network of one customer is one address', async () => {
  const api = await apiForTest({
    environment: { TRUST_PROXY: '1' },
    configure: limits({ registerPerAddress: tight(1) }),
  })
  const from = (forwarded: string) =>
    api.http.post('/api/register').set('X-Forwarded-For', forwarded).send(somebody())
  await from('2001:db8:1:2::1').expect(201)
  await from('2001:0db8:0001:0002:ffff::9').expect(429)
  await from('2001:db8:1:3::1').expect(201)
  await from('203.0.113.5:1111').expect(201)
  await from('203.0.113.5:2222').expect(429)
  await from('::ffff:cb00:7105').expect(429)
  await from('::ffff:198.51.100.7').expect(201)
  await from('198.51.100.7').expect(429)
})

it.each([
  ['a /64', 1, (i: number) => `2001:db8:1:2:${i.toString(16)}::1`],
  ['a /56', 4, (i: number) => `2001:db8:1:${(0x200 + (i % 256)).toString(16)}::1`],
  ['a /48', 16, (i: number) => `2001:db8:1:${(i * 1031).toString(16)}::1`],
])('whoever has %s has %i allowances, however many addresses are in it', async (_, times, address) => {
  const api = await apiForTest({
    environment: { TRUST_PROXY: '1' },
    configure: limits({ loginPerAddress: tight(2) }),
  })
  const statuses: number[] = []
  for (let i = 0; i < 60; i++) {
    const guess = { email: somebody().email, password: 'wrong wrong' }
    statuses.push(
      (
        await api.http
          .post('/api/login')
          .set(from(address(i)))
          .send(guess)
      ).status,
    )
  }
  expect(statuses).toEqual([...Array(2 * times).fill(401), ...Array(60 - 2 * times).fill(429)])
  const neighbour = await api.http
    .post('/api/login')
    .set(from('2001:db8:2::1'))
    .send({ email: somebody().email, password: 'wrong wrong' })
  expect(neighbour.status).toBe(401)
})

it('a client that loops on its own 401 is cut off, and the session lives', async () => {
  const api = await apiForTest({ configure: limits({ refreshPerSession: tight(5) }) })
  const person = await registered(api)
  const other = await registered(api)
  for (let i = 0; i < 5; i++) await refresh(api, person.jar).expect(200)
  const refused = await refresh(api, person.jar)
  expect(refused.status).toBe(429)
  expect(refused.headers['retry-after']).toMatch(/^\d+$/)
  await refresh(api, other.jar).expect(200)
  // Without a session the address is what counts.
  for (let i = 0; i < 5; i++) await api.http.post('/api/refresh-token').expect(401)
  await api.http.post('/api/refresh-token').expect(429)
})

import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { ask, type Flood, flood } from './support/flood.ts'
import { login, type Person, registered, type SignedInPerson, somebody } from './support/people.ts'

/** A hash takes some 20 ms, so that 60 requests in flight keep every thread at work. */
const environment = { TRUST_PROXY: '1', BCRYPT_COST: '8', LOG_LEVEL: 'error' }
const stranger = '203.0.113.66'

const signIn = (api: TestApi, who: Person, from: string, password = who.password) =>
  ask(`${api.url}/api/login`, { from, body: { email: who.email, password } })

const register = (api: TestApi, from: string) => ask(`${api.url}/api/register`, { from, body: somebody() })

/** In CI as many as make a queue of their own. */
const honest = process.env.CI ? 12 : 6

/** These people sign in, and a third as many register, each from an address of their own, one after the other. */
async function honestPeople(api: TestApi, people: Person[], inTheWay: Flood) {
  const signIns: number[] = []
  const registrations: number[] = []
  for (const [i, person] of people.entries()) {
    signIns.push((await signIn(api, person, `198.51.100.${i}`)).status)
    if (i % 3 === 0) registrations.push((await register(api, `192.0.2.${i}`)).status)
  }
  await eventually(() => expect(inTheWay.statuses[429]).toBeGreaterThan(0))
  await inTheWay.stop()
  return { signIns, registrations }
}

const everybodyIn = { signIns: Array(honest).fill(200), registrations: Array(honest / 3).fill(201) }

const crowd = (api: TestApi) => Promise.all(Array.from({ length: honest }, () => registered(api)))

/** What a stranger sends with 60 requests in flight, and how many of them may be worked for at most. */
const mixtures: Record<string, (api: TestApi) => Promise<(turn: number) => Promise<{ status: number }>>> = {
  async 'the right password of one account'(api) {
    const own = await registered(api)
    return () => signIn(api, own, stranger)
  },
  async 'the right passwords of twenty accounts'(api) {
    const own = await Promise.all(Array.from({ length: 20 }, () => registered(api)))
    return (turn) => signIn(api, own[turn % own.length] as Person, stranger)
  },
  async 'wrong passwords of accounts that do not exist'(api) {
    return () => signIn(api, somebody(), stranger)
  },
  async 'wrong passwords of one account'(api) {
    const victim = await registered(api)
    return () => signIn(api, victim, stranger, 'wrong wrong')
  },
  async registrations(api) {
    return () => register(api, stranger)
  },
  async 'password changes'(api) {
    const own = await registered(api)
    const body = { currentPassword: own.password, newPassword: own.password }
    return () => ask(`${api.url}/api/change-password`, { from: stranger, token: own.body.accessToken, body })
  },
  async downloads(api) {
    const own = await registered(api)
    return () =>
      ask(`${api.url}/api/me/export`, { from: stranger, token: own.body.accessToken, method: 'GET' })
  },
  async 'everything at once'(api) {
    const own = await registered(api)
    const token = own.body.accessToken
    const anything = [
      () => signIn(api, own, stranger),
      () => signIn(api, somebody(), stranger),
      () => signIn(api, own, stranger, 'wrong wrong'),
      () => register(api, stranger),
      () =>
        ask(`${api.url}/api/change-email`, {
          from: stranger,
          token,
          body: { email: somebody().email, password: own.password },
        }),
      () =>
        ask(`${api.url}/api/change-password`, {
          from: stranger,
          token,
          body: { currentPassword: own.password, newPassword: own.password },
        }),
      () => ask(`${api.url}/api/me/export`, { from: stranger, token, method: 'GET' }),
      () => ask(`${api.url}/api/forgot-password`, { from: stranger, body: { email: somebody().email } }),
      () => ask(`${api.url}/api/verify-email`, { from: stranger, body: { token: 'x'.repeat(43) } }),
      () =>
        ask(`${api.url}/api/reset-password`, {
          from: stranger,
          body: { token: 'x'.repeat(43), password: own.password },
        }),
    ]
    return (turn) => (anything[turn % anything.length] as (typeof anything)[0])()
  },
}

/** The others are parts of the last, and take as long: they are tried in CI. */
const tried = Object.entries(mixtures).slice(process.env.CI ? 0 : -1)

it.each(tried)(
  'beside 60 requests in flight from one address every honest sign-in and registration succeeds: %s',
  async (_, prepare) => {
    const api = await apiForTest({ environment })
    const people = await crowd(api)
    const inTheWay = flood(60, await prepare(api))
    await eventually(() => expect(Object.keys(inTheWay.statuses)).not.toEqual([]))
    expect(await honestPeople(api, people, inTheWay)).toEqual(everybodyIn)
  },
  240_000,
)

it('a right password costs its owner nothing in guessing, and thirty sign-ins in a quarter of an hour are an account’s', async () => {
  const api = await apiForTest({ environment: { TRUST_PROXY: '1' } })
  const person = await registered(api)
  const statuses: number[] = []
  // However it is written, and from wherever.
  for (let i = 0; i < 30; i++) {
    const email = i % 2 ? person.email.toUpperCase() : person.username
    statuses.push((await signIn(api, { ...person, email }, `198.51.100.${i % 3}`)).status)
  }
  expect(statuses).toEqual(Array(30).fill(200))
  const refused = await signIn(api, person, '198.51.100.9')
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(890)
  expect(refused.headers.get('ratelimit')).toMatch(/"sign-in-account";r=0/)
  // Nobody learns from this who has an account: a wrong password is a wrong password.
  expect((await signIn(api, person, '198.51.100.10', 'wrong wrong')).status).toBe(401)
  api.clock.advance(15 * 60)
  expect((await signIn(api, person, '198.51.100.9')).status).toBe(200)
})

it('from a browser that is known to the account it is the same thirty', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const device = deviceOf(person)
  const body = { email: person.email, password: person.password }
  const statuses: number[] = []
  for (let i = 0; i < 32; i++)
    statuses.push((await ask(`${api.url}/api/login`, { cookie: device, body })).status)
  expect(statuses).toEqual([...Array(30).fill(200), 429, 429])
})

it('60 sign-ins at once are not more than thirty either', async () => {
  const api = await apiForTest({ environment: { TRUST_PROXY: '1' } })
  const person = await registered(api)
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) => signIn(api, person, `198.51.100.${i}`)),
  )
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(30)
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(30)
})

it('what is answered with a 503 is not free: who overfills their own queue is cut off with 429', async () => {
  const api = await apiForTest({
    environment,
    configure: (config) => ({
      ...config,
      rateLimits: { ...config.rateLimits, hashPerAddress: { points: 80, windowSeconds: 900 } },
    }),
  })
  const body = () => ({ email: somebody().email, password: 'wrong wrong' })
  const inTheWay = flood(60, () => ask(`${api.url}/api/login`, { from: stranger, body: body() }))
  await eventually(() => expect(inTheWay.statuses[429]).toBeGreaterThan(100))
  await inTheWay.stop()
  const { 401: hashed = 0, 503: unseen = 0 } = inTheWay.statuses
  expect(hashed + unseen).toBeLessThanOrEqual(80)
  // Those that nobody looked at do not count as failed.
  const counts = api.services.database.connection.collection('rateLimits')
  await eventually(async () =>
    expect(await counts.findOne({ key: /^login-address:/ })).toMatchObject({ points: hashed }),
  )
})

it('thirty passwords shown by one account in a quarter of an hour are its own, right or wrong', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const change = (from: SignedInPerson) =>
    ask(`${api.url}/api/change-password`, {
      token: from.body.accessToken,
      body: { currentPassword: person.password, newPassword: person.password },
    })
  const statuses: number[] = []
  for (let i = 0; i < 32; i++) statuses.push((await change(person)).status)
  expect(statuses).toEqual([...Array(30).fill(200), 429, 429])
  const other = await registered(api)
  expect((await change(other)).status).toBe(200)
})

it('ten downloads of an account in an hour are its own', async () => {
  const api = await apiForTest()
  const [person, other] = [await registered(api), await registered(api)]
  const download = ({ body }: SignedInPerson) =>
    ask(`${api.url}/api/me/export`, { token: body.accessToken, method: 'GET' })
  const statuses: number[] = []
  for (let i = 0; i < 12; i++) statuses.push((await download(person)).status)
  expect(statuses).toEqual([...Array(10).fill(200), 429, 429])
  expect((await download(other)).status).toBe(200)
  api.clock.advance(3600)
  expect((await download(await login(api, person))).status).toBe(200)
})

const deviceOf = ({ jar }: SignedInPerson) =>
  jar.header.split('; ').find((cookie) => cookie.includes('device=')) ?? ''

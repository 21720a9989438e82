import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { ask, type JsonRequest } from './support/flood.ts'
import { mailServer } from './support/mail-server.ts'
import { type Person, somebody } from './support/people.ts'

const office = '203.0.113.1'
const environment = { TRUST_PROXY: '1', LOG_LEVEL: 'error' }

const post = (api: TestApi, path: string, body: object, more: JsonRequest = {}) =>
  ask(`${api.url}/api/${path}`, { from: office, body, ...more })

/** In CI as many as the limits are made for. */
const colleagues = process.env.CI ? 200 : 30

it('everybody in one office registers, confirms their address and signs in within an hour', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { ...environment, SMTP_URL: mail.url } })
  const people = Array.from({ length: colleagues }, somebody)
  const statuses = async (each: (person: Person) => Promise<{ status: number }>) => {
    const answered: number[] = []
    // A few at a time, as people come.
    for (let i = 0; i < people.length; i += 10)
      for (const { status } of await Promise.all(people.slice(i, i + 10).map(each))) answered.push(status)
    return answered
  }
  expect(await statuses((person) => post(api, 'register', person))).toEqual(Array(colleagues).fill(201))
  const confirm = async ({ email, password }: Person) => {
    const { text } = await mail.mailTo(email, /Confirm your email address/)
    return post(api, 'verify-email', { token: /#token=([\w-]+)/.exec(text)?.[1], password })
  }
  expect(await statuses(confirm)).toEqual(Array(colleagues).fill(200))
  const signIn = ({ email, password }: Person) => post(api, 'login', { email, password })
  expect(await statuses(signIn)).toEqual(Array(colleagues).fill(200))
}, 240_000)

it('a stranger makes neither accounts nor mails without end', async () => {
  const api = await apiForTest({ environment: { ...environment, LIMIT_MAIL_PER_ADDRESS: '100/1h' } })
  const upTo = async (path: string, body: () => object) => {
    let passed = 0
    while ((await post(api, path, body())).status < 400) passed++
    return passed
  }
  for (let i = 0; i < 20; i++)
    expect((await post(api, 'forgot-password', { email: somebody().email })).status).toBe(200)
  expect(await upTo('register', somebody)).toBe(80)
  expect(await upTo('forgot-password', () => ({ email: somebody().email }))).toBe(0)
  // Elsewhere nobody notices.
  expect((await post(api, 'register', somebody(), { from: '198.51.100.1' })).status).toBe(201)
}, 240_000)

it('names that are taken can be tried sixty times in an hour', async () => {
  const api = await apiForTest({ environment })
  const person = somebody()
  expect((await post(api, 'register', person)).status).toBe(201)
  const statuses: number[] = []
  for (let i = 0; i < 62; i++)
    statuses.push((await post(api, 'register', { ...somebody(), email: person.email })).status)
  expect(statuses).toEqual([...Array(60).fill(409), 429, 429])
})

it('a link that does not work counts, one that works does not', async () => {
  const mail = await mailServer()
  const api = await apiForTest({
    environment: { ...environment, SMTP_URL: mail.url },
    configure: (config) => ({
      ...config,
      rateLimits: { ...config.rateLimits, linkPerAddress: { points: 2, windowSeconds: 3600 } },
    }),
  })
  const reset = async (person: Person, password: string) => {
    await post(api, 'forgot-password', { email: person.email })
    const { text } = await mail.mailTo(person.email, /[Rr]eset|[Nn]ew password/)
    const token = /#token=([\w-]+)/.exec(text)?.[1]
    return { token, status: (await post(api, 'reset-password', { token, password })).status }
  }
  const people = Array.from({ length: 4 }, somebody)
  for (const person of people) await post(api, 'register', person)
  const resets = []
  for (const person of people) resets.push(await reset(person, 'a new and better one'))
  expect(resets.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  const again = { token: resets[0]?.token, password: 'yet another good one' }
  expect((await post(api, 'reset-password', again)).status).toBe(400)
  expect((await post(api, 'reset-password', again)).status).toBe(400)
  expect((await post(api, 'reset-password', again)).status).toBe(429)
}, 240_000)

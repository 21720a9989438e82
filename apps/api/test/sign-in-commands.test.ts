import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { expect, it, onTestFinished } from 'vitest'
import { countingProxy } from '../bench/counting-proxy.ts'
import type { Config } from '../src/config.ts'
import { apiForTest, type TestApi } from './support/api.ts'
import { mailsSent, settled } from './support/eventually.ts'
import { ask } from './support/flood.ts'
import { registered } from './support/people.ts'

const collections = ['users', 'rateLimits', 'signInAttempts', 'securityEvents']

const withAddressLimit =
  (windowSeconds: number) =>
  (config: Config): Config => ({
    ...config,
    rateLimits: { ...config.rateLimits, loginPerAddress: { points: 100, windowSeconds } },
  })

const failedFromAddresses = async ({ services }: TestApi) => {
  const found = services.database.connection.collection('rateLimits').find({ key: /^login-address:/ })
  return (await found.toArray()).map(({ points }) => points)
}

/** Codes are asked for; none of this app's would be right. */
async function withFactor(api: TestApi) {
  const person = await registered(api)
  const totp = { secret: 'sealed', confirmedAt: new Date(), lastStep: 0 }
  await api.services.database.connection
    .collection('users')
    .updateOne({ username: person.username }, { $set: { totp } })
  return person
}

it('a sign-in up to its second step asks the database for five things, and again soon after for seven', async () => {
  const wire = await countingProxy(testDatabaseUri())
  onTestFinished(() => wire.close())
  const api = await apiForTest({ mongoUri: wire.uri })
  const { email, password } = await withFactor(api)
  const other = await withFactor(api)
  const asked = () => collections.map(wire.commandsOn).reduce((sum, commands) => sum + commands, 0)
  const signIn = async (email: string) => {
    const before = asked()
    expect((await ask(`${api.url}/api/login`, { body: { email, password } })).status).toBe(202)
    return asked() - before
  }
  await mailsSent(api)
  await signIn(other.email)
  await settled(asked)
  // The account, the limits before the hash, those after it, the attempt and the event.
  expect(await signIn(email)).toBe(5)
  // How often the account was signed in to has to be looked at.
  expect(await signIn(email)).toBe(7)
})

it('what is right is given back to a window that was opened when windows were longer', async () => {
  const long = await apiForTest({ configure: withAddressLimit(3600) })
  const short = await apiForTest({
    mongoUri: long.mongoUri,
    clock: long.clock,
    configure: withAddressLimit(60),
  })
  const { email, password } = await registered(long)
  const signIn = async (api: TestApi, password: string) =>
    (await ask(`${api.url}/api/login`, { body: { email, password } })).status
  expect(await signIn(long, 'wrong wrong')).toBe(401)
  expect(await signIn(short, password)).toBe(200)
  expect(await failedFromAddresses(short)).toEqual([1])
})

it('an attempt counts in the window that it meets, right up to the last one', async () => {
  const api = await apiForTest({
    configure: (config) => ({
      ...config,
      rateLimits: { ...config.rateLimits, loginPerAddress: { points: 5, windowSeconds: 60 } },
    }),
  })
  const people = await Promise.all(Array.from({ length: 20 }, () => registered(api)))
  const wrong = people.map(({ email }) =>
    ask(`${api.url}/api/login`, { body: { email, password: 'wrong wrong' } }),
  )
  const statuses = (await Promise.all(wrong)).map(({ status }) => status).sort()
  expect(statuses).toEqual([...Array(5).fill(401), ...Array(15).fill(429)])
  expect(await failedFromAddresses(api)).toEqual([5])
})

it('the limits hold where somebody has dropped them with their index', async () => {
  const api = await apiForTest()
  const { email } = await registered(api)
  await api.services.database.connection.collection('rateLimits').drop()
  const statuses: number[] = []
  for (let attempt = 0; attempt < 14; attempt++)
    statuses.push((await ask(`${api.url}/api/login`, { body: { email, password: 'wrong wrong' } })).status)
  expect(statuses).toContain(401)
  expect(statuses.at(-1)).toBe(429)
})

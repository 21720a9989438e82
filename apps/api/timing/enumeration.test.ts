import bcrypt from 'bcryptjs'
import { expect, it } from 'vitest'
import type { Config } from '../src/config.ts'
import { apiForTest, type TestApi } from '../test/support/api.ts'
import { password, registered, somebody } from '../test/support/people.ts'

const tries = 1000
/** Of a thousand honest comparisons one falls below. */
const significance = 0.001

const endless = { points: 1_000_000, windowSeconds: 3600 }
const withoutLimits = (config: Config): Config => ({
  ...config,
  rateLimits: {
    ...config.rateLimits,
    loginPerAddress: endless,
    loginPerAccountAndAddress: endless,
    loginPerAccount: endless,
    hashPerAddress: endless,
    mailPerAddress: endless,
  },
})

type Ask = (api: TestApi, email: string) => Promise<unknown>

const signIn: Ask = (api, email) => api.http.post('/api/login').send({ email, password: 'not the password' })

const correct: Ask = (api, identifier) => {
  const body = { identifier, password: 'not the password', email: 'new@example.com' }
  return api.http.post('/api/correct-email').send(body)
}

it.each<[string, Ask]>([
  ['signing in', signIn],
  ['putting an address right', correct],
  ['asking for a reset', (api, email) => api.http.post('/api/forgot-password').send({ email })],
  ['asking for a verification', (api, email) => api.http.post('/api/resend-verification').send({ email })],
])('%s takes as long for a known address as for an unknown one', async (what, ask) => {
  // The cheapest hash: a difference would show the more.
  const api = await apiForTest({ configure: withoutLimits, environment: { LOG_LEVEL: 'error' } })
  const known = (await registered(api)).email
  const { p, report } = await measure(api, known, ask)
  console.info(`${what}: ${report}`)
  expect(p).toBeGreaterThan(significance)
})

it.each([
  ['lower', 6],
  ['higher', 10],
])(
  'signing in takes as long for a hash made at a %s cost as for an unknown address',
  async (what, hashCost) => {
    const environment = { LOG_LEVEL: 'error', BCRYPT_COST: '8' }
    const api = await apiForTest({ configure: withoutLimits, environment })
    const known = (await registered(api)).email
    const passwordHash = bcrypt.hashSync(password, hashCost)
    await api.services.database.connection
      .collection('users')
      .updateOne({ emailKey: known }, { $set: { passwordHash } })
    const { ratio, report } = await measure(api, known, signIn)
    console.info(`signing in, ${what} cost: ${report}`)
    // A comparison in several parts takes some 0.1 ms longer than in one. Without any top-up it is a factor of 4.
    expect(Math.abs(ratio - 1)).toBeLessThan(0.1)
  },
)

it.each([
  ['a fast', `$salted-sha256$salt=first$c29tZXNhbHQ$${'A'.repeat(43)}`],
  ['a slow', `$pbkdf2-sha256$i=100000$c29tZXNhbHQ$${'A'.repeat(43)}`],
])(
  'signing in takes as long for %s hash of another system as for an unknown address',
  async (what, passwordHash) => {
    const environment = { LOG_LEVEL: 'error', BCRYPT_COST: '10' }
    const api = await apiForTest({ configure: withoutLimits, environment })
    const known = (await registered(api)).email
    await api.services.database.connection
      .collection('users')
      .updateOne({ emailKey: known }, { $set: { passwordHash } })
    const { ratio, report } = await measure(api, known, signIn)
    console.info(`signing in, ${what} hash of another system: ${report}`)
    // It is filled up in steps of 2^4 rounds of 2^10. Without that it would be nearly nothing, and a third.
    expect(Math.abs(ratio - 1)).toBeLessThan(0.1)
  },
)

/** Times `ask` for a known and an unknown address, and compares. */
async function measure(api: TestApi, known: string, ask: Ask) {
  const unknown = somebody().email
  for (let i = 0; i < 100; i++) await ask(api, i % 2 ? known : unknown) // warm
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] }
  for (let i = 0; i < tries; i++) {
    // In pairs, and in either order, so that a machine that slows down slows both.
    const pair: ('known' | 'unknown')[] = Math.random() < 0.5 ? ['known', 'unknown'] : ['unknown', 'known']
    for (const kind of pair) {
      const startedAt = performance.now()
      await ask(api, kind === 'known' ? known : unknown)
      times[kind].push(performance.now() - startedAt)
    }
  }
  const { z, p } = mannWhitney(times.known, times.unknown)
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
  const medians = { known: median(times.known), unknown: median(times.unknown) }
  const report = `median ${medians.known.toFixed(2)} ms known, ${medians.unknown.toFixed(2)} ms unknown; Mann-Whitney z = ${z.toFixed(2)}, p = ${p.toFixed(3)} (${tries} tries each)`
  return { p, ratio: medians.known / medians.unknown, report }
}

/** The rank-sum test with the normal approximation, two-sided. */
function mannWhitney(a: number[], b: number[]): { z: number; p: number } {
  const all = [...a.map((value) => ({ value, first: true })), ...b.map((value) => ({ value, first: false }))]
  all.sort((x, y) => x.value - y.value)
  const rankSum = all.reduce((sum, { first }, index) => (first ? sum + index + 1 : sum), 0)
  const u = rankSum - (a.length * (a.length + 1)) / 2
  const mean = (a.length * b.length) / 2
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12)
  const z = (u - mean) / deviation
  return { z, p: 2 * (1 - normal(Math.abs(z))) }
}

/** The normal distribution function (Abramowitz and Stegun 26.2.17; the error is below 1e-7). */
function normal(x: number): number {
  const t = 1 / (1 + 0.2316419 * x)
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series
}

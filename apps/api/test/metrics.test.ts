import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { routes } from '@latchkey/contracts'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { expect, inject, it } from 'vitest'
import { withPatience } from '../src/ops/metrics/patience.ts'
import { apiForTest, type TestApi } from './support/api.ts'
import { cuttableProxy } from './support/cuttable-proxy.ts'
import { eventually } from './support/eventually.ts'
import { freePort } from './support/free-port.ts'
import { login, password, protectedWith, refresh, registered, somebody } from './support/people.ts'
import { apiProcess, ready } from './support/process.ts'

const environment = { METRICS_PORT: '0' }

/** The value of a sample, by all of its labels in their order; null: there is none. */
async function sample(api: TestApi, name: string): Promise<number | null> {
  const line = (await api.metrics()).split('\n').find((each) => each.startsWith(`${name} `))
  return line === undefined ? null : Number(line.slice(name.length + 1))
}

const requests = (method: string, route: string, status: string) =>
  `latchkey_http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`

it('counts each request on its route, by how it ended, and measures how long it took', async () => {
  const api = await apiForTest({ environment })
  const person = await registered(api)
  for (let i = 0; i < 3; i++) await protectedWith(api, person.body.accessToken).expect(200)
  await protectedWith(api, 'nonsense').expect(401)
  expect(await sample(api, requests('GET', '/api/protected', '2xx'))).toBe(3)
  expect(await sample(api, requests('GET', '/api/protected', '4xx'))).toBe(1)
  expect(await sample(api, requests('POST', '/api/register', '2xx'))).toBe(1)
  expect(await sample(api, 'latchkey_problems_total{code="access_token_invalid"}')).toBe(1)
  expect(await sample(api, 'latchkey_problems_total{code="internal_error"}')).toBe(0)

  const text = await api.metrics()
  const buckets = [
    ...text.matchAll(/_bucket\{method="GET",route="\/api\/protected",status="2xx",le="([^"]+)"\} (\d+)/g),
  ]
  const counts = buckets.map(([, , count]) => Number(count))
  expect(buckets.at(-1)?.[1]).toBe('+Inf')
  expect(counts.at(-1)).toBe(3)
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  const seconds = await sample(api, requests('GET', '/api/protected', '2xx').replace('_count', '_sum'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThan(3)
})

it('names routes by their pattern, whatever strangers ask for', async () => {
  const api = await apiForTest({ environment })
  const person = await registered(api)
  const bearer = { Authorization: `Bearer ${person.body.accessToken}` }
  await api.http
    .delete(`/api/sessions/${'a'.repeat(24)}`)
    .set(bearer)
    .expect(404)
  await api.http
    .delete(`/API/Sessions/${'b'.repeat(24)}`)
    .set(bearer)
    .expect(404)
  for (let i = 0; i < 20; i++) {
    await api.http.get(`/api/stranger-${i}`)
    await api.http.get(`/stranger-${i}`)
    await api.http.get(`/api/sessions/${i}/stranger-${i}`)
  }
  await fetch(api.url, { method: 'REPORT' })
  expect(await sample(api, requests('DELETE', '/api/sessions/:id', '4xx'))).toBe(2)
  expect(await sample(api, requests('GET', '(unknown)', '4xx'))).toBe(40)
  expect(await sample(api, requests('other', '(page)', '4xx'))).toBe(1)
  const text = await api.metrics()
  expect(text).not.toMatch(/stranger|aaaa|bbbb|REPORT/)
  const named = new Set([...text.matchAll(/route="([^"]+)"/g)].map(([, route]) => route))
  const known = new Set([...Object.values(routes).map(({ path }) => `/api${path}`), '(page)', '(unknown)'])
  expect([...named].filter((route = '') => !known.has(route))).toEqual([])
})

it('a request whose client went away is counted as aborted', async () => {
  const api = await apiForTest({ environment })
  const { port } = new URL(api.url)
  const socket = connect(Number(port), '127.0.0.1')
  // Its body never comes.
  socket.write(
    'POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{',
  )
  await once(socket, 'connect')
  await eventually(() => expect(socket.bytesWritten).toBeGreaterThan(0))
  setTimeout(() => socket.destroy(), 100)
  await eventually(async () => expect(await sample(api, requests('POST', '/api/login', 'aborted'))).toBe(1))
  expect(api.logged()).toContain('request aborted')
})

it('an answer that fails half way counts as an error of the server', async () => {
  const api = await apiForTest({ environment })
  const person = await registered(api)
  api.services.events.each = async function* () {
    yield* []
    throw new Error('the cursor is gone')
  }
  const bearer = { authorization: `Bearer ${person.body.accessToken}` }
  const answer = fetch(`${api.url}/api${routes.exportMe.path}`, { headers: bearer }).then((each) =>
    each.text(),
  )
  await expect(answer).rejects.toThrow()
  expect(await sample(api, requests('GET', `/api${routes.exportMe.path}`, '5xx'))).toBe(1)
  expect(api.logged()).toContain('request cut off')
})

it('counts refreshes by their verdict', async () => {
  const api = await apiForTest({ environment })
  const person = await registered(api)
  await refresh(api, person.jar).expect(200)
  await refresh(api, person.jar).expect(200)
  await api.http.post('/api/refresh-token').expect(401)
  api.clock.advance(60)
  await refresh(api, person.jar).expect(403)
  const verdict = (name: string) => sample(api, `latchkey_refreshes_total{verdict="${name}"}`)
  expect(await verdict('rotated')).toBe(1)
  expect(await verdict('answered')).toBe(1)
  expect(await verdict('refresh_token_missing')).toBe(1)
  expect(await verdict('refresh_token_reused')).toBe(1)
  expect(await verdict('refresh_token_locked')).toBe(0)
})

it('says how far behind the feed of ended sessions is, and how many it knows', async () => {
  const api = await apiForTest({ environment })
  expect(await sample(api, 'latchkey_revocation_feed_lag_seconds')).toBeLessThan(5)
  expect(await sample(api, 'latchkey_revocations')).toBe(0)
  const person = await registered(api)
  await api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
  expect(await sample(api, 'latchkey_revocations')).toBeGreaterThan(0)
})

it('shows passwords that wait to be hashed, and how long they waited', async () => {
  const api = await apiForTest({ environment: { ...environment, BCRYPT_COST: '12' } })
  expect(await sample(api, 'latchkey_hash_queue{state="waiting"}')).toBe(0)
  const attempts = Array.from({ length: 6 }, () =>
    api.http.post('/api/login').send({ email: somebody().email, password }),
  )
  const answers = Promise.all(attempts.map((attempt) => attempt.then()))
  await eventually(
    async () => expect(await sample(api, 'latchkey_hash_queue{state="running"}')).toBeGreaterThan(0),
    { interval: 10 },
  )
  await answers
  expect(await sample(api, 'latchkey_hash_queue{state="running"}')).toBe(0)
  expect(await sample(api, 'latchkey_hash_wait_seconds_count')).toBe(6)
  expect(await sample(api, 'latchkey_hash_wait_seconds_sum')).toBeGreaterThan(0)
  expect(await sample(api, 'latchkey_hash_refusals_total')).toBe(0)
})

it('counts what a limit refused, by the limit', async () => {
  const api = await apiForTest({ environment: { ...environment, LIMIT_REFRESH_PER_SESSION: '1/1m' } })
  await api.http.post('/api/refresh-token').expect(401)
  await api.http.post('/api/refresh-token').expect(429)
  const person = await registered(api)
  for (let i = 0; i < 11; i++)
    await api.http.post('/api/login').send({ email: person.email, password: 'not this one' })
  expect(await sample(api, 'latchkey_limit_refusals_total{limit="refresh-session"}')).toBe(1)
  expect(await sample(api, 'latchkey_limit_refusals_total{limit="login-account-address"}')).toBe(1)
})

it('shows the connections to the database, and the mails that wait', async () => {
  const api = await apiForTest({
    environment,
    configure: (config) => ({ ...config, mail: { ...config.mail, pollMs: 60_000 } }),
  })
  await Promise.all(Array.from({ length: 3 }, () => registered(api)))
  expect(await sample(api, 'latchkey_database_connections{state="idle"}')).toBeGreaterThan(0)
  expect(await sample(api, 'latchkey_database_connections{state="in_use"}')).toBeGreaterThanOrEqual(0)
  expect(await sample(api, 'latchkey_database_connection_waiters')).toBe(0)
  expect(await sample(api, 'latchkey_database_connection_wait_seconds_count')).toBeGreaterThan(3)
  expect(await sample(api, 'latchkey_mail_queue{state="due"}')).toBe(3)
  expect(await sample(api, 'latchkey_mail_queue{state="later"}')).toBe(0)
})

it('knows the connections again after an outage', async () => {
  const wire = await cuttableProxy(testDatabaseUri())
  const api = await apiForTest({ environment, mongoUri: wire.uri })
  const person = await registered(api)
  wire.hang()
  const asked = [refresh(api, person.jar), refresh(api, person.jar)].map((each) =>
    each.then(({ status }) => status),
  )
  await delay(1000)
  const startedAt = performance.now()
  const texts = await Promise.all([api.metrics(), api.metrics()])
  // As long as it waits for the database, and no longer.
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  for (const text of texts) {
    expect(
      Number(/^latchkey_database_connections\{state="in_use"\} (\d+)$/m.exec(text)?.[1]),
    ).toBeGreaterThan(1)
    expect(text).not.toContain('latchkey_mail_queue{')
  }
  wire.cut()
  expect(await Promise.all(asked)).toEqual([503, 503])
  await wire.mend()
  await eventually(() => refresh(api, person.jar).expect(200), { interval: 200 })
  const connections = (state: string) => sample(api, `latchkey_database_connections{state="${state}"}`)
  // What goes on in the background has some for a moment. What was counted wrong would stay wrong.
  await eventually(async () => {
    const [idle, inUse] = await Promise.all([connections('idle'), connections('in_use')])
    expect(await sample(api, 'latchkey_database_connection_waiters')).toBe(0)
    expect(inUse).toBeGreaterThanOrEqual(0)
    expect(inUse).toBeLessThan(5)
    expect(idle).toBeGreaterThan(0)
    expect(idle).toBeLessThan(50)
  })
  expect(await sample(api, 'latchkey_problems_total{code="database_unavailable"}')).toBeGreaterThanOrEqual(2)
})

it('counts what came of mails', async () => {
  const api = await apiForTest({ environment: { ...environment, SMTP_URL: 'smtp://127.0.0.1:9' } })
  await registered(api)
  await eventually(async () => expect(await sample(api, 'latchkey_mails_total{outcome="postponed"}')).toBe(1))
  expect(await sample(api, 'latchkey_mail_queue{state="later"}')).toBe(1)
  expect(await sample(api, 'latchkey_mails_total{outcome="sent"}')).toBe(0)
})

it('is answered while the database is away, without what only that knows', async () => {
  const api = await apiForTest({ environment, early: true, mongoUri: 'mongodb://127.0.0.1:9/latchkey' })
  const text = await api.metrics()
  expect(text).toContain('latchkey_revocation_feed_lag_seconds +Inf')
  expect(text).not.toContain('latchkey_mail_queue{')
})

it('asks the slow once for all who ask meanwhile, and again when the answer is there', async () => {
  let answer = (_: number) => {}
  let asked = 0
  const ask = withPatience(100, () => {
    asked++
    return new Promise<number>((done) => {
      answer = done
    })
  })
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([null, null, null])
  expect(asked).toBe(1)
  const waiting = ask()
  answer(7)
  expect(await waiting).toBe(7)
  expect(asked).toBe(1)
  const again = ask()
  expect(asked).toBe(2)
  answer(8)
  expect(await again).toBe(8)
  expect(await withPatience(100, () => Promise.reject(new Error('away')))()).toBeNull()
})

it('shows the process: its event loop, processor and memory', async () => {
  const api = await apiForTest({ environment })
  const blockedUntil = performance.now() + 150
  while (performance.now() < blockedUntil);
  await new Promise((done) => setTimeout(done, 50))
  expect(await sample(api, 'nodejs_eventloop_lag_max_seconds')).toBeGreaterThan(0.1)
  expect(await sample(api, 'nodejs_eventloop_lag_p50_seconds')).toBeLessThan(5)
  expect(await sample(api, 'process_cpu_seconds_total')).toBeGreaterThan(0)
  expect(await sample(api, 'process_resident_memory_bytes')).toBeGreaterThan(10e6)
  expect(await sample(api, 'process_start_time_seconds')).toBeLessThan(Date.now() / 1000)
})

it('a scrape in Prometheus’ format: each metric has one type and one help, and no sample stands twice', async () => {
  const api = await apiForTest({ environment })
  await registered(api)
  const text = await api.metrics()
  const lines = text.split('\n').filter(Boolean)
  const types = lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.split(' ')[2])
  expect(new Set(types).size).toBe(types.length)
  expect(lines.filter((line) => line.startsWith('# HELP '))).toHaveLength(types.length)
  const samples = lines.filter((line) => !line.startsWith('#'))
  const ids = samples.map((line) => line.slice(0, line.lastIndexOf(' ')))
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
  for (const line of samples)
    expect(line).toMatch(/^[a-z_0-9]+(\{[^{}]*(\{[^{}]*\})?[^{}]*\})? (\+Inf|[\d.e+-]+)$/)
})

it('has a port of its own that shows nothing else, and closes with the process', async () => {
  const port = await freePort()
  const api = await apiProcess({ METRICS_PORT: String(port) })
  await ready(api)
  const metrics = `http://127.0.0.1:${port}`
  const scraped = await fetch(`${metrics}/metrics`)
  expect([scraped.status, scraped.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ])
  expect(await scraped.text()).toContain('latchkey_http_request_duration_seconds')
  expect((await fetch(`${metrics}/api/health/ready`)).status).toBe(404)
  expect((await fetch(`${metrics}/metrics`, { method: 'POST' })).status).toBe(405)
  expect((await fetch(`${api.url}/metrics`)).headers.get('content-type')).not.toContain('text/plain')
  expect(api.output()).toContain(`Metrics are on ${metrics}/metrics`)
  api.child.kill('SIGTERM')
  expect(await api.exited).toBe(0)
  await expect(fetch(`${metrics}/metrics`)).rejects.toThrow()
})

it('without METRICS_PORT nothing is measured', async () => {
  const api = await apiForTest()
  await login(api, await registered(api))
  expect(api.config.metrics).toBeUndefined()
  expect(api.services.onRequestEnded).toBeUndefined()
  await expect(api.metrics()).rejects.toThrow()
})

it('what is built loads the library only when it is asked for', () => {
  const folder = inject('apiBuild')
  const built = readdirSync(folder).filter((name) => name.endsWith('.js'))
  const source = built.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
  expect(source).toMatch(/import\(["']prom-client["']\)/)
  expect(source).not.toMatch(/from\s*["']prom-client["']/)
})

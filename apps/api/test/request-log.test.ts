import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { login, password, protectedWith, refresh, registered, somebody } from './support/people.ts'
import { lockOwner } from './support/refresh-lock.ts'
import { whenOver } from './support/side-by-side.ts'

interface Line {
  reqId: string
  traceId: string
  spanId: string
  route: string
  verdict: string
  userId?: string
  sessionId?: string
  msg: string
}

/** The lines of requests, oldest first. */
function requestLines(api: TestApi): Line[] {
  const lines = api.logged().trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg.startsWith('request '))
}

async function lineOf(api: TestApi, request: PromiseLike<{ headers: Record<string, string> }>) {
  const { headers } = await request
  const found = requestLines(api).find(({ reqId }) => reqId === headers['x-request-id'])
  if (!found) throw new Error('the request was not logged')
  return found
}

it('writes one line for each request, named by the id in its answer, with these fields and no others', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const before = api.logged().length
  const response = await protectedWith(api, person.body.accessToken).query({ token: 'not-for-the-log' })
  const lines = api.logged().slice(before).trim().split('\n')

  expect(lines).toHaveLength(1)
  const { level, time, pid, hostname, ...line } = JSON.parse(lines[0] ?? '')
  expect(line).toEqual({
    reqId: response.headers['x-request-id'],
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    method: 'GET',
    route: '/api/protected',
    status: 200,
    verdict: 'ok',
    userId: person.body.user.id,
    sessionId: person.sessionId,
    responseTime: expect.any(Number),
    msg: 'request completed',
  })
})

it('takes the id that a proxy gave, and no other text', async () => {
  const api = await apiForTest()
  const ask = (id: string) => api.http.get('/api/protected').set('X-Request-Id', id)
  expect((await ask('edge-42')).headers['x-request-id']).toBe('edge-42')
  expect((await ask('two words')).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
})

it('says what became of a request, and whose it was as far as that was proved', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const { sessionId } = person
  const whose = { userId: person.body.user.id, sessionId }
  const bearer = { Authorization: `Bearer ${person.body.accessToken}` }

  const wrong = api.http.post('/api/login').send({ email: person.email, password: 'not this one' })
  expect(await lineOf(api, wrong)).not.toHaveProperty('userId')
  const verdictOf = async (request: Parameters<typeof lineOf>[1]) => (await lineOf(api, request)).verdict
  expect(requestLines(api).at(-1)?.verdict).toBe('invalid_credentials')
  expect(await lineOf(api, api.http.post('/api/login').send(person))).toMatchObject({
    verdict: 'validation_failed',
  })

  expect(await lineOf(api, refresh(api, person.jar))).toMatchObject({ ...whose, verdict: 'rotated' })
  expect(await lineOf(api, refresh(api, person.jar))).toMatchObject({ ...whose, verdict: 'answered' })
  const asForm = { grant_type: 'refresh_token', refresh_token: person.jar.refreshToken }
  expect(await lineOf(api, api.http.post('/api/token').send(asForm))).toMatchObject({
    ...whose,
    verdict: 'answered',
  })
  expect(await verdictOf(api.http.post('/api/refresh-token'))).toBe('refresh_token_missing')
  expect(await verdictOf(api.http.get('/api/nothing'))).toBe('not_found')
  expect(await verdictOf(api.http.put('/api/login'))).toBe('method_not_allowed')
  expect(await verdictOf(api.http.get('/login'))).toBe('ok')

  const second = await login(api, person)
  expect(requestLines(api).at(-1)).toMatchObject({ ...whose, sessionId: second.sessionId, verdict: 'ok' })
  expect(await lineOf(api, api.http.post('/api/logout').set('Cookie', second.jar.header))).toMatchObject({
    sessionId: second.sessionId,
  })
  const gone = protectedWith(api, second.body.accessToken)
  expect(await lineOf(api, gone)).toMatchObject({
    verdict: 'access_token_revoked',
    ...whose,
    sessionId: second.sessionId,
  })
  expect(await lineOf(api, api.http.delete(`/api/sessions/${'a'.repeat(24)}`).set(bearer))).toMatchObject({
    method: 'DELETE',
    route: '/api/sessions/:id',
    verdict: 'not_found',
    ...whose,
  })
  api.clock.advance(60)
  expect(await lineOf(api, refresh(api, person.jar))).toMatchObject({
    ...whose,
    verdict: 'refresh_token_reused',
  })
  expect(await lineOf(api, api.http.post('/api/token').send(asForm))).toMatchObject({
    ...whose,
    verdict: 'refresh_token_revoked',
  })
})

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'

it('goes on with the trace of its caller, under a span of its own', async () => {
  const api = await apiForTest()
  const ask = (traceparent: string) => lineOf(api, api.http.get('/api/protected').set({ traceparent }))
  const line = await ask(`00-${traceId}-${parentId}-01`)
  expect(line.traceId).toBe(traceId)
  expect(line.spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/)
  expect(line.spanId).not.toBe(parentId)
  // A later version may add to it (§4.3).
  expect((await ask(`cc-${traceId}-${parentId}-01`)).traceId).toBe(traceId)
  expect((await ask(`cc-${traceId}-${parentId}-01-more`)).traceId).toBe(traceId)
})

it.each([
  ['nothing', ''],
  ['another text', 'hello'],
  ['upper case', `00-${traceId.toUpperCase()}-${parentId}-01`],
  ['no trace', `00-${'0'.repeat(32)}-${parentId}-01`],
  ['no parent', `00-${traceId}-${'0'.repeat(16)}-01`],
  ['the version that is none', `ff-${traceId}-${parentId}-01`],
  ['more than this version has', `00-${traceId}-${parentId}-01-more`],
  ['less of it', `00-${traceId}-${parentId}`],
  ['a later version with something else behind it', `cc-${traceId}-${parentId}-01.more`],
  ['two of them', `00-${traceId}-${parentId}-01, 00-${traceId}-${parentId}-01`],
  ['a very long one', `cc-${traceId}-${parentId}-01-${'x'.repeat(2000)}`],
])('begins a trace where the traceparent is %s', async (_, traceparent) => {
  const api = await apiForTest()
  const line = await lineOf(api, api.http.get('/api/protected').set({ traceparent }))
  expect(line.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
  expect(line.traceId).not.toBe(traceId)
})

it('each request without a trace has one of its own', async () => {
  const api = await apiForTest()
  // More than one pool of random bytes holds.
  for (let i = 0; i < 400; i++) await fetch(`${api.url}/api/health/live`)
  const lines = requestLines(api)
  expect(lines).toHaveLength(400)
  expect(new Set(lines.map((line) => line.traceId)).size).toBe(400)
  expect(new Set(lines.map((line) => line.spanId)).size).toBe(400)
})

it('whoever it asks elsewhere hears nothing of the trace: it could tell which passwords one person tried', async () => {
  const asked: IncomingHttpHeaders[] = []
  const service = createServer((req, res) => {
    asked.push(req.headers)
    res.end('')
  })
  await new Promise<void>((done) => service.listen(0, '127.0.0.1', done))
  whenOver(() => service.close())
  const { port } = service.address() as AddressInfo
  const api = await apiForTest({ environment: { BREACHED_PASSWORDS_URL: `http://127.0.0.1:${port}/range` } })

  const traced = { traceparent: `00-${traceId}-${parentId}-01`, tracestate: 'vendor=about-somebody' }
  const registering = await lineOf(api, api.http.post('/api/register').set(traced).send(somebody()))
  const person = await registered(api)
  const changed = api.http
    .post('/api/change-password')
    .set({ ...traced, Authorization: `Bearer ${person.body.accessToken}` })
    .send({ currentPassword: password, newPassword: 'a lamp beside four otters' })
  const changing = await lineOf(api, changed)
  expect([registering, changing]).toMatchObject([{ traceId }, { traceId, verdict: 'ok' }])

  expect(asked).toHaveLength(3)
  for (const headers of asked) expect(headers).not.toHaveProperty('traceparent')
  for (const secret of [traceId, registering.spanId, changing.spanId, 'about-somebody', 'x-request-id'])
    expect(JSON.stringify(asked)).not.toContain(secret)
})

it('what it asks itself for a request goes on with the trace', async () => {
  const api = await apiForTest()
  const { jar, body } = await registered(api, lockOwner().signIn)
  const traced = { traceparent: `00-${traceId}-${parentId}-01` }
  const asTheft = { ...traced, Authorization: `Bearer ${body.accessToken}`, Cookie: jar.header }
  const stealing = await lineOf(api, api.http.post('/api/demo/steal-cookie').set(asTheft).expect(200))
  const refused = requestLines(api).find(({ route }) => route === '/api/refresh-token')
  expect(refused).toMatchObject({ traceId, verdict: 'refresh_token_locked' })
  expect(refused?.spanId).not.toBe(stealing.spanId)
})

it('whatever a request holds, nothing of it reaches a log line or a metric', async () => {
  const api = await apiForTest({ environment: { METRICS_PORT: '0' } })
  const browser = lockOwner()
  const person = await registered(api, browser.signIn)
  const other = await registered(api)
  const cookieValues = person.jar.header.split('; ').map((cookie) => cookie.slice(cookie.indexOf('=') + 1))
  const device = cookieValues.find((value) => !value.includes('.')) ?? ''
  const secrets = {
    accessToken: person.body.accessToken,
    refreshToken: person.jar.refreshToken,
    device,
    password,
    email: person.email,
    username: person.username,
    key: browser.at(0)['X-Refresh-Key'],
    lock: browser.at(0)['X-Refresh-Lock'],
    link: 'tokenOfALinkInAMail0123456789abcdefghijklm',
  }
  for (const secret of Object.values(secrets)) expect(secret.length).toBeGreaterThan(10)

  const paths = ['/api/login', '/api/refresh-token', '/api/token', '/api/logout', '/api/register', '/api/me']
  for (const secret of Object.values(secrets)) {
    const word = encodeURIComponent(secret)
    const headers = {
      authorization: `Bearer ${secret}`,
      cookie: `latchkey.refreshToken=${word}; ${word}=1; ${person.jar.header}`,
      'user-agent': secret,
      referer: `${api.url}/${word}`,
      'x-request-id': `${secret} ${secret}`,
      'x-refresh-key': secret,
      'x-refresh-lock': secret,
      'x-forwarded-for': secret,
      traceparent: `00-${secret}-01`,
      tracestate: `a=${secret}`,
      baggage: `b=${word}`,
    }
    const body = JSON.stringify({ email: secret, password: secret, refreshToken: secret, [secret]: secret })
    const json = { ...headers, 'content-type': 'application/json' }
    for (const path of paths) {
      await fetch(`${api.url}${path}`, { method: 'POST', headers: json, body })
      await fetch(`${api.url}${path}`, { method: 'POST', headers: json, body: `{${secret}` })
    }
    for (const path of [
      `/${word}`,
      `/api/${word}`,
      `/api/sessions/${word}`,
      `/api/users/${word}/sessions/${word}`,
    ])
      for (const method of ['GET', 'DELETE'])
        await fetch(`${api.url}${path}?token=${word}#${word}`, { method, headers })
  }
  await api.http.post('/api/login').send({ email: person.email, password: 'wrong-but-like-a-secret' })
  await login(api, other)
  await refresh(api, person.jar, browser.at(0))
  await api.http.post('/api/forgot-password').send({ email: person.email })

  const everything = { log: api.logged(), metrics: await api.metrics() }
  expect(requestLines(api).length).toBeGreaterThan(100)
  expect(everything.metrics).toContain('latchkey_refreshes_total')
  const parts = (secret: string) => [
    secret,
    encodeURIComponent(secret),
    ...secret.split('.').filter((part) => part.length > 20),
  ]
  const wanted = [
    ...Object.values(secrets),
    other.email,
    other.jar.refreshToken,
    'wrong-but-like-a-secret',
  ].flatMap(parts)
  for (const [where, text] of Object.entries(everything))
    for (const secret of wanted) if (text.includes(secret)) expect.fail(`${secret} is in the ${where}`)
  // No address of the network either, in the lines of requests.
  expect(JSON.stringify(requestLines(api))).not.toContain('127.0.0.1')
})

import { request } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { routes } from '@latchkey/contracts'
import { notNow } from '@latchkey/sessions'
import { mongo } from 'mongoose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { login, refresh, registered, type SignedInPerson, setCookies } from './support/people.ts'
import { apiProcess, ready } from './support/process.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi({
    environment: {
      CLIENT_URL: 'capacitor://localhost, tauri://localhost, ionic://localhost, chrome-extension://abcdef',
    },
  })
})
afterAll(() => api.close())

/** A POST in chunks, as proxies send on what they have not read to its end. */
function postInChunks(path: string, headers: Record<string, string>, ...chunks: string[]): Promise<number> {
  return new Promise((done, failed) => {
    const sent = request(`${api.url}${path}`, { method: 'POST', headers }, (answer) => {
      answer.resume()
      done(answer.statusCode ?? 0)
    })
    sent.once('error', failed)
    sent.setHeader('Transfer-Encoding', 'chunked')
    sent.flushHeaders()
    for (const chunk of chunks) sent.write(chunk)
    sent.end()
  })
}

describe('framing', () => {
  it.each([
    ['/api/logout', 204],
    ['/api/refresh-token', 401],
    ['/api/logout-everywhere', 401],
  ])('an empty POST in chunks without a type to %s is an empty POST', async (path, status) => {
    expect(await postInChunks(path, {})).toBe(status)
    expect(await postInChunks(path, { 'Content-Type': 'application/json' })).toBe(status)
  })

  it('a POST in chunks that is not empty still has to say what it is', async () => {
    expect(await postInChunks('/api/login', {}, '{"email":"a"', '}')).toBe(415)
    expect(await postInChunks('/api/login', { 'Content-Type': 'text/plain' }, 'x')).toBe(415)
    expect(
      await postInChunks('/api/login', { 'Content-Type': 'application/json' }, '{"email":"a"', '}'),
    ).toBe(400)
  })

  it('a body that is compressed or in another encoding is told so', async () => {
    const body = JSON.stringify({ email: 'ada@example.com', password: 'x' })
    const compressed = await api.http
      .post('/api/login')
      .set('Content-Type', 'application/json')
      .set('Content-Encoding', 'gzip')
      .send(gzipSync(body))
    const latin = await api.http
      .post('/api/login')
      .set('Content-Type', 'application/json; charset=iso-8859-1')
      .send(body)
    for (const response of [compressed, latin])
      expect([response.status, response.body.code]).toEqual([415, 'unsupported_encoding'])
    expect(compressed.body.detail).not.toMatch('application/json')
  })

  it('whatever a DELETE does with a body can be done by a POST', async () => {
    const withBody = Object.values(routes).filter((each) => each.method === 'DELETE' && 'body' in each)
    expect(withBody.map(({ path }) => path)).toEqual(['/me'])
    const person = await registered(api)
    await api.http
      .post('/api/me/delete')
      .set('Authorization', `Bearer ${person.body.accessToken}`)
      .send({ password: person.password })
      .expect(204)
    await api.http.post('/api/login').send({ email: person.email, password: person.password }).expect(401)
  })
})

describe('origins of applications', () => {
  it.each(['capacitor://localhost', 'tauri://localhost', 'ionic://localhost', 'chrome-extension://abcdef'])(
    'a page of %s that CLIENT_URL allows signs in and refreshes with its token in the body',
    async (origin) => {
      const person = await registered(api)
      const headers = { Origin: origin, 'Sec-Fetch-Site': 'cross-site', 'X-Refresh-Transport': 'body' }
      const preflight = await api.http
        .options('/api/login')
        .set({ Origin: origin, 'Access-Control-Request-Method': 'POST' })
        .set('Access-Control-Request-Headers', 'content-type,x-refresh-transport')
      expect(preflight.headers['access-control-allow-origin']).toBe(origin)
      const { body, jar } = await login(api, person, headers)
      expect(jar.refreshToken).toBe('')
      const renewed = await api.http
        .post('/api/refresh-token')
        .set(headers)
        .send({ refreshToken: body.refreshToken })
      expect([renewed.status, renewed.headers['access-control-allow-origin']]).toEqual([200, origin])
    },
  )

  it('others are refused as before', async () => {
    for (const origin of ['capacitor://evil', 'tauri://localhost.evil', 'file://', 'null']) {
      const response = await api.http
        .post('/api/login')
        .set('Origin', origin)
        .send({ email: 'a', password: 'b' })
      expect(response.status).toBe(403)
    }
  })
})

describe('a failover', () => {
  let person: SignedInPerson
  beforeAll(async () => {
    person = await registered(api)
  })

  it.each(Object.entries(notNow))(
    '%s is a 503, and the refresh in the middle of it succeeds on retry',
    async (codeName, code) => {
      const users = api.services.database.connection.collection('users')
      const { findOneAndUpdate } = users
      users.findOneAndUpdate = () => {
        users.findOneAndUpdate = findOneAndUpdate
        throw new mongo.MongoServerError({ message: `${codeName}, said the server`, code, codeName })
      }
      const refused = await refresh(api, person.jar)
      expect([refused.status, refused.body.code]).toEqual([503, 'database_unavailable'])
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
      expect(setCookies(refused)).toEqual([])
      expect((await refresh(api, person.jar)).status).toBe(200)
    },
  )

  it('what a write concern says comes through as well', async () => {
    const users = api.services.database.connection.collection('users')
    const { findOneAndUpdate } = users
    users.findOneAndUpdate = () => {
      users.findOneAndUpdate = findOneAndUpdate
      throw new mongo.MongoWriteConcernError({
        ok: 1,
        writeConcernError: { code: 91, codeName: 'ShutdownInProgress', errmsg: 'shutting down' },
      })
    }
    expect((await refresh(api, person.jar)).status).toBe(503)
    expect((await refresh(api, person.jar)).status).toBe(200)
  })
})

describe('what nobody told it of is said once, and names the setting', () => {
  const warnings = (node: TestApi, setting: string) =>
    node
      .logged()
      .split('\n')
      .filter((line) => line.includes(`"setting":"${setting}"`))

  it('a proxy', async () => {
    const node = await apiForTest()
    await node.http.get('/login')
    expect(warnings(node, 'TRUST_PROXY')).toEqual([])
    for (let i = 0; i < 3; i++) await node.http.get('/login').set('X-Forwarded-For', '203.0.113.7')
    expect(warnings(node, 'TRUST_PROXY')).toHaveLength(1)
  })

  it('no proxy too many', async () => {
    const node = await apiForTest({ environment: { TRUST_PROXY: '1' } })
    await node.http.get('/login').set('X-Forwarded-For', '203.0.113.7')
    expect(warnings(node, 'TRUST_PROXY')).toEqual([])
  })

  it('a proxy that rewrites Host', async () => {
    const node = await apiForTest()
    for (let i = 0; i < 3; i++)
      await node.http
        .post('/api/login')
        .set({ Origin: 'http://sign-in.example.net', Host: 'internal:4000' })
        .send({ email: 'a', password: 'b' })
        .expect(403)
    expect(warnings(node, 'PUBLIC_URL')).toHaveLength(1)
    expect(warnings(node, 'PUBLIC_URL')[0]).toMatch('http://sign-in.example.net')
  })
})

describe('what is no page', () => {
  it.each([
    '/.env',
    '/.git/config',
    '/.well-known/unknown',
    '/wp-login.php',
    '/assets/none.js',
    '/a/.b/c',
    '/favicon.ico',
  ])('%s is not found', async (path) => {
    expect((await api.http.get(path)).status).toBe(404)
  })

  it('a password manager is led to the page for another password', async () => {
    const response = await api.http.get('/.well-known/change-password')
    expect(response.status).toBe(303)
    expect((await api.http.get(response.headers.location ?? '')).status).toBe(200)
  })
})

describe('the process', () => {
  it('ends at once with an unused connection open, and says in words what a full cookie jar is', async () => {
    const child = await apiProcess({})
    await ready(child)
    const jar = Array.from({ length: 40 }, (_, i) => `neighbour-${i}=${'x'.repeat(500)}`).join('; ')
    for (const [path, type] of [
      ['/api/me', 'application/problem+json'],
      ['/login', 'text/html'],
    ] as const) {
      const full = await fetch(`${child.url}${path}`, { headers: { Cookie: jar } })
      expect([full.status, full.headers.get('content-type')]).toEqual([431, `${type}; charset=utf-8`])
      expect(await full.text()).toMatch('Delete cookies of this host')
    }
    await eventually(() => expect(child.output()).toMatch('cookies of this host'))

    const unused = connect(Number(new URL(child.url).port), '127.0.0.1')
    unused.on('error', () => {})
    await new Promise((done) => unused.once('connect', done))
    await fetch(`${child.url}/api/health/live`)
    child.child.kill('SIGTERM')
    expect(await child.exited).toBe(0)
    expect(child.output()).not.toContain('requests are still under way')
  })
})

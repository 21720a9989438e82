import { request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { registered, setCookies } from './support/people.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

it.each([
  ['an operator object', { email: { $gt: '' }, password: { $gt: '' } }],
  ['an operator in place of the password', { email: 'ada@example.com', password: { $ne: null } }],
  ['an array', { email: ['ada@example.com'], password: 'x' }],
  ['a number', { email: 1, password: 2 }],
  ['an unknown field', { email: 'ada@example.com', password: 'x', role: 'admin' }],
  ['a list in place of the body', [{ email: 'ada@example.com', password: 'x' }]],
])('signing in with %s is a 400', async (_, body) => {
  const response = await api.http.post('/api/login').send(body)
  expect(response.status).toBe(400)
  expect(response.body).toMatchObject({ code: 'validation_failed', errors: expect.any(Array) })
  expect(setCookies(response)).toEqual([])
})

it.each([
  [{ username: 5 }, [{ path: 'username', code: 'username_missing' }]],
  [{ language: ['de'] }, [{ path: 'language', code: 'language_unknown' }]],
  [
    { username: {}, password: 5 },
    [
      { path: 'username', code: 'username_missing' },
      { path: 'password', code: 'password_missing' },
    ],
  ],
  [[], [{ path: '', code: 'body_malformed' }]],
])('an account that is changed by %j hears which field is wrong', async (body, errors) => {
  const person = await registered(api)
  const response = await api.http
    .patch('/api/me')
    .set('Authorization', `Bearer ${person.body.accessToken}`)
    .send(body)
  expect(response.status).toBe(400)
  expect(response.body.errors).toMatchObject(errors)
  expect(response.body.errors).toHaveLength(errors.length)
})

it('a body with hundreds of unknown fields hears of ten', async () => {
  const unknown = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`field-${i}`, i]))
  for (const path of ['/api/login', '/api/register', '/api/forgot-password']) {
    const { status, body } = await api.http.post(path).send(unknown)
    expect(status).toBe(400)
    expect(body.errors).toHaveLength(10)
  }
})

it.each(['__proto__', 'constructor', 'prototype'])('a body with %s pollutes nothing', async (name) => {
  const body = `{"email":"ada@example.com","password":"x","${name}":{"admin":true,"status":200}}`
  const response = await api.http.post('/api/login').type('json').send(body)
  expect(response.status).toBe(400)
  expect(({} as Record<string, unknown>).admin).toBeUndefined()
})

it.each([
  ['broken JSON', '{"email":', 400, 'malformed_json'],
  ['a bare string', '"email"', 400, 'malformed_json'],
  ['nothing', '', 400, 'validation_failed'],
])('a body of %s is a %s', async (_, body, status, code) => {
  const response = await api.http.post('/api/login').type('json').send(body)
  expect(response.status).toBe(status)
  expect(response.body.code).toBe(code)
})

it('a form in place of JSON is a 415', async () => {
  const response = await api.http
    .post('/api/login')
    .type('form')
    .send({ email: 'a@example.com', password: 'x' })
  expect(response.status).toBe(415)
  expect(response.body.code).toBe('unsupported_media_type')
})

it('a charset that nobody knows is a 415, and so is a compressed body', async () => {
  const charset = await api.http
    .post('/api/login')
    .set('Content-Type', 'application/json; charset=klingon')
    .send('{}')
  expect(charset.status).toBe(415)
  const gzip = await api.http
    .post('/api/login')
    .set({ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
    .send('{}')
  expect(gzip.status).toBe(415)
})

it('a body of ten megabytes is a 413 before it is read', async () => {
  const status = await new Promise<number | undefined>((done, failed) => {
    const upload = request(`${api.url}/api/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Length': 10_000_000 },
    })
    upload.on('response', (response) => {
      done(response.statusCode)
      upload.destroy()
    })
    upload.on('error', failed)
    upload.write('{"email":"') // and no more: the length alone decides
  })
  expect(status).toBe(413)
})

it('a client that reads nothing before it has sent ten megabytes gets the 413, and may go on', async () => {
  const { hostname, port } = new URL(api.url)
  const socket = connect({ host: hostname, port: Number(port) })
  const sent = (bytes: string | Buffer) => new Promise<void>((done) => socket.write(bytes, () => done()))
  const head = (length: number) =>
    `POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`
  await sent(head(10_000_000))
  for (let i = 0; i < 100; i++) {
    await sent(Buffer.alloc(100_000, 'a'))
    await delay(1)
  }
  await sent(`${head(2)}{}`)
  let received = ''
  for await (const bytes of socket) {
    received += bytes
    if (/HTTP\/1.1 400/.test(received)) break
  }
  expect(received).toMatch(/^HTTP\/1.1 413/)
})

it('a body that is larger still is not waited for', async () => {
  const { hostname, port } = new URL(api.url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.write(
    'POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n{',
  )
  let received = ''
  for await (const bytes of socket) received += bytes
  expect(received).toMatch(/^HTTP\/1.1 413.*connection: close/is)
})

it('a body that does not say how long it is ends at 16 kB as well', async () => {
  const status = await new Promise<number | undefined>((done, failed) => {
    const upload = request(`${api.url}/api/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' },
    })
    upload.on('response', (response) => {
      done(response.statusCode)
      upload.destroy()
    })
    upload.on('error', failed)
    upload.write(`{"email":"${'a'.repeat(20_000)}`)
  })
  expect(status).toBe(413)
})

it('an unknown path is a 404, a known one with another method a 405 that says what is allowed', async () => {
  const unknown = await api.http.get('/api/nothing-here')
  expect(unknown.status).toBe(404)
  expect(unknown.body.code).toBe('not_found')
  const wrong = await api.http.get('/api/login')
  expect(wrong.status).toBe(405)
  expect(wrong.headers.allow).toBe('POST')
  expect(wrong.body.code).toBe('method_not_allowed')
  const several = await api.http.post('/api/me')
  expect(several.status).toBe(405)
  expect(several.headers.allow).toBe('GET, HEAD, PATCH, DELETE')
})

it('an address that is not well-formed is a 400', async () => {
  const response = await api.http.get('/%E0%A4%A')
  expect(response.status).toBe(400)
  expect(response.body.code).toBe('bad_request')
})

it('the page comes with a policy that lets nothing in', async () => {
  for (const path of ['/', '/dashboard']) {
    const response = await api.http.get(path)
    expect(response.status).toBe(200)
    expect(response.text).toContain('<div id="root">')
    expect(response.headers['cache-control']).toBe('no-cache')
    expect(response.headers['content-security-policy']).toContain("script-src 'self';style-src 'self'")
    expect(response.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(response.headers['x-content-type-options']).toBe('nosniff')
    expect(response.headers['x-powered-by']).toBeUndefined()
  }
  await api.http.post('/dashboard').expect(404)
})

it('assets are kept for a year, and a missing one is a 404 and not the page', async () => {
  const asset = await api.http.get('/assets/main-abc123.js')
  expect(asset.status).toBe(200)
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  const missing = await api.http.get('/assets/gone.js')
  expect(missing.status).toBe(404)
  await api.http.get('/assets/..%2f..%2fapi.ts').expect(404)
})

it('a person can be named like a number or an operator without harm', async () => {
  const person = await registered(api)
  const response = await api.http.post('/api/login').send({ email: '$where', password: person.password })
  expect(response.status).toBe(401)
})

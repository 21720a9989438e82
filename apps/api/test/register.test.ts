import { ownFieldDefaults } from '@latchkey/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { password, setCookies, somebody, stored } from './support/people.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const register = (body: object) => api.http.post('/api/register').send(body)

it('makes an account and signs in at once', async () => {
  const person = somebody()
  const response = await register(person)
  expect(response.status).toBe(201)
  expect(response.body).toEqual({
    message: `Welcome, ${person.username}`,
    accessToken: expect.any(String),
    tokenType: 'Bearer',
    expiresIn: 900,
    user: {
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      username: person.username,
      email: person.email,
      emailVerified: false,
      roles: ['user'],
      createdAt: api.clock.now().toISOString(),
      ...ownFieldDefaults,
    },
  })
  expect(response.headers['cache-control']).toBe('no-store')
  const [device, refreshToken, session] = setCookies(response)
  expect(device).toMatch(
    /^latchkey\.device=[\w-]{43}; Max-Age=34560000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
  )
  expect(refreshToken).toMatch(
    /^latchkey\.refreshToken=[\w-]+\.[\w-]+\.[\w-]+; Max-Age=1209600; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
  )
  expect(session).toMatch(
    /^latchkey\.session=[0-9a-f]{24}\.0; Max-Age=1209600; Path=\/; Expires=[^;]+; SameSite=Strict$/,
  )
})

it('hands the refresh token to a client without cookies in the body, and only there', async () => {
  const response = await register(somebody()).set('X-Refresh-Transport', 'body')
  expect(response.status).toBe(201)
  expect(response.body.refreshToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  expect(setCookies(response)).toEqual([])
})

it('on https, both cookies are Secure and carry the __Host- prefix', async () => {
  const https = await startApi({ environment: { PUBLIC_URL: 'https://app.example.com' } })
  const response = await https.http.post('/api/register').send(somebody())
  const cookies = setCookies(response)
  expect(cookies[0]).toMatch(/^__Host-latchkey\.device=.*; HttpOnly; Secure; SameSite=Strict$/)
  expect(cookies[1]).toMatch(/^__Host-latchkey\.refreshToken=.*; HttpOnly; Secure; SameSite=Strict$/)
  expect(cookies[2]).toMatch(/^__Host-latchkey\.session=.*; Secure; SameSite=Strict$/)
  const again = await https.http
    .post('/api/refresh-token')
    .set('Cookie', cookies.map((cookie) => cookie.split(';', 1)[0]).join('; '))
  expect(again.status).toBe(200)
  await https.close()
})

it('a second account with the same address, however it is written, is a 409', async () => {
  const person = somebody()
  await register(person).expect(201)
  const response = await register({ ...somebody(), email: ` ${person.email.toUpperCase()} ` })
  expect(response.status).toBe(409)
  expect(response.type).toBe('application/problem+json')
  expect(response.body).toMatchObject({
    status: 409,
    code: 'email_taken',
    title: 'Conflict',
    detail: 'There is already an account with this email address.',
    message: 'There is already an account with this email address.',
  })
})

it('a second account with the same username, however it is written, is a 409', async () => {
  const person = somebody()
  await register(person).expect(201)
  const response = await register({ ...somebody(), username: person.username.toUpperCase() })
  expect(response.status).toBe(409)
  expect(response.body.code).toBe('username_taken')
})

it('twenty registrations of one address at once end in one account and nineteen clean 409s', async () => {
  const person = somebody()
  const attempts = Array.from({ length: 20 }, (_, index) =>
    register({
      ...person,
      username: `${person.username}-${index}`,
      email: index % 2 ? person.email : person.email.toUpperCase(),
    }),
  )
  const statuses = (await Promise.all(attempts)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(1)
  expect(statuses.filter((status) => status === 409)).toHaveLength(19)
  const users = api.services.database.connection.collection('users')
  expect(await users.countDocuments({ emailKey: person.email })).toBe(1)
})

it.each([
  ['no body', undefined, ''],
  ['a missing password', { username: 'grace', email: 'grace@example.com' }, 'password'],
  ['a password of seven characters', { ...somebody(), password: 'a1b2c3d' }, 'password'],
  [
    'seven emoji, which are more than eight UTF-16 units',
    { ...somebody(), password: '🦊🐙🦉🐝🦋🐢🐬' },
    'password',
  ],
  ['a password of 129 characters', { ...somebody(), password: 'x'.repeat(129) }, 'password'],
  ['a password everybody tries', { ...somebody(), password: 'Password123' }, 'password'],
  [
    'a password that is the username',
    { ...somebody(), username: 'grace.hopper', password: 'Grace.Hopper' },
    'password',
  ],
  ['an address without a domain', { ...somebody(), email: 'grace@' }, 'email'],
  ['a username with a space', { ...somebody(), username: 'grace hopper' }, 'username'],
  ['a username that could be an address', { ...somebody(), username: 'grace@hopper' }, 'username'],
  ['a role', { ...somebody(), role: 'admin' }, 'role'],
  ['roles', { ...somebody(), roles: ['admin'] }, 'roles'],
  ['an operator object', { ...somebody(), email: { $gt: '' } }, 'email'],
  ['an array', { ...somebody(), password: ['correct horse battery staple'] }, 'password'],
])('%s is a 400 that names the field', async (_, body, path) => {
  const before = await api.services.database.connection.collection('users').countDocuments()
  const response = await register(body as object)
  expect(response.status).toBe(400)
  expect(response.body.code).toBe('validation_failed')
  expect(response.body.errors.map((error: { path: string }) => error.path)).toContain(path)
  expect(setCookies(response)).toEqual([])
  expect(await api.services.database.connection.collection('users').countDocuments()).toBe(before)
})

it('keeps nothing readable of the password or the refresh token', async () => {
  const person = somebody()
  const response = await register(person).set('X-Refresh-Transport', 'body')
  const document = JSON.stringify(await stored(api, person))
  expect(document).not.toContain(password)
  for (const part of response.body.refreshToken.split('.')) expect(document).not.toContain(part)
})

// Rows of docs/asvs.md that no other test shows.
import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { login, registered } from './support/people.ts'

/** Each kind of answer there is: page, asset, API, problem, public keys, preflight. */
const everyKind = async ({ http }: TestApi) => [
  await http.get('/login').expect(200),
  await http.get('/assets/main-abc123.js').expect(200),
  await http.get('/assets/gone.js').expect(404),
  await http.get('/api/health/live').expect(200),
  await http.get('/api/protected').expect(401),
  await http.post('/api/login').send({}).expect(400),
  await http.get('/.well-known/jwks.json').expect(200),
  await http.options('/api/login').set('Origin', 'https://evil.example').expect(204),
]

it('every answer keeps browsers to our own scripts and types, out of frames, and quiet about the address', async () => {
  for (const { headers } of await everyKind(await apiForTest())) {
    const policy = String(headers['content-security-policy']).split(';')
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("object-src 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('no-referrer')
  }
})

it('on https every answer asks to come back by https for a year, on plain http none does', async () => {
  const https = await apiForTest({ environment: { PUBLIC_URL: 'https://app.example.com' } })
  for (const { headers } of await everyKind(https))
    expect(headers['strict-transport-security']).toMatch(/^max-age=31536000(;|$)/)
  for (const { headers } of await everyKind(await apiForTest()))
    expect(headers['strict-transport-security']).toBeUndefined()
})

it('a password is as good after five years as on the first day', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  api.clock.advance(5 * 365 * 86_400)
  await login(api, person)
})

it('a new installation has no account at all', async () => {
  const api = await apiForTest()
  expect(await api.services.database.connection.collection('users').countDocuments()).toBe(0)
  for (const email of ['admin', 'root', 'admin@example.com'])
    for (const password of ['admin', 'password', 'latchkey'])
      await api.http.post('/api/login').send({ email, password }).expect(401)
})

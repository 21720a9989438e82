import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { protectedWith, registered } from './support/people.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const token = (body: object) => api.http.post('/api/token').type('form').send(body)

it('rotates for an OAuth client, in the shape of RFC 6749 §5.1', async () => {
  const person = await registered(api)
  const response = await token({
    grant_type: 'refresh_token',
    refresh_token: person.jar.refreshToken,
    client_id: 'cli',
  })
  expect(response.status).toBe(200)
  expect(response.body).toEqual({
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: 900,
    refresh_token: expect.any(String),
  })
  expect(response.headers['cache-control']).toBe('no-store')
  await protectedWith(api, response.body.access_token).expect(200)
  const again = await api.http
    .post('/api/token')
    .send({ grant_type: 'refresh_token', refresh_token: response.body.refresh_token })
  expect(again.status).toBe(200)
})

it.each([
  ['an unknown grant', { grant_type: 'password', username: 'a', password: 'b' }, 'unsupported_grant_type'],
  ['no grant', {}, 'invalid_request'],
  ['no token', { grant_type: 'refresh_token' }, 'invalid_request'],
  ['a token sent twice', { grant_type: 'refresh_token', refresh_token: ['a', 'b'] }, 'invalid_request'],
  ['garbage', { grant_type: 'refresh_token', refresh_token: 'garbage' }, 'invalid_grant'],
  [
    'fifty parameters',
    Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`p${i}`, i])),
    'invalid_request',
  ],
])('%s is a 400 in the shape of RFC 6749 §5.2', async (_, body, error) => {
  const response = await token(body)
  expect(response.status).toBe(400)
  expect(response.body).toEqual({ error, error_description: expect.any(String) })
  expect(response.headers['cache-control']).toBe('no-store')
})

it('a reused token is an invalid grant', async () => {
  const person = await registered(api)
  const body = { grant_type: 'refresh_token', refresh_token: person.jar.refreshToken }
  await token(body).expect(200)
  api.clock.advance(11)
  const response = await token(body)
  expect(response.status).toBe(400)
  expect(response.body.error).toBe('invalid_grant')
})

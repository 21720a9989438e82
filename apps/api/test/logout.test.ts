import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { login, refresh, registered, setCookies } from './support/people.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const cleared = (name: string) => new RegExp(`^${name}=; Path=/; Expires=Thu, 01 Jan 1970`)

it('ends the session, clears both cookies and leaves other devices alone', async () => {
  const person = await registered(api)
  const other = await login(api, person)
  const response = await api.http.post('/api/logout').set('Cookie', person.jar.header)
  expect(response.status).toBe(200)
  expect(response.body).toEqual({ message: 'You are signed out.' })
  const [refreshToken, session] = setCookies(response)
  expect(refreshToken).toMatch(cleared('latchkey.refreshToken'))
  expect(session).toMatch(cleared('latchkey.session'))
  expect((await refresh(api, person.jar)).body.code).toBe('refresh_token_revoked')
  await refresh(api, other.jar).expect(200)
})

it('with nothing to end it is 204, and still clears', async () => {
  const person = await registered(api)
  await api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
  for (const cookie of [
    person.jar.header,
    'latchkey.refreshToken=garbage',
    'latchkey.refreshToken=j:{"$ne":null}',
    '',
  ]) {
    const response = await api.http.post('/api/logout').set('Cookie', cookie)
    expect(response.status).toBe(204)
    expect(response.text).toBe('')
    expect(setCookies(response)).toHaveLength(2)
  }
})

it('an expired token may still sign out', async () => {
  const person = await registered(api)
  api.clock.advance(8 * 86_400)
  await api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
})

it('ends whatever a body, a cookie and an access token name, though one of them is garbage', async () => {
  const person = await registered(api)
  const other = await login(api, person)
  const third = await login(api, person)
  const response = await api.http
    .post('/api/logout')
    .set('Cookie', person.jar.header)
    .set('Authorization', `Bearer ${other.body.accessToken}`)
    .send({ refreshToken: 'garbage' })
  expect(response.status).toBe(200)
  await refresh(api, person.jar).expect(403)
  await refresh(api, other.jar).expect(403)
  await refresh(api, third.jar).expect(200)
})

it.each([
  ['text/plain', 'hello', 415],
  ['application/json', '{', 400],
  ['application/json', '{"refreshToken":{"$gt":""}}', 400],
])('clears the cookies whatever is sent: %s %s', async (type, body, status) => {
  const response = await api.http.post('/api/logout').type(type).send(body)
  expect(response.status).toBe(status)
  expect(setCookies(response)).toHaveLength(2)
})

it('a client without cookies signs out with its refresh token or with its access token', async () => {
  const person = await registered(api)
  const other = await login(api, person)
  await api.http.post('/api/logout').send({ refreshToken: person.jar.refreshToken }).expect(200)
  await api.http.post('/api/logout').set('Authorization', `Bearer ${other.body.accessToken}`).expect(200)
  await refresh(api, person.jar).expect(403)
  await refresh(api, other.jar).expect(403)
})

it('however the path is written, the cookies go with the session', async () => {
  for (const path of ['/api/logout/', '/api/LOGOUT']) {
    const person = await registered(api)
    const response = await api.http.post(path).set('Cookie', person.jar.header).expect(200)
    expect(setCookies(response)).toHaveLength(2)
  }
})

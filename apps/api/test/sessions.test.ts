import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { unchanged } from '../src/users/accounts.ts'
import { startApi, type TestApi } from './support/api.ts'
import { cuttableProxy } from './support/cuttable-proxy.ts'
import { eventually } from './support/eventually.ts'
import {
  login,
  protectedWith,
  refresh,
  registered,
  type SignedInPerson,
  setCookies,
  stored,
} from './support/people.ts'
import { whom } from './support/whom.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const firefox = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:131.0) Gecko/20100101 Firefox/131.0'
const android =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36'

const as = ({ body }: SignedInPerson) => ({ Authorization: `Bearer ${body.accessToken}` })
const list = (person: SignedInPerson) => api.http.get('/api/sessions').set(as(person))

it.each([
  [
    'Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 Mobile/15E148 Safari/604.1',
    'tablet',
    '12',
  ],
  [
    'Mozilla/5.0 (Linux; Android 14; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    'tablet',
    '131',
  ],
  // An iPad of today. Nothing tells it from a Mac.
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
    'computer',
    '18',
  ],
  ['curl/8.4.0', undefined, undefined],
])('%s is seen as it says', async (agent, form, version) => {
  const person = await registered(api, { 'User-Agent': agent })
  const { form: seen, version: seenVersion } = (await list(person)).body.sessions[0]
  expect([seen, seenVersion]).toEqual([form, version])
})

it('lists where somebody is signed in, in words, and says which one is this one', async () => {
  const person = await registered(api, { 'User-Agent': firefox })
  api.clock.advance(60)
  const phone = await login(api, person, { 'User-Agent': android })
  api.clock.advance(60)
  await refresh(api, person.jar).expect(200)
  const response = await list(phone)
  expect(response.status).toBe(200)
  const now = api.clock.now()
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString()
  expect(response.body.sessions).toEqual([
    {
      id: person.sessionId,
      current: false,
      name: null,
      device: 'Firefox on macOS',
      form: 'computer',
      version: expect.stringMatching(/^\d+$/),
      ip: expect.stringContaining('127.0.0.1'),
      createdAt: ago(120),
      lastUsedAt: ago(0),
      lastDevice: expect.any(String),
      lastIp: expect.stringContaining('127.0.0.1'),
      expiresAt: ago(-7 * 86_400),
      endsAt: ago(120 - 90 * 86_400),
      generation: 1,
      bound: false,
      amr: ['pwd'],
    },
    {
      id: phone.sessionId,
      current: true,
      name: null,
      device: 'Chrome on Android',
      form: 'phone',
      version: expect.stringMatching(/^\d+$/),
      ip: expect.stringContaining('127.0.0.1'),
      createdAt: ago(60),
      lastUsedAt: ago(60),
      lastDevice: 'Chrome on Android',
      lastIp: expect.stringContaining('127.0.0.1'),
      expiresAt: ago(60 - 7 * 86_400),
      endsAt: ago(60 - 90 * 86_400),
      generation: 0,
      bound: false,
      amr: ['pwd'],
    },
  ])
})

it('a session takes a name and loses it again', async () => {
  const person = await registered(api)
  const rename = (name: unknown) =>
    api.http.patch(`/api/sessions/${person.sessionId}`).set(as(person)).send({ name })
  expect((await rename('  Kitchen laptop ').expect(200)).body.session.name).toBe('Kitchen laptop')
  expect((await list(person)).body.sessions[0].name).toBe('Kitchen laptop')
  await refresh(api, person.jar).expect(200)
  expect((await list(person)).body.sessions[0].name).toBe('Kitchen laptop')
  expect((await rename('').expect(200)).body.session.name).toBeNull()
  await rename('x'.repeat(65)).expect(400)
  await rename({ $set: 1 }).expect(400)
})

it('ending one session kills its access token at once and leaves the others', async () => {
  const person = await registered(api)
  const lost = await login(api, person)
  await protectedWith(api, lost.body.accessToken).expect(200)
  await api.http.delete(`/api/sessions/${lost.sessionId}`).set(as(person)).expect(204)
  const refused = await protectedWith(api, lost.body.accessToken)
  expect(refused.status).toBe(401)
  expect(refused.body.code).toBe('access_token_revoked')
  expect(refused.headers['www-authenticate']).toContain('error="invalid_token"')
  const verdict = await refresh(api, lost.jar)
  expect(verdict.status).toBe(403)
  expect(verdict.body.code).toBe('refresh_token_revoked')
  expect(setCookies(verdict)).toEqual([])
  await protectedWith(api, person.body.accessToken).expect(200)
  await refresh(api, person.jar).expect(200)
  await api.http.delete(`/api/sessions/${lost.sessionId}`).set(as(person)).expect(404)
})

it("another user's session is not there, and nothing happens to it", async () => {
  const person = await registered(api)
  const stranger = await registered(api)
  for (const id of [person.sessionId, 'nonsense', '000000000000000000000000', '$ne'])
    await api.http.delete(`/api/sessions/${id}`).set(as(stranger)).expect(404)
  await api.http
    .patch(`/api/sessions/${person.sessionId}`)
    .set(as(stranger))
    .send({ name: 'mine' })
    .expect(404)
  await protectedWith(api, person.body.accessToken).expect(200)
  await refresh(api, person.jar).expect(200)
  expect((await stored(api, person)).refreshTokens[0].name ?? null).toBeNull()
})

it('ending all others keeps this one', async () => {
  const person = await registered(api)
  const others = [await login(api, person), await login(api, person)]
  await api.http.delete('/api/sessions').set(as(person)).expect(204)
  for (const other of others) {
    await protectedWith(api, other.body.accessToken).expect(401)
    await refresh(api, other.jar).expect(403)
  }
  await protectedWith(api, person.body.accessToken).expect(200)
  expect((await list(person)).body.sessions).toHaveLength(1)
  // With nothing to end it is done just the same.
  await api.http.delete('/api/sessions').set(as(person)).expect(204)
})

it('signing out everywhere ends this one too and clears its cookies', async () => {
  const person = await registered(api)
  const other = await login(api, person)
  const response = await api.http
    .post('/api/logout-everywhere')
    .set(as(person))
    .set('Cookie', person.jar.header)
  expect(response.status).toBe(204)
  expect(setCookies(response).map((cookie) => cookie.split('=', 1)[0])).toEqual([
    'latchkey.refreshToken',
    'latchkey.session',
  ])
  for (const { body, jar } of [person, other]) {
    await protectedWith(api, body.accessToken).expect(401)
    await refresh(api, jar).expect(403)
  }
})

it('signing out kills the access token as well', async () => {
  const person = await registered(api)
  await api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
  expect((await protectedWith(api, person.body.accessToken)).body.code).toBe('access_token_revoked')
})

it('a session that is pushed out by the limit takes its access tokens with it', async () => {
  const small = await startApi({ environment: { SESSION_LIMIT: '2' } })
  const person = await registered(small)
  small.clock.advance(1)
  const second = await login(small, person)
  small.clock.advance(1)
  const third = await login(small, person)
  await protectedWith(small, person.body.accessToken).expect(401)
  await protectedWith(small, second.body.accessToken).expect(200)
  await protectedWith(small, third.body.accessToken).expect(200)
  await small.close()
})

it('changing the password ends every other session and keeps this one', async () => {
  const person = await registered(api)
  const other = await login(api, person)
  const change = (currentPassword: string, newPassword: string) =>
    api.http.post('/api/change-password').set(as(person)).send({ currentPassword, newPassword })

  const wrong = await change('not my password', 'a new and better one')
  expect(wrong.status).toBe(400)
  expect(wrong.body.errors).toEqual([
    {
      path: 'currentPassword',
      code: 'current_password_wrong',
      message: 'This is not your current password.',
    },
  ])
  expect((await change(person.password, 'password123')).body.errors[0].path).toBe('newPassword')
  await protectedWith(api, other.body.accessToken).expect(200)

  await change(person.password, 'a new and better one').expect(200)
  await protectedWith(api, other.body.accessToken).expect(401)
  await refresh(api, other.jar).expect(403)
  await protectedWith(api, person.body.accessToken).expect(200)
  await refresh(api, person.jar).expect(200)
  await api.http.post('/api/login').send({ email: person.email, password: person.password }).expect(401)
  await api.http
    .post('/api/login')
    .send({ email: person.email, password: 'a new and better one' })
    .expect(200)
})

it('a password change that is cut off after its commit has ended the other sessions', async () => {
  const direct = testDatabaseUri()
  const wire = await cuttableProxy(direct)
  const cut = await startApi({ mongoUri: wire.uri })
  const person = await registered(cut)
  const other = await login(cut, person)
  const there = await startApi({ mongoUri: direct, clock: cut.clock })
  await protectedWith(cut, other.body.accessToken).expect(200)
  const changed = eventually(
    async () => {
      const user = await there.services.accounts.credentials(person.body.user.id)
      expect(
        await there.services.passwords.verify('a new and better one', user?.passwordHash, whom('ada')),
      ).toBe(true)
    },
    { interval: 5 },
  )
  const change = cut.http
    .post('/api/change-password')
    .set(as(person))
    .send({ currentPassword: person.password, newPassword: 'a new and better one' })
    .then(({ status }) => status)
  await changed
  wire.cut()
  await change
  // The sessions went with the password, in one update.
  await refresh(there, other.jar).expect(403)
  await refresh(there, person.jar).expect(200)
  // Refused; or, once this process has heard nothing for five seconds, nobody is let in unasked.
  expect([401, 503]).toContain((await protectedWith(cut, other.body.accessToken)).status)
  await wire.mend()
  await eventually(async () => protectedWith(there, other.body.accessToken).expect(401), { interval: 200 })
  await Promise.all([cut.close(), there.close()])
}, 240_000)

it('of two password changes at once one wins', async () => {
  const person = await registered(api)
  const change = (newPassword: string) =>
    api.http
      .post('/api/change-password')
      .set(as(person))
      .send({ currentPassword: person.password, newPassword })
  const statuses = (await Promise.all([change('the first new one'), change('the second new one')])).map(
    ({ status }) => status,
  )
  expect(statuses.toSorted()).toEqual([200, 400])
})

it('a sign-in that was under way when the password changed opens nothing', async () => {
  const person = await registered(api)
  const { accounts, sessions } = api.services
  const checked = await accounts.findByIdentifier(person.email)
  if (!checked) throw new Error('no such user')
  await api.http
    .post('/api/change-password')
    .set(as(person))
    .send({ currentPassword: person.password, newPassword: 'a new and better one' })
    .expect(200)
  expect(
    await sessions.issue(
      checked._id,
      sessions.begin({ device: { userAgent: '', ip: '' } }),
      unchanged(checked),
    ),
  ).toBeNull()
})

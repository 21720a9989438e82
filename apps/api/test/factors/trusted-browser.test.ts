import { createHash, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from '../support/api.ts'
import {
  bearer,
  enrolled,
  factorStep,
  passwordStep,
  stepSeconds,
  ticketOf,
} from '../support/authenticator.ts'
import { jarOf, login, registered, stored } from '../support/people.ts'
import { lockOwner } from '../support/refresh-lock.ts'
import { latchkey } from '../support/terminal.ts'

const day = 86_400

/** The keys of one browser, each for one sign-in. */
function trustKeys() {
  const keys = Array.from({ length: 8 }, () => randomBytes(32))
  const lock = (n: number) =>
    createHash('sha256')
      .update(keys[n] ?? '')
      .digest('base64url')
  const key = (n: number) => keys[n]?.toString('base64url') ?? ''
  return {
    key,
    lock,
    first: { 'X-Trust-Lock': lock(0) },
    at: (n: number) => ({ 'X-Trust-Key': key(n), 'X-Trust-Lock': lock(n + 1) }),
  }
}

const deviceIn = (header: string) =>
  header.split('; ').find((cookie) => cookie.startsWith('latchkey.device=')) ?? ''

/** Somebody whose browser is trusted; `signIn` is what it sends with the password. */
async function trusted() {
  const api = await apiForTest()
  const person = await registered(api)
  const { app } = await enrolled(api, person)
  const Cookie = deviceIn(person.jar.header)
  const keys = trustKeys()
  const bound = () => ({ Cookie, ...lockOwner().signIn })
  const answer = await api.http
    .post('/api/login/factor')
    .set({ ...bound(), ...keys.first })
    .send({
      ticket: await ticketOf(api, person, { Cookie }),
      method: 'totp',
      code: app.code(),
      trustBrowser: true,
    })
    .expect(200)
  const as = bearer(answer.body.accessToken)
  const signIn = (n: number) => ({ ...bound(), ...keys.at(n) })
  return { api, person, app, as, jar: jarOf(answer), Cookie, keys, bound, signIn }
}

const devicesOf = async (api: TestApi, as: Record<string, string>) =>
  (await api.http.get('/api/devices').set(as).expect(200)).body.devices

it('a trusted browser signs in by the password and its key for 30 days, and says no more than that', async () => {
  const { api, person, as, signIn, bound } = await trusted()
  const [device] = await devicesOf(api, as)
  expect(device.trustedUntil).toBe(new Date(api.clock.now().getTime() + 30 * day * 1000).toISOString())
  const { body } = await passwordStep(api, person, signIn(0)).expect(200)
  const claims = JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString())
  expect(claims).toMatchObject({ amr: ['pwd'], acr: 'sfa' })
  // What asks for a recent sign-in asks for the factor later, here as elsewhere.
  expect((await api.http.get('/api/reauthenticate').set(bearer(body.accessToken))).body.methods).toContain(
    'totp',
  )
  api.clock.advance(30 * day - 1)
  await passwordStep(api, person, signIn(1)).expect(200)
  api.clock.advance(1)
  await passwordStep(api, person, signIn(2)).expect(202)
  await passwordStep(api, person, bound()).expect(202)
})

it('cookies alone, a copied request, a wrong key or another browser are asked for the factor', async () => {
  const { api, person, keys, bound, signIn, Cookie } = await trusted()
  await passwordStep(api, person, bound()).expect(202)
  await passwordStep(api, person, { ...bound(), ...trustKeys().at(0) }).expect(202)
  const { Cookie: _, ...elsewhere } = signIn(0)
  await passwordStep(api, person, elsewhere).expect(202)
  // A session that is not bound could be copied.
  await passwordStep(api, person, { Cookie, ...keys.at(0) }).expect(202)
  const request = signIn(0)
  await passwordStep(api, person, request).expect(200)
  await passwordStep(api, person, request).expect(202)
  await passwordStep(api, person, signIn(1)).expect(200)
})

it('of one key shown at once on two nodes, one signs in', async () => {
  const { api, person, signIn } = await trusted()
  const other = await apiForTest({ mongoUri: api.mongoUri, clock: api.clock })
  const answers = await Promise.all(
    [api, other, api, other].map((node) => passwordStep(node, person, signIn(0))),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 202, 202, 202])
})

it('a browser that got no answer shows both keys that may count, whatever became of the request', async () => {
  const { api, person, keys, bound } = await trusted()
  const signIn = (shown: number[], next: number) =>
    passwordStep(api, person, {
      ...bound(),
      'X-Trust-Key': shown.map(keys.key).join(', '),
      'X-Trust-Lock': keys.lock(next),
    })
  // The first one arrived and the second did not.
  await signIn([0], 1).expect(200)
  await signIn([0, 1], 3).expect(200)
  // None of what was shown counts again.
  await signIn([0, 1], 4).expect(202)
  await signIn([1, 2, 3], 5).expect(200)
})

it.each([
  ['five keys', Array.from({ length: 5 }, () => randomBytes(32).toString('base64url')).join(', ')],
  ['half a key', 'abc'],
  ['an empty key', ''],
  ['a comma too many', `${randomBytes(32).toString('base64url')},`],
])('%s are refused, and change nothing', async (_, shown) => {
  const { api, person, bound, keys, signIn } = await trusted()
  const refused = await passwordStep(api, person, {
    ...bound(),
    'X-Trust-Key': shown,
    'X-Trust-Lock': keys.lock(1),
  })
  expect([refused.status, refused.body.code]).toEqual([400, 'refresh_lock_malformed'])
  await passwordStep(api, person, signIn(0)).expect(200)
})

it('its owner stops trusting it: it stays known, is asked for the code, and that is in the activity', async () => {
  const { api, person, as, signIn, Cookie } = await trusted()
  const [device] = await devicesOf(api, as)
  const untrust = (with_: Record<string, string>) =>
    api.http.delete(`/api/devices/${device.id}/trust`).set(with_)
  const stranger = await registered(api)
  await untrust(bearer(stranger.body.accessToken)).expect(404)
  await untrust({}).expect(401)
  expect((await devicesOf(api, as))[0].trustedUntil).toBe(device.trustedUntil)

  const answers = await Promise.all([untrust(as), untrust(as), untrust(as)])
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 404, 404])
  const { trustedUntil: _, ...known } = device
  expect(await devicesOf(api, as)).toEqual([known])
  const kinds = (await api.services.events.page(person.body.user.id)).events.map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'browser_untrusted')).toHaveLength(1)
  const exported = await api.http
    .get('/api/me/export')
    .set({ ...as, Cookie })
    .expect(200)
  expect(exported.body.knownDevices[0]).not.toHaveProperty('trustedUntil')
  await passwordStep(api, person, signIn(0)).expect(202)
})

it('whoever ends all other sessions ends the trust in other browsers, also in one that holds no session', async () => {
  const { api, person, app, jar, signIn } = await trusted()
  for (const { header } of [person.jar, jar])
    await api.http.post('/api/logout').set('Cookie', header).expect(200)
  api.clock.advance(stepSeconds)
  const own = await factorStep(api, await ticketOf(api, person), app.code()).expect(200)
  expect((await stored(api, person)).refreshTokens).toHaveLength(1)
  const kinds = async () =>
    (await api.services.events.page(person.body.user.id)).events.map(({ kind }) => kind)
  await api.http
    .delete('/api/sessions')
    .set({ ...bearer(own.body.accessToken), Cookie: jarOf(own).header })
    .expect(204)
  await passwordStep(api, person, signIn(0)).expect(202)
  expect((await stored(api, person)).knownDevices).toHaveLength(1)
  // No session has ended, so nothing says that one has.
  expect((await kinds()).filter((kind) => kind === 'session_revoked')).toEqual([])
})

it('the key without the password is nothing', async () => {
  const { api, person, signIn } = await trusted()
  await passwordStep(api, { ...person, password: 'not the one at all' }, signIn(0)).expect(401)
  await passwordStep(api, person, signIn(0)).expect(200)
})

it.each([
  [
    'a new password',
    async ({ api, person, as, Cookie }: Awaited<ReturnType<typeof trusted>>) => {
      // In the browser that is trusted, which stays a known one.
      const newPassword = 'candle river mosaic'
      await api.http
        .post('/api/change-password')
        .set({ ...as, Cookie })
        .send({ currentPassword: person.password, newPassword })
        .expect(200)
      person.password = newPassword
    },
  ],
  [
    'another app',
    async ({ api, person, as }: Awaited<ReturnType<typeof trusted>>) => {
      await enrolled(api, { ...person, body: { ...person.body, accessToken: as.Authorization.slice(7) } })
    },
  ],
  [
    'new recovery codes',
    async ({ api, as }: Awaited<ReturnType<typeof trusted>>) => {
      await api.http.post('/api/factors/recovery-codes').set(as).expect(200)
    },
  ],
  [
    'forgetting the browser',
    async ({ api, as }: Awaited<ReturnType<typeof trusted>>) => {
      const [{ id }] = await devicesOf(api, as)
      await api.http.delete(`/api/devices/${id}`).set(as).expect(204)
    },
  ],
])('%s ends the trust', async (_, change) => {
  const all = await trusted()
  await change(all)
  expect(
    (await devicesOf(all.api, all.as)).some(({ trustedUntil }: { trustedUntil?: string }) => trustedUntil),
  ).toBe(false)
  await passwordStep(all.api, all.person, all.signIn(0)).expect(202)
})

it.each([
  ['ends every session', [['delete', '/sessions']]],
  [
    'disables and enables the account',
    [
      ['post', '/disable'],
      ['post', '/enable'],
    ],
  ],
] as const)('an administrator who %s ends the trust, and forgets the browsers', async (_, requests) => {
  const { api, person, signIn } = await trusted()
  const boss = await registered(api)
  await api.services.administration.setRoles(boss.body.user.id, ['user', 'admin'])
  const admin = await login(api, boss)
  for (const [method, path] of requests) {
    const answer = await api.http[method](`/api/admin/users/${person.body.user.id}${path}`).set(
      bearer(admin.body.accessToken),
    )
    expect([path, answer.status]).toEqual([path, method === 'delete' ? 204 : 200])
  }
  expect((await stored(api, person)).knownDevices).toEqual([])
  await passwordStep(api, person, signIn(0)).expect(202)
})

it.each([
  ['no lock of its session', { Cookie: true, trust: true, lock: false }],
  ['no lock of its own', { Cookie: true, trust: false, lock: true }],
  ['no cookies', { Cookie: false, trust: true, lock: true }],
])('a client with %s is not trusted, is told so, and has used no code up', async (_, has) => {
  const api = await apiForTest()
  const person = await registered(api)
  const { app } = await enrolled(api, person)
  const headers = {
    ...(has.lock && lockOwner().signIn),
    ...(has.trust && trustKeys().first),
    ...(!has.Cookie && { 'X-Refresh-Transport': 'body' }),
  }
  const ticket = await ticketOf(api, person)
  const shown = { ticket, method: 'totp', code: app.code() }
  const refused = await api.http
    .post('/api/login/factor')
    .set(headers)
    .send({ ...shown, trustBrowser: true })
    .expect(400)
  expect(refused.body.errors).toEqual([
    { path: 'trustBrowser', code: 'browser_untrustable', message: expect.any(String) },
  ])
  await factorStep(api, ticket, app.code()).expect(200)
})

it('a browser without a cookie so far is trusted under the name it is given', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const { app } = await enrolled(api, person)
  const keys = trustKeys()
  const answer = await api.http
    .post('/api/login/factor')
    .set({ ...lockOwner().signIn, ...keys.first })
    .send({ ticket: await ticketOf(api, person), method: 'totp', code: app.code(), trustBrowser: true })
    .expect(200)
  api.clock.advance(stepSeconds)
  const Cookie = deviceIn(jarOf(answer).header)
  await passwordStep(api, person, { Cookie, ...lockOwner().signIn, ...keys.at(0) }).expect(200)
  const kinds = (await api.services.events.page(person.body.user.id)).events.map(({ kind }) => kind)
  expect(kinds).toContain('browser_trusted')
})

it('what asks for a recent sign-in goes by when the factor was shown, and no factor changes without it', async () => {
  const { api, person, app, as, signIn } = await trusted()
  const { auth_time: shownAt } = JSON.parse(
    Buffer.from(as.Authorization.split('.')[1] ?? '', 'base64url').toString(),
  )
  api.clock.advance(601)
  const { body } = await passwordStep(api, person, signIn(0)).expect(200)
  const claims = JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString())
  expect(claims.auth_time).toBe(shownAt)
  const fresh = bearer(body.accessToken)
  await api.http.delete('/api/factors/totp').set(fresh).expect(401)
  await api.http.delete('/api/sessions').set(fresh).expect(401)
  const shown = { method: 'totp', code: app.code() }
  const confirmed = await api.http.post('/api/reauthenticate').set(fresh).send(shown).expect(200)
  await api.http.delete('/api/factors/totp').set(bearer(confirmed.body.accessToken)).expect(204)
})

it('the operator who ends the sessions of everybody ends all trust, also of those who are signed out', async () => {
  const { api, person, as, signIn } = await trusted()
  await api.http.post('/api/logout').set(as).expect(200)
  expect((await latchkey(api, ['sessions', 'end-all', '--yes'])).status).toBe(0)
  // Known all the same: nobody gets a mail about a new browser.
  expect((await stored(api, person)).knownDevices).toHaveLength(1)
  await passwordStep(api, person, signIn(0)).expect(202)
})

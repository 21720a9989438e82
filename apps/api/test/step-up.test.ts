import { type AuthenticationMethod, routes } from '@latchkey/contracts'
import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { movableClock } from './support/clock.ts'
import { authenticator } from './support/passkey-authenticator.ts'
import { login, password, registered, type SignedInPerson, stored } from './support/people.ts'

const tenMinutes = 600

const claimsOf = (accessToken: string) =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())
const as = (accessToken: string) => ({ Authorization: `Bearer ${accessToken}` })

/** A token for the session as it is now, without another sign-in. */
async function refreshed(api: TestApi, person: SignedInPerson): Promise<string> {
  const answer = await api.http.post('/api/refresh-token').set('Cookie', person.jar.header).expect(200)
  return answer.body.accessToken
}

async function signedInLongAgo(seconds = tenMinutes + 1) {
  const api = await apiForTest()
  const person = await registered(api)
  api.clock.advance(seconds)
  return { api, person, token: await refreshed(api, person) }
}

const confirm = (api: TestApi, token: string, body: object = { password }) =>
  api.http.post('/api/reauthenticate').set(as(token)).send(body)

it('a token says when and how its owner signed in, and no refresh makes that later', async () => {
  const { api, person, token } = await signedInLongAgo(300)
  const first = claimsOf(person.body.accessToken)
  expect(first).toMatchObject({ auth_time: first.iat, amr: ['pwd'], acr: 'sfa' })
  expect(claimsOf(token)).toMatchObject({
    iat: first.iat + 300,
    auth_time: first.auth_time,
    amr: ['pwd'],
    acr: 'sfa',
  })
  const { body } = await confirm(api, token).expect(200)
  expect(claimsOf(body.accessToken)).toMatchObject({ sid: first.sid, auth_time: first.auth_time + 300 })
})

it('a session from before this was kept counts as opened by password when it was', async () => {
  const { api, person } = await signedInLongAgo(60)
  await api.services.database.connection
    .collection('users')
    .updateMany({}, { $unset: { 'refreshTokens.$[].authenticatedAt': '', 'refreshTokens.$[].amr': '' } })
  const first = claimsOf(person.body.accessToken)
  const again = await api.http.post('/api/refresh-token').set('Cookie', person.jar.header)
  // The test refreshed once before: a client without a key may repeat that for ten seconds.
  expect(claimsOf(again.body.accessToken)).toMatchObject({ auth_time: first.auth_time, amr: ['pwd'] })
})

const asking = Object.entries(routes).filter(([, route]) => 'stepUp' in route)

it('all that would hurt at an open screen asks for a sign-in of the last ten minutes', () => {
  expect(asking.map(([name]) => name).sort()).toEqual(
    [
      'changePassword',
      'changeEmail',
      'updateMe',
      'deleteMe',
      'deleteMeByPost',
      'revokeSession',
      'revokeOtherSessions',
      'logoutEverywhere',
      'forgetDevice',
      'untrustDevice',
      'endUserSession',
      'endUserSessions',
      'setUserRoles',
      'disableUser',
      'enableUser',
      'enrolTotp',
      'confirmTotp',
      'removeTotp',
      'renewRecoveryCodes',
      'passkeyOptions',
      'addPasskey',
      'renamePasskey',
      'removePasskey',
      'removePassword',
    ].sort(),
  )
})

it('a change of oneself asks for it unless it is of the language and of nothing else', () => {
  const asks = routes.updateMe.stepUpFor as (body: object) => boolean
  expect(asks({ language: 'de' })).toBe(false)
  for (const body of [{}, { username: 'ada' }, { nickname: 'ada' }, { language: 'de', nickname: 'ada' }])
    expect(asks(body)).toBe(true)
})

it('and refuses what is older, changing nothing, until its owner confirms who they are', async () => {
  const { api, person, token } = await signedInLongAgo()
  const rename = (with_: string) =>
    api.http.patch('/api/me').set(as(with_)).send({ username: 'somebody-else' })
  const refused = await rename(token).expect(401)
  expect(refused.body).toMatchObject({ code: 'step_up_required', stepUp: { maxAgeSeconds: tenMinutes } })
  expect(refused.headers['www-authenticate']).toMatch(
    /^Bearer realm="latchkey", error="insufficient_user_authentication", error_description="[^"]+", max_age="600"$/,
  )
  expect((await stored(api, person)).username).toBe(person.username)

  const confirmed = await confirm(api, token).expect(200)
  expect(confirmed.headers['set-cookie']).toBeUndefined()
  expect(confirmed.body).toMatchObject({
    tokenType: 'Bearer',
    expiresIn: 900,
    user: { id: person.body.user.id },
  })
  expect(confirmed.body.refreshToken).toBeUndefined()
  await rename(token).expect(401) // the old token says what it said
  expect((await rename(confirmed.body.accessToken).expect(200)).body.user.username).toBe('somebody-else')
})

it.each(asking.map(([name, route]) => [name, route] as const))('%s does', async (name, route) => {
  const api = await apiForTest()
  const person = await registered(api)
  await api.services.administration.setRoles(person.body.user.id, ['user', 'admin'])
  api.clock.advance(tenMinutes + 1)
  const token = await refreshed(api, person)
  const path = route.path.replace(/:\w+/g, '665f1c2ab7e4a1d3c0ffee01')
  const bodies: Record<string, object> = {
    changePassword: { currentPassword: password, newPassword: 'candle river mosaic' },
    changeEmail: { email: 'new@example.com', password },
    updateMe: { username: 'new-name', password },
    deleteMe: { password },
    deleteMeByPost: { password },
    setUserRoles: { roles: ['user'] },
    confirmTotp: { code: '123456' },
    addPasskey: {
      credential: authenticator().create({ challenge: 'a', rp: { id: 'localhost' }, user: { id: 'a' } }),
    },
    renamePasskey: { name: 'My phone' },
  }
  const method = route.method.toLowerCase() as 'get'
  const send = () => api.http[method](`/api${path}`).set(as(token))
  const answer = await (name in bodies ? send().send(bodies[name]) : send())
  expect([answer.status, answer.body.code]).toEqual([401, 'step_up_required'])
})

it('counts for the session that confirmed and no other', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const other = await login(api, person)
  api.clock.advance(tenMinutes + 1)
  await confirm(api, other.body.accessToken).expect(200)
  for (const token of [person.body.accessToken, await refreshed(api, person)])
    await api.http.delete('/api/sessions').set(as(token)).expect(401)
})

it('lasts ten minutes, across refreshes', async () => {
  const { api, person, token } = await signedInLongAgo()
  await confirm(api, token).expect(200)
  const jar = (await api.http.post('/api/refresh-token').set('Cookie', person.jar.header)).body
  api.clock.advance(tenMinutes)
  const at = (accessToken: string) => api.http.delete('/api/sessions').set(as(accessToken))
  await at(jar.accessToken).expect(204)
  api.clock.advance(1)
  await at(jar.accessToken).expect(401)
})

it('is confirmed by the right password alone, at most ten wrong ones in a quarter of an hour', async () => {
  const { api, token } = await signedInLongAgo()
  expect((await api.http.get('/api/reauthenticate').set(as(token)).expect(200)).body).toEqual({
    methods: ['password'],
  })
  for (let i = 0; i < 10; i++) {
    const wrong = await confirm(api, token, { password: 'not the one at all' }).expect(400)
    expect(wrong.body).toMatchObject({ code: 'validation_failed', errors: [{ path: 'password' }] })
  }
  await confirm(api, token).expect(429)
  await api.http.delete('/api/sessions').set(as(token)).expect(401)
})

it.each([{}, { password: '' }, { password: 7 }, { password: { $gt: '' } }, { password, extra: 1 }])(
  'nothing is confirmed by %j',
  async (body) => {
    const { api, token } = await signedInLongAgo()
    expect((await confirm(api, token, body).expect(400)).body.code).toBe('validation_failed')
    await api.http.delete('/api/sessions').set(as(token)).expect(401)
  },
)

it('nothing is confirmed in a session that has ended, or for an account that was disabled meanwhile', async () => {
  const { api, person, token } = await signedInLongAgo()
  const { sessions } = api.services
  const user = await stored(api, person)
  const confirmedNow = (condition = {}) =>
    sessions.confirm(person.body.user.id, person.sessionId, ['pwd'], condition)
  expect(await confirmedNow({ disabledAt: new Date() })).toBeNull()
  expect(await confirmedNow({ passwordHash: user.passwordHash })).not.toBeNull()
  await sessions.revoke(person.body.user.id, person.sessionId)
  expect(await confirmedNow()).toBeNull()
  await confirm(api, token).expect(401)
})

it('a password and a code, be it later, are several factors; and stay so', async () => {
  const { api, person } = await signedInLongAgo()
  const { sessions } = api.services
  const confirmed = await sessions.confirm(person.body.user.id, person.sessionId, ['otp'])
  if (!confirmed) throw new Error('the session is gone')
  const { accessToken } = sessions.answerConfirmed(confirmed)
  expect(claimsOf(accessToken)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: 'mfa' })
  await sessions.confirm(person.body.user.id, person.sessionId, ['pwd'])
  const later = await api.http.post('/api/refresh-token').set('Cookie', person.jar.header)
  expect(claimsOf(later.body.accessToken)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: 'mfa' })
})

it('a code of long ago does not become fresh by a password', async () => {
  const { api, person } = await signedInLongAgo()
  const { sessions } = api.services
  const confirmed = async (methods: AuthenticationMethod[]) => {
    const session = await sessions.confirm(person.body.user.id, person.sessionId, methods)
    if (!session) throw new Error('the session is gone')
    return claimsOf(sessions.answerConfirmed(session).accessToken)
  }
  const demanded = sessions.stepUp({ within: '5m', acr: 'mfa' })
  const first = await confirmed(['otp'])
  expect(() => demanded(first)).not.toThrow()
  api.clock.advance(3600)
  const second = await confirmed(['pwd'])
  expect(second).toMatchObject({ auth_time: first.auth_time + 3600, mfa_time: first.mfa_time, acr: 'mfa' })
  expect(() => demanded(second)).toThrow('step_up_required')
  expect(() => demanded({ ...second, mfa_time: second.auth_time })).not.toThrow()
})

it('confirming on a process whose clock is behind takes nothing back', async () => {
  const { api, person, token } = await signedInLongAgo()
  const { body } = await confirm(api, token).expect(200)
  const behind = movableClock()
  behind.advance((api.clock.now().getTime() - behind.now().getTime()) / 1000 - 30)
  const other = await apiForTest({ mongoUri: api.mongoUri, clock: behind })
  await confirm(other, body.accessToken).expect(200)
  expect(claimsOf(await refreshed(api, person)).auth_time).toBe(claimsOf(body.accessToken).auth_time)
})

it('what is asked for with a wrong password as well is not done', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const token = person.body.accessToken
  await api.http
    .patch('/api/me')
    .set(as(token))
    .send({ username: 'new', password: 'a wrong one' })
    .expect(400)
  await api.http.delete('/api/me').set(as(token)).send({ password: 'a wrong one' }).expect(400)
  await api.http.get('/api/me').set(as(token)).expect(200)
  await api.http.delete('/api/me').set(as(token)).expect(204)
})

it('whoever stole an access token cannot use up the confirmations of its owner', async () => {
  const api = await apiForTest({ environment: { TRUST_PROXY: '1' } })
  const owner = await registered(api)
  const confirmFrom = (address: string, shown: string) =>
    confirm(api, owner.body.accessToken, { password: shown }).set('X-Forwarded-For', address)
  for (let i = 0; i < 10; i++) await confirmFrom('203.0.113.1', 'not the one at all').expect(400)
  await confirmFrom('203.0.113.1', 'not the one at all').expect(429)
  await confirmFrom('198.51.100.7', password).expect(200)
  // And their being right forgives nobody else.
  await confirmFrom('203.0.113.1', password).expect(429)
})

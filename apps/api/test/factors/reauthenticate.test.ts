import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from '../support/api.ts'
import { bearer, enrolled, factorStep, stepSeconds, ticketOf } from '../support/authenticator.ts'
import { registered, stored } from '../support/people.ts'

const tenMinutes = 600

/** Somebody with an app, whose last sign-in is too long ago for what hurts. */
async function signedInLongAgo() {
  const api = await apiForTest()
  const person = await registered(api)
  const factors = await enrolled(api, person)
  api.clock.advance(tenMinutes + 1)
  const fresh = await api.http.post('/api/refresh-token').set('Cookie', person.jar.header).expect(200)
  return { api, person, ...factors, token: fresh.body.accessToken as string }
}

const confirm = (api: TestApi, token: string, body: object) =>
  api.http.post('/api/reauthenticate').set(bearer(token)).send(body)
const hurt = (api: TestApi, token: string) => api.http.delete('/api/sessions').set(bearer(token))

it('who has a factor confirms by it, and the password alone confirms nothing', async () => {
  const { api, person, app, token } = await signedInLongAgo()
  expect((await api.http.get('/api/reauthenticate').set(bearer(token)).expect(200)).body).toEqual({
    methods: ['totp', 'recovery_code'],
  })
  for (const password of [person.password, 'not the one at all'])
    expect((await confirm(api, token, { password }).expect(403)).body.code).toBe('factor_required')
  await hurt(api, token).expect(401)
  const { body } = await confirm(api, token, { method: 'totp', code: app.code() }).expect(200)
  await hurt(api, body.accessToken).expect(204)
})

it('a code that has signed in does not confirm as well, and the other way round', async () => {
  const { api, person, app, token } = await signedInLongAgo()
  await factorStep(api, await ticketOf(api, person), app.code()).expect(200)
  const again = await confirm(api, token, { method: 'totp', code: app.code() }).expect(401)
  expect(again.body.code).toBe('factor_invalid')
  api.clock.advance(stepSeconds)
  await confirm(api, token, { method: 'totp', code: app.code() }).expect(200)
  await factorStep(api, await ticketOf(api, person), app.code()).expect(401)
})

it('a recovery code confirms once', async () => {
  const { api, recoveryCodes, token } = await signedInLongAgo()
  const shown = { method: 'recovery_code', code: recoveryCodes[0] }
  await confirm(api, token, shown).expect(200)
  await confirm(api, token, shown).expect(401)
})

it('a thief with an old token and no code changes no factor, and wrong codes are recorded and cut off', async () => {
  const { api, person, app, token } = await signedInLongAgo()
  const before = await stored(api, person)
  for (const [method, path] of [
    ['post', '/api/factors/totp'],
    ['post', '/api/factors/recovery-codes'],
    ['delete', '/api/factors/totp'],
  ] as const)
    expect((await api.http[method](path).set(bearer(token)).expect(401)).body.code).toBe('step_up_required')
  for (let i = 0; i < 10; i++)
    await confirm(api, token, { method: 'totp', code: app.wrongCode() }).expect(401)
  await confirm(api, token, { method: 'totp', code: app.code() }).expect(429)
  const after = await stored(api, person)
  expect([after.totp, after.recoveryCodes, after.factorChanges]).toEqual([
    before.totp,
    before.recoveryCodes,
    before.factorChanges,
  ])
  const events = (await api.services.events.page(person.body.user.id)).events
  expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['factor_failed', 'failed_factors']))
  // The owner's own browser is not made to wait for that.
  const Cookie = person.jar.header
  await confirm(api, token, { method: 'totp', code: app.code() }).set('Cookie', Cookie).expect(200)
})

it.each([
  [{ method: 'totp', code: 7 }, 'code'],
  [{ method: 'totp' }, 'code'],
  [{ method: 'sms', code: '123456' }, 'method'],
  [{ password: '' }, 'password'],
  [{}, 'password'],
])('nothing is confirmed by %j, and the complaint is about %s', async (body, path) => {
  const { api, token } = await signedInLongAgo()
  const { body: problem } = await confirm(api, token, body).expect(400)
  expect(problem).toMatchObject({ code: 'validation_failed', errors: [{ path }] })
})

// Everything that somebody may have taken but the factor itself: refused, and recorded where its owner reads it.
import { expect, it } from 'vitest'
import { apiForTest } from '../support/api.ts'
import { bearer, enrolled, factorStep, passwordStep, ticketOf } from '../support/authenticator.ts'
import { mailServer } from '../support/mail-server.ts'
import { copyOf, refresh, registered, stored, verified } from '../support/people.ts'
import { lockOwner } from '../support/refresh-lock.ts'

async function withApp() {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const owner = lockOwner()
  const person = await registered(api, owner.signIn)
  await verified(api, mail, person)
  const factors = await enrolled(api, person)
  const recorded = async () => {
    const events = (await api.services.events.page(person.body.user.id)).events
    return events.map(({ kind }) => kind)
  }
  const sessions = async () => (await stored(api, person)).refreshTokens.length
  return { api, mail, person, ...factors, recorded, sessions }
}

it('the password alone opens nothing, and that it was shown is recorded', async () => {
  const { api, person, recorded, sessions } = await withApp()
  const before = await sessions()
  await passwordStep(api, person).expect(202)
  expect(await sessions()).toBe(before)
  expect(await recorded()).toContain('factor_asked')
})

it('the ticket alone opens nothing, in the browser that got it or in another, and is recorded', async () => {
  const { api, person, app, recorded, sessions } = await withApp()
  const before = await sessions()
  const [Cookie = ''] = person.jar.header
    .split('; ')
    .filter((cookie) => cookie.startsWith('latchkey.device='))
  const ticket = await ticketOf(api, person, { Cookie })
  expect(await recorded()).not.toContain('factor_failed')
  // Not even with a right code.
  expect((await factorStep(api, ticket, app.code()).expect(401)).body.code).toBe('ticket_expired')
  expect(await recorded()).toContain('factor_failed')
  await factorStep(api, ticket, app.wrongCode(), { headers: { Cookie } }).expect(401)
  expect(await sessions()).toBe(before)
})

it('a used or an old code opens nothing, and is recorded', async () => {
  const { api, person, app, recoveryCodes, recorded } = await withApp()
  const [spent = ''] = recoveryCodes
  const show = async (code: string, method = 'totp') =>
    (await factorStep(api, await ticketOf(api, person), code, { method })).status
  expect([await show(spent, 'recovery_code'), await show(app.code())]).toEqual([200, 200])
  expect(await recorded()).not.toContain('factor_failed')
  for (const [code, method] of [
    [spent, 'recovery_code'],
    [app.code(), 'totp'],
    [app.code(-1), 'totp'],
    [app.code(-2), 'totp'],
  ] as const)
    expect(await show(code, method)).toBe(401)
  expect(await recorded()).toContain('factor_failed')
})

it('cookies alone open nothing, and that is recorded', async () => {
  const { api, person, recorded } = await withApp()
  const refused = await refresh(api, copyOf(person.jar)).expect(403)
  expect(refused.body.code).toBe('refresh_token_locked')
  expect(await recorded()).toContain('copied_session_refused')
})

it('a token whose sign-in is old changes nothing, and a guess with it is recorded', async () => {
  const { api, person, app, recorded } = await withApp()
  const owner = person.body.accessToken
  api.clock.advance(601)
  for (const [method, path] of [
    ['post', '/api/factors/totp'],
    ['delete', '/api/factors/totp'],
    ['post', '/api/factors/recovery-codes'],
  ] as const)
    expect((await api.http[method](path).set(bearer(owner)).expect(401)).body.code).toBe('step_up_required')
  const guess = { method: 'totp', code: app.wrongCode() }
  await api.http.post('/api/reauthenticate').set(bearer(owner)).send(guess).expect(401)
  expect(await recorded()).toContain('factor_failed')
})

it('the owner is told by mail of each change, of a recovery code that is used, and of guesses', async () => {
  const { api, mail, person, app, recoveryCodes } = await withApp()
  const as = bearer(person.body.accessToken)
  await mail.mailTo(person.email, /An authenticator app was set up/)
  const ticket = await ticketOf(api, person)
  for (let i = 0; i < 5; i++) await factorStep(api, ticket, app.wrongCode()).expect(401)
  const alarm = await mail.mailTo(person.email, /Somebody knows your password/)
  expect(alarm.text).toContain('/account')
  const [code = ''] = recoveryCodes
  await factorStep(api, await ticketOf(api, person), code, { method: 'recovery_code' }).expect(200)
  const used = await mail.mailTo(person.email, /A recovery code was used/)
  expect(used.text).not.toContain(code)
  await api.http.post('/api/factors/recovery-codes').set(as).expect(200)
  await mail.mailTo(person.email, /You have new recovery codes/)
  await api.http.delete('/api/factors/totp').set(as).expect(204)
  await mail.mailTo(person.email, /Your authenticator app was removed/)
})

it('a download of the account says which factors there are, and holds none of them', async () => {
  const { api, person, app, recoveryCodes } = await withApp()
  const { body, text } = await api.http.get('/api/me/export').set(bearer(person.body.accessToken)).expect(200)
  expect(body.factors).toEqual({
    totp: { confirmedAt: expect.any(String) },
    recoveryCodesLeft: 10,
    required: false,
  })
  const { totp } = await stored(api, person)
  for (const secret of [app.secret, totp.secret, ...recoveryCodes]) expect(text).not.toContain(secret)
})

import { brand } from '@latchkey/brand'
import { expect, it, vi } from 'vitest'
import { stepOf } from '../../src/factors/totp.ts'
import { apiForTest } from '../support/api.ts'
import {
  authenticator,
  bearer,
  enrolled,
  factorStep,
  fromBase32,
  stepSeconds,
  ticketOf,
  totpAt,
} from '../support/authenticator.ts'
import { registered, stored } from '../support/people.ts'

// RFC 6238, appendix B: 20 ASCII bytes, eight digits, SHA-1. Six digits are the last six of these.
const rfcSecret = Buffer.from('12345678901234567890')
const rfcVectors = [
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
  [20000000000, '65353130'],
] as const

it.each(rfcVectors)('at %i s the code of RFC 6238 is right, and is of its step', (seconds, code) => {
  const now = new Date(seconds * 1000)
  const step = Math.floor(seconds / stepSeconds)
  expect(totpAt(rfcSecret, step, { digits: 8 })).toBe(code)
  expect(stepOf(code.slice(-6), rfcSecret, now)).toBe(step)
  expect(stepOf(` ${code.slice(-6, -3)} ${code.slice(-3)}`, rfcSecret, now)).toBe(step)
})

it('one step before and after is right as well, two are not', () => {
  const now = new Date(1_700_000_010_000)
  const step = Math.floor(now.getTime() / 1000 / stepSeconds)
  const found = [-2, -1, 0, 1, 2].map((steps) => stepOf(totpAt(rfcSecret, step + steps), rfcSecret, now))
  expect(found).toEqual([null, step - 1, step, step + 1, null])
})

it.each(['', '12345', '1234567', 'abcdef', '००००००'])('%j is no code', (code) => {
  expect(stepOf(code, rfcSecret, new Date(59_000))).toBeNull()
})

it('an app is given its secret as text, as an address and as a picture, and is on once a code of it is shown', async () => {
  const api = await apiForTest({ environment: { PUBLIC_URL: 'https://app.example.com' } })
  const person = await registered(api)
  const as = bearer(person.body.accessToken)
  const { body } = await api.http.post('/api/factors/totp').set(as).expect(200)
  expect(fromBase32(body.secret)).toHaveLength(20)
  const uri = new URL(body.uri)
  expect([uri.protocol, uri.host]).toEqual(['otpauth:', 'totp'])
  expect(decodeURIComponent(uri.pathname)).toBe(`/${brand.name} (app.example.com):${person.username}`)
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    issuer: `${brand.name} (app.example.com)`,
    secret: body.secret,
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  })
  expect(body.qr).toMatch(/^data:image\/svg\+xml;base64,[\w+/]+=*$/)
  const off = { totp: null, recoveryCodesLeft: 0, required: false }
  expect((await api.http.get('/api/factors').set(as)).body).toEqual(off)
  // Until then the password alone signs in.
  await api.http.post('/api/login').send({ email: person.email, password: person.password }).expect(200)

  const app = authenticator(api, body.secret)
  const confirm = (code: string) => api.http.post('/api/factors/totp/confirm').set(as).send({ code })
  expect((await confirm(app.wrongCode()).expect(401)).body.code).toBe('factor_invalid')
  expect((await api.http.get('/api/factors').set(as)).body).toEqual(off)
  const confirmed = await confirm(app.code()).expect(200)
  expect(confirmed.body.recoveryCodes).toHaveLength(10)
  expect(new Set(confirmed.body.recoveryCodes).size).toBe(10)
  for (const code of confirmed.body.recoveryCodes)
    expect(code).toMatch(/^(?:[0-9a-hjkmnp-tv-z]{4}-){5}[0-9a-hjkmnp-tv-z]{4}$/)
  expect((await api.http.get('/api/factors').set(as)).body).toEqual({
    totp: { confirmedAt: api.clock.now().toISOString() },
    recoveryCodesLeft: 10,
    required: false,
  })
  // Nothing is left to confirm.
  await confirm(app.code(1)).expect(401)
})

it('what is begun has to be confirmed within a quarter of an hour, in the same account', async () => {
  const api = await apiForTest()
  const [person, other] = [await registered(api), await registered(api)]
  const begun = await api.http.post('/api/factors/totp').set(bearer(person.body.accessToken)).expect(200)
  const app = authenticator(api, begun.body.secret)
  const confirm = ({ body }: typeof person) =>
    api.http.post('/api/factors/totp/confirm').set(bearer(body.accessToken)).send({ code: app.code() })
  await confirm(other).expect(401)
  api.clock.advance(15 * 60)
  await api.services.sessions.confirm(person.body.user.id, person.sessionId, ['pwd'])
  const fresh = await api.http.post('/api/refresh-token').set('Cookie', person.jar.header).expect(200)
  expect((await confirm({ ...person, body: fresh.body }).expect(401)).body.code).toBe('factor_invalid')
})

it('ten wrong codes while setting up are enough for a quarter of an hour', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const as = bearer(person.body.accessToken)
  const begun = await api.http.post('/api/factors/totp').set(as).expect(200)
  const app = authenticator(api, begun.body.secret)
  const confirm = (code: string) => api.http.post('/api/factors/totp/confirm').set(as).send({ code })
  for (let i = 0; i < 10; i++) await confirm(app.wrongCode()).expect(401)
  await confirm(app.code()).expect(429)
})

it('an app is removed with its recovery codes, and the password alone signs in again', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  await enrolled(api, person)
  const as = bearer(person.body.accessToken)
  await api.http.delete('/api/factors/totp').set(as).expect(204)
  const user = await stored(api, person)
  expect([user.totp, user.recoveryCodes]).toEqual([null, null])
  await api.http.post('/api/login').send({ email: person.email, password: person.password }).expect(200)
  await api.http.delete('/api/factors/totp').set(as).expect(404)
  expect((await api.http.post('/api/factors/recovery-codes').set(as).expect(403)).body.code).toBe(
    'factor_required',
  )
})

it('each change of a factor is in the activity of its owner', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  api.clock.advance(1)
  await enrolled(api, person)
  const as = bearer(person.body.accessToken)
  await api.http.post('/api/factors/recovery-codes').set(as).expect(200)
  api.clock.advance(1)
  await api.http.delete('/api/factors/totp').set(as).expect(204)
  const { body } = await api.http.get('/api/activity').set(as).expect(200)
  expect(body.events.map(({ kind }: { kind: string }) => kind)).toEqual([
    'totp_disabled',
    'recovery_codes_renewed',
    'totp_enabled',
    'registered',
  ])
})

it('of recovery codes that are renewed several times at once, those that are shown are those that work', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  await enrolled(api, person)
  const before = await ticketOf(api, person)
  const as = bearer(person.body.accessToken)
  // All have read the account before the first changes it.
  const users = api.services.database.connection.model('User')
  const { updateOne } = users
  const waiting: (() => void)[] = []
  vi.spyOn(users, 'updateOne').mockImplementation(((...given: Parameters<typeof updateOne>) => {
    if (!JSON.stringify(given[1]).includes('recoveryCodes')) return updateOne.apply(users, given)
    return new Promise<void>((go) => {
      waiting.push(go)
      if (waiting.length === 3) for (const each of waiting) each()
    }).then(() => updateOne.apply(users, given))
  }) as never)
  const renew = () => api.http.post('/api/factors/recovery-codes').set(as)
  const answers = await Promise.all([renew(), renew(), renew()])
  vi.restoreAllMocks()
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403])

  const [code] = answers.find(({ status }) => status === 200)?.body.recoveryCodes ?? []
  const show = (ticket: string) => factorStep(api, ticket, code, { method: 'recovery_code' })
  expect((await show(before)).body.code).toBe('ticket_expired')
  await show(await ticketOf(api, person)).expect(200)
  // Whoever renewed them stays signed in.
  await api.http.get('/api/factors').set(as).expect(200)
  await api.http.post('/api/refresh-token').set('Cookie', person.jar.header).expect(200)
})

it('the session in which an app was set up counts as one by two factors', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  await enrolled(api, person)
  const { body } = await api.http.post('/api/refresh-token').set('Cookie', person.jar.header).expect(200)
  const claims = JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString())
  expect(claims).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: 'mfa' })
})

it('a session in which no factor was shown changes none, be it a minute old', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const before = person.body.accessToken
  await enrolled(api, person)
  for (const [method, path] of [
    ['post', '/api/factors/totp'],
    ['delete', '/api/factors/totp'],
    ['post', '/api/factors/recovery-codes'],
  ] as const) {
    const refused = await api.http[method](path).set(bearer(before)).expect(401)
    expect(refused.body).toMatchObject({ code: 'step_up_required', stepUp: { acr: 'mfa' } })
  }
  await api.http.post('/api/factors/recovery-codes').set(bearer(person.body.accessToken)).expect(200)
})

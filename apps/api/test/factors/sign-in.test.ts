import { expect, it } from 'vitest'
import { createOpening } from '../../src/sign-in/opening.ts'
import { apiForTest, type TestApi } from '../support/api.ts'
import {
  bearer,
  enrolled,
  factorStep,
  passwordStep,
  stepSeconds,
  ticketOf,
} from '../support/authenticator.ts'
import { mailServer, tokenIn } from '../support/mail-server.ts'
import { jarOf, login, registered, type SignedInPerson, setCookies, stored } from '../support/people.ts'
import { lockOwner } from '../support/refresh-lock.ts'

async function withApp(options: Parameters<typeof apiForTest>[0] = {}) {
  const api = await apiForTest(options)
  const person = await registered(api)
  return { api, person, ...(await enrolled(api, person)) }
}

const claimsOf = (accessToken: string) =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())

const sessionsOf = async (api: TestApi, person: SignedInPerson) =>
  (await stored(api, person)).refreshTokens.length

const kinds = async (api: TestApi, person: SignedInPerson): Promise<string[]> =>
  (
    await api.services.database.connection
      .collection('securityEvents')
      .find({ userId: (await stored(api, person))._id })
      .toArray()
  ).map(({ kind }) => kind)

const deviceOf = (person: Pick<SignedInPerson, 'jar'>) =>
  person.jar.header.split('; ').find((cookie) => cookie.startsWith('latchkey.device=')) ?? ''

it('signing in takes two round trips, and nothing is open after the first', async () => {
  const { api, person, app } = await withApp()
  const owner = lockOwner()
  const before = await sessionsOf(api, person)
  const first = await passwordStep(api, person, owner.signIn).expect(202)
  expect(first.body).toEqual({
    message: expect.stringContaining('/api/login/factor'),
    ticket: expect.stringMatching(/^[\w-]{43}$/),
    methods: ['totp', 'recovery_code'],
    expiresIn: 300,
  })
  expect(setCookies(first)).toEqual([])
  expect(await sessionsOf(api, person)).toBe(before)

  const second = await factorStep(api, first.body.ticket, app.code(), { headers: owner.signIn }).expect(200)
  expect(second.body).toMatchObject({
    message: `Welcome back, ${person.username}`,
    tokenType: 'Bearer',
    user: { id: person.body.user.id },
  })
  expect(claimsOf(second.body.accessToken)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: 'mfa' })
  // The lock of the last step is the one that counts.
  const jar = jarOf(second)
  await api.http.post('/api/refresh-token').set('Cookie', jar.header).set(owner.at(0)).expect(200)
})

it('signing in with a factor ends the session that this browser held before, once it is open and not before', async () => {
  const { api, person, app } = await withApp()
  const ticket = await ticketOf(api, person, { Cookie: person.jar.header })
  await api.http.get('/api/me').set(bearer(person.body.accessToken)).expect(200)
  await factorStep(api, ticket, app.code(), { headers: { Cookie: person.jar.header } }).expect(200)
  await api.http.get('/api/me').set(bearer(person.body.accessToken)).expect(401)
})

it('a client without cookies gets its refresh token from the last step, in the body', async () => {
  const { api, person, app } = await withApp()
  const headers = { 'X-Refresh-Transport': 'body' }
  const first = await passwordStep(api, person, headers).expect(202)
  expect(first.body.refreshToken).toBeUndefined()
  const second = await factorStep(api, first.body.ticket, app.code(), { headers }).expect(200)
  expect(setCookies(second)).toEqual([])
  const form = { grant_type: 'refresh_token', refresh_token: second.body.refreshToken }
  await api.http.post('/api/token').type('form').send(form).expect(200)
})

it('an account without a factor signs in as ever, in one step', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const { body } = await login(api, person)
  expect(claimsOf(body.accessToken)).toMatchObject({ amr: ['pwd'], acr: 'sfa' })
})

it('a wrong password says nothing of factors', async () => {
  const { api, person } = await withApp()
  const wrong = await passwordStep(api, { ...person, password: 'not the one at all' }).expect(401)
  expect(wrong.body.code).toBe('invalid_credentials')
})

it('the same code again is refused, as is one from before it, though both would still be in time', async () => {
  const { api, person, app } = await withApp()
  const code = app.code()
  await factorStep(api, await ticketOf(api, person), code).expect(200)
  for (const old of [code, app.code(-1)])
    expect((await factorStep(api, await ticketOf(api, person), old).expect(401)).body.code).toBe(
      'factor_invalid',
    )
  await factorStep(api, await ticketOf(api, person), app.code(1)).expect(200)
})

it('the code that switched the app on does not sign in as well', async () => {
  const { api, person, app } = await withApp()
  const ticket = await ticketOf(api, person)
  await factorStep(api, ticket, app.code(-1)).expect(401)
  await factorStep(api, ticket, app.code()).expect(200)
})

it('one code, submitted twenty times at once on two nodes, opens one session', async () => {
  const environment = { TRUST_PROXY: '1' }
  const { api, person, app } = await withApp({ environment })
  const other = await apiForTest({ environment, mongoUri: api.mongoUri, clock: api.clock })
  const tickets: string[] = []
  while (tickets.length < 20) tickets.push(await ticketOf(api, person))
  const before = await sessionsOf(api, person)
  const code = app.code()
  const answers = await Promise.all(
    tickets.map((ticket, i) =>
      factorStep(i % 2 === 0 ? api : other, ticket, code, { headers: { 'X-Forwarded-For': `192.0.2.${i}` } }),
    ),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(await sessionsOf(api, person)).toBe(before + 1)
})

it('one ticket with two right codes at once on two nodes opens one session', async () => {
  const { api, person, app, recoveryCodes } = await withApp()
  const other = await apiForTest({ mongoUri: api.mongoUri, clock: api.clock })
  for (let round = 0; round < 5; round++) {
    const ticket = await ticketOf(api, person)
    const [recoveryCode = ''] = recoveryCodes.splice(0, 1)
    const answers = await Promise.all([
      factorStep(api, ticket, app.code()),
      factorStep(other, ticket, recoveryCode, { method: 'recovery_code' }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
    api.clock.advance(stepSeconds)
  }
})

it('a ticket opens one session, and says so to whoever comes later', async () => {
  const { api, person, app } = await withApp()
  const ticket = await ticketOf(api, person)
  await factorStep(api, ticket, app.code()).expect(200)
  api.clock.advance(stepSeconds)
  expect((await factorStep(api, ticket, app.code()).expect(401)).body.code).toBe('ticket_expired')
})

it.each(['', 'x'.repeat(43), 'x'.repeat(129)])('%j is no ticket', async (ticket) => {
  const { api, app } = await withApp()
  const { status, body } = await factorStep(api, ticket, app.code())
  expect([status, body.code]).toEqual(
    ticket.length === 43 ? [401, 'ticket_expired'] : [400, 'validation_failed'],
  )
})

it('a ticket counts for five minutes', async () => {
  const { api, person, app } = await withApp()
  const [first, second] = [await ticketOf(api, person), await ticketOf(api, person)]
  api.clock.advance(299)
  await factorStep(api, first, app.code()).expect(200)
  api.clock.advance(1)
  expect((await factorStep(api, second, app.code(1)).expect(401)).body.code).toBe('ticket_expired')
})

it('a ticket takes five codes, and a right one after them is too late', async () => {
  const { api, person, app } = await withApp()
  const ticket = await ticketOf(api, person)
  for (let i = 0; i < 5; i++)
    expect((await factorStep(api, ticket, app.wrongCode()).expect(401)).body.code).toBe('factor_invalid')
  expect((await factorStep(api, ticket, app.code()).expect(401)).body.code).toBe('ticket_expired')
})

it('wrong codes at once are counted before they are looked at', async () => {
  const { api, person, app } = await withApp()
  const ticket = await ticketOf(api, person)
  const answers = await Promise.all(Array.from({ length: 9 }, () => factorStep(api, ticket, app.wrongCode())))
  const codes = answers.map(({ body }) => body.code)
  expect(codes.filter((code) => code === 'factor_invalid')).toHaveLength(5)
})

it('a ticket is no good in another browser than the one that got it', async () => {
  const { api, person, app } = await withApp()
  const ticket = await ticketOf(api, person, { Cookie: deviceOf(person) })
  const elsewhere = await factorStep(api, ticket, app.code()).expect(401)
  expect(elsewhere.body.code).toBe('ticket_expired')
  await factorStep(api, ticket, app.code(), { headers: { Cookie: deviceOf(person) } }).expect(200)
})

it.each([
  [
    'a new password',
    async (api: TestApi, person: SignedInPerson) => {
      await api.http
        .post('/api/change-password')
        .set(bearer(person.body.accessToken))
        .send({ currentPassword: person.password, newPassword: 'candle river mosaic' })
        .expect(200)
    },
  ],
  [
    'new roles',
    async (api: TestApi, person: SignedInPerson) => {
      await api.services.administration.setRoles(person.body.user.id, ['user', 'admin'])
    },
  ],
  [
    'disabling, though it was undone',
    async (api: TestApi, person: SignedInPerson) => {
      await api.services.administration.disable(person.body.user.id)
      await api.services.administration.enable(person.body.user.id)
    },
  ],
  [
    'removing the factor',
    async (api: TestApi, person: SignedInPerson) => {
      await api.http.delete('/api/factors/totp').set(bearer(person.body.accessToken)).expect(204)
    },
  ],
  [
    'deleting the account',
    async (api: TestApi, person: SignedInPerson) => {
      await api.http.delete('/api/me').set(bearer(person.body.accessToken)).expect(204)
    },
  ],
])('%s ends a sign-in that is under way, and uses no code up', async (_, change) => {
  const { api, person, app, recoveryCodes } = await withApp()
  const ticket = await ticketOf(api, person)
  await change(api, person)
  const [code = ''] = recoveryCodes
  for (const [method, shown] of [
    ['totp', app.code()],
    ['recovery_code', code],
  ] as const)
    expect((await factorStep(api, ticket, shown, { method }).expect(401)).body.code).toBe('ticket_expired')
})

it('a reset password does not skip the factor', async () => {
  const mail = await mailServer()
  const { api, person, app } = await withApp({ environment: { SMTP_URL: mail.url } })
  const ticket = await ticketOf(api, person)
  await api.http.post('/api/forgot-password').send({ email: person.email }).expect(200)
  const token = tokenIn(await mail.mailTo(person.email, /Reset your password/))
  const again = { ...person, password: 'candle river mosaic' }
  await api.http.post('/api/reset-password').send({ token, password: again.password }).expect(200)
  expect((await factorStep(api, ticket, app.code()).expect(401)).body.code).toBe('ticket_expired')
  await factorStep(api, await ticketOf(api, again), app.code()).expect(200)
})

it('a factor that is switched on while a sign-in by password is under way leaves that one nothing to open', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const before = await api.services.accounts.credentials(person.body.user.id)
  if (!before) throw new Error('no such user')
  await enrolled(api, person)
  const signIn = { device: { userAgent: '', ip: '' }, deviceId: null, lock: null, language: null }
  expect(await createOpening(api.services)(before, signIn, { amr: ['pwd'] })).toBeNull()
})

it('a recovery code signs in once, however it is typed, and its owner reads of it', async () => {
  const { api, person, recoveryCodes } = await withApp()
  const [code = '', second = ''] = recoveryCodes
  const signIn = async (shown: string) =>
    factorStep(api, await ticketOf(api, person), shown, { method: 'recovery_code' })
  const typed = code.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'l')
  expect((await signIn(typed)).status).toBe(200)
  expect((await signIn(code)).status).toBe(401)
  expect((await signIn(second)).status).toBe(200)
  expect(await kinds(api, person)).toContain('recovery_code_used')
  const left = await api.http.get('/api/factors').set(bearer(person.body.accessToken)).expect(200)
  expect(left.body.recoveryCodesLeft).toBe(8)
})

it('one recovery code, submitted at once on two nodes, opens one session', async () => {
  const { api, person, recoveryCodes } = await withApp()
  const other = await apiForTest({ mongoUri: api.mongoUri, clock: api.clock })
  const [code = ''] = recoveryCodes
  const tickets = await Promise.all(Array.from({ length: 8 }, () => ticketOf(api, person)))
  const answers = await Promise.all(
    tickets.map((ticket, i) => factorStep(i % 2 ? api : other, ticket, code, { method: 'recovery_code' })),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

it('new recovery codes take the place of the old ones, and their owner is told when few are left', async () => {
  const { api, person, recoveryCodes } = await withApp()
  const as = bearer(person.body.accessToken)
  const renewed = await api.http.post('/api/factors/recovery-codes').set(as).expect(200)
  const show = async (code: string) =>
    factorStep(api, await ticketOf(api, person), code, { method: 'recovery_code' })
  expect((await show(recoveryCodes[0] ?? '')).status).toBe(401)
  const codes: string[] = renewed.body.recoveryCodes
  for (const code of codes.slice(0, 6)) expect((await show(code)).status).toBe(200)
  expect(await kinds(api, person)).not.toContain('recovery_codes_low')
  expect((await show(codes[6] ?? '')).status).toBe(200)
  expect(await kinds(api, person)).toContain('recovery_codes_low')
  for (const code of codes.slice(7)) expect((await show(code)).status).toBe(200)
  expect((await passwordStep(api, person)).body.methods).toEqual(['totp'])
})

it('whoever knows the password and guesses codes is cut off, and locks the owner out of no known browser', async () => {
  const { api, person, app } = await withApp({ environment: { TRUST_PROXY: '1' } })
  // From many networks, each with allowances of its own.
  const from = (i: number) => ({ 'X-Forwarded-For': `192.0.2.${i}` })
  const tickets: string[] = []
  for (let i = 0; i < 30; i++) tickets.push(await ticketOf(api, person, from(i)))
  await passwordStep(api, person, from(30)).expect(429)
  const statuses: number[] = []
  for (let i = 0; i < 40; i++)
    statuses.push(
      (await factorStep(api, tickets[i % 30] ?? '', app.wrongCode(), { headers: from(i) })).status,
    )
  expect(statuses.filter((status) => status === 401)).toHaveLength(30)
  expect(statuses.slice(30).every((status) => status === 429)).toBe(true)
  const Cookie = deviceOf(person)
  await factorStep(api, await ticketOf(api, person, { Cookie }), app.code(), { headers: { Cookie } }).expect(
    200,
  )
  const seen = await kinds(api, person)
  expect(seen).toContain('factor_asked')
  expect(seen).toContain('factor_failed')
  expect(seen).toContain('failed_factors')
})

it('a stranger without the password uses no allowance for codes up', async () => {
  const { api, person, app } = await withApp()
  for (let i = 0; i < 30; i++) await factorStep(api, 'x'.repeat(43), app.wrongCode()).expect(401)
  const limits = await api.services.database.connection.collection('rateLimits').find().toArray()
  expect(limits.filter(({ key }) => key.startsWith('factor-'))).toEqual([])
  await factorStep(api, await ticketOf(api, person), app.code()).expect(200)
})

it.each([
  {},
  { ticket: 'x'.repeat(43), method: 'totp' },
  { ticket: 'x'.repeat(43), method: 'sms', code: '123456' },
  { ticket: { $gt: '' }, method: 'totp', code: '123456' },
  { ticket: 'x'.repeat(43), method: 'totp', code: { $gt: '' } },
])('%j goes on with nothing', async (body) => {
  const api = await apiForTest()
  expect((await api.http.post('/api/login/factor').send(body).expect(400)).body.code).toBe(
    'validation_failed',
  )
})

it('neither the log nor a dump of the database holds a secret, a ticket or a code', async () => {
  const { api, person, app, recoveryCodes } = await withApp()
  const tickets = [await ticketOf(api, person), await ticketOf(api, person)]
  const code = app.code()
  const wrong = app.wrongCode()
  await factorStep(api, tickets[0] ?? '', wrong).expect(401)
  await factorStep(api, tickets[0] ?? '', code).expect(200)
  await factorStep(api, tickets[1] ?? '', recoveryCodes[0] ?? '', { method: 'recovery_code' }).expect(200)
  const dump = await dumpOf(api)
  expect(dump).toContain(person.email)
  const hex = Buffer.from(app.bytes).toString('hex')
  for (const secret of [
    ...tickets,
    app.secret,
    app.bytes.toString('base64'),
    app.bytes.toString('base64url'),
    hex,
    ...recoveryCodes.flatMap((each) => [each, each.replaceAll('-', '')]),
  ]) {
    expect(dump).not.toContain(secret)
    expect(api.logged()).not.toContain(secret)
  }
  for (const shown of [code, wrong]) expect(api.logged()).not.toContain(`"${shown}"`)
})

async function dumpOf(api: TestApi): Promise<string> {
  const { db } = api.services.database.connection
  const collections = (await db?.listCollections().toArray()) ?? []
  return JSON.stringify(
    await Promise.all(collections.map(({ name }) => db?.collection(name).find().toArray())),
  )
}

it('the documents of before, with no field about factors or with null, are those of people without one', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const users = api.services.database.connection.collection('users')
  for (const change of [
    { $set: { totp: null, recoveryCodes: null, pendingTotp: null, factorChanges: null } },
    {
      $unset: {
        totp: '',
        recoveryCodes: '',
        pendingTotp: '',
        factorChanges: '',
        epoch: '',
        passwordChanges: '',
      },
    },
  ]) {
    await users.updateOne({ emailKey: person.email }, change)
    await login(api, person)
    expect(
      (await api.http.get('/api/factors').set(bearer(person.body.accessToken)).expect(200)).body,
    ).toEqual({
      totp: null,
      recoveryCodesLeft: 0,
      required: false,
    })
  }
  const { app } = await enrolled(api, person)
  await factorStep(api, await ticketOf(api, person), app.code()).expect(200)
})

import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from '../support/api.ts'
import {
  authenticator,
  bearer,
  enrolled,
  factorStep,
  passwordStep,
  stepSeconds,
  ticketOf,
} from '../support/authenticator.ts'
import { login, registered, renewed, setCookies, somebody, stored } from '../support/people.ts'

const required = { environment: { REQUIRE_FACTOR_FOR: 'admin' } }

async function administrator() {
  const api = await apiForTest(required)
  const person = await registered(api)
  await api.services.administration.setRoles(person.body.user.id, ['user', 'admin'])
  return { api, person }
}

const enrol = (api: TestApi, ticket: string) => api.http.post('/api/login/enrol').send({ ticket })
const confirmBy = (api: TestApi, accessToken: string, shown: object) =>
  api.http.post('/api/reauthenticate').set(bearer(accessToken)).send(shown)
const confirm = (api: TestApi, ticket: string, code: string) =>
  api.http.post('/api/login/enrol/confirm').send({ ticket, code })

it('an administrator without a factor sets one up while signing in, and has no session before', async () => {
  const { api, person } = await administrator()
  const before = (await stored(api, person)).refreshTokens.length
  const first = await passwordStep(api, person).expect(202)
  expect(first.body).toEqual({
    message: expect.stringContaining('/api/login/enrol'),
    ticket: expect.stringMatching(/^[\w-]{43}$/),
    methods: [],
    enrol: true,
    expiresIn: 900,
  })
  expect(setCookies(first)).toEqual([])
  const { ticket } = first.body
  const begun = await enrol(api, ticket).expect(200)
  // Asked for again, by another tab or after a lost answer, it is the same.
  expect((await enrol(api, ticket).expect(200)).body).toEqual(begun.body)
  const app = authenticator(api, begun.body.secret)
  await confirm(api, ticket, app.wrongCode()).expect(401)
  expect((await stored(api, person)).refreshTokens).toHaveLength(before)
  const { body } = await confirm(api, ticket, app.code()).expect(200)
  expect(body).toMatchObject({
    message: `Welcome back, ${person.username}`,
    user: { id: person.body.user.id },
  })
  expect(body.recoveryCodes).toHaveLength(10)
  const claims = JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString())
  expect(claims).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: 'mfa' })
  expect((await stored(api, person)).refreshTokens).toHaveLength(before + 1)
  // From now on it is asked for, and the code that set it up is used.
  await factorStep(api, await ticketOf(api, person), app.code()).expect(401)
  api.clock.advance(stepSeconds)
  await factorStep(api, await ticketOf(api, person), app.code()).expect(200)
})

it('of two who set one up at once with one password, one does', async () => {
  const { api, person } = await administrator()
  const other = await apiForTest({ ...required, mongoUri: api.mongoUri, clock: api.clock })
  const tickets = [await ticketOf(api, person), await ticketOf(api, person)] as const
  const apps = [
    authenticator(api, (await enrol(api, tickets[0])).body.secret),
    authenticator(api, (await enrol(api, tickets[1])).body.secret),
  ] as const
  const answers = await Promise.all([
    confirm(api, tickets[0], apps[0].code()),
    confirm(other, tickets[1], apps[1].code()),
  ])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
})

it('the last code, sent twice at once, sets it up and signs in once', async () => {
  const { api, person } = await administrator()
  for (let round = 0; round < 5; round++) {
    const ticket = await ticketOf(api, person)
    const app = authenticator(api, (await enrol(api, ticket)).body.secret)
    const twice = await Promise.all([confirm(api, ticket, app.code()), confirm(api, ticket, app.code())])
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 401])
    await api.services.database.connection.collection('users').updateMany({}, { $unset: { totp: '' } })
  }
})

it('a ticket for setting one up is none for showing one, and the other way round', async () => {
  const { api, person } = await administrator()
  const toEnrol = await ticketOf(api, person)
  const { body } = await enrol(api, toEnrol).expect(200)
  const app = authenticator(api, body.secret)
  expect((await factorStep(api, toEnrol, app.code()).expect(401)).body.code).toBe('ticket_expired')
  await confirm(api, toEnrol, app.code()).expect(200)
  const toShow = await ticketOf(api, person)
  expect((await enrol(api, toShow).expect(401)).body.code).toBe('ticket_expired')
  expect((await confirm(api, toShow, app.code(1)).expect(401)).body.code).toBe('ticket_expired')
})

it('a code before a secret was asked for sets nothing up', async () => {
  const { api, person } = await administrator()
  expect((await confirm(api, await ticketOf(api, person), '123456').expect(401)).body.code).toBe(
    'factor_invalid',
  )
})

it('five wrong codes end it, and a new password or a quarter of an hour', async () => {
  const { api, person } = await administrator()
  const ended = async (meanwhile: (ticket: string, wrong: string) => Promise<unknown>) => {
    const ticket = await ticketOf(api, person)
    const app = authenticator(api, (await enrol(api, ticket)).body.secret)
    await meanwhile(ticket, app.wrongCode())
    expect((await confirm(api, ticket, app.code()).expect(401)).body.code).toBe('ticket_expired')
  }
  await ended(async (ticket, wrong) => {
    for (let i = 0; i < 5; i++) await confirm(api, ticket, wrong).expect(401)
  })
  await ended(async () => api.clock.advance(900))
  await ended(() => api.services.administration.setRoles(person.body.user.id, ['admin']))
})

it('who has to have a factor keeps it; who need not signs in as ever', async () => {
  const { api, person } = await administrator()
  await login(api, await registered(api))
  const ticket = await ticketOf(api, person)
  const app = authenticator(api, (await enrol(api, ticket)).body.secret)
  const as = bearer((await confirm(api, ticket, app.code()).expect(200)).body.accessToken)
  expect((await api.http.get('/api/factors').set(as)).body.required).toBe(true)
  expect((await api.http.delete('/api/factors/totp').set(as).expect(403)).body.code).toBe('factor_required')
})

it('where everybody has to have one, nobody is signed in by registering', async () => {
  const api = await apiForTest({ environment: { REQUIRE_FACTOR_FOR: 'admin,user' } })
  const person = somebody()
  const made = await api.http.post('/api/register').send(person).expect(201)
  expect(made.body).toEqual({
    message: 'Your account has been created. Sign in to set up your second factor.',
    user: expect.objectContaining({ username: person.username }),
    next: 'sign_in',
  })
  const ticket = await ticketOf(api, person)
  const app = authenticator(api, (await enrol(api, ticket)).body.secret)
  await confirm(api, ticket, app.code()).expect(200)
})

it('who was given the role later is asked at the next sign-in, and who set one up before is not asked again', async () => {
  const api = await apiForTest(required)
  const person = await registered(api)
  const { app } = await enrolled(api, person)
  await api.services.administration.setRoles(person.body.user.id, ['user', 'admin'])
  expect((await passwordStep(api, person).expect(202)).body.enrol).toBeUndefined()
  await factorStep(api, await ticketOf(api, person), app.code()).expect(200)
})

const findUsers = (api: TestApi, accessToken: string) =>
  api.http.get('/api/admin/users').set(bearer(accessToken))

it('a session that is open goes on, and is no administrator’s until a factor was shown in it', async () => {
  const { api, person } = await administrator()
  const open = await renewed(api, person)
  const refused = await findUsers(api, open.body.accessToken).expect(401)
  expect(refused.body).toMatchObject({ code: 'step_up_required', stepUp: { acr: 'mfa' } })
  expect(refused.headers['www-authenticate']).toMatch(
    /error="insufficient_user_authentication".*, acr_values="mfa"$/,
  )
  const again = await confirmBy(api, open.body.accessToken, { password: person.password }).expect(200)
  await findUsers(api, again.body.accessToken).expect(401)
  // Its owner sets one up where they are.
  await enrolled(api, open)
  await findUsers(api, open.body.accessToken).expect(200)
})

it('nor is one from before there was a factor, until a code is shown; who has no such role is refused as ever', async () => {
  const { api, person } = await administrator()
  const before = await renewed(api, person)
  const { app } = await enrolled(api, { ...before })
  await findUsers(api, before.body.accessToken).expect(401)
  const { body } = await confirmBy(api, before.body.accessToken, { method: 'totp', code: app.code() }).expect(
    200,
  )
  await findUsers(api, body.accessToken).expect(200)
  const other = await registered(api)
  expect((await findUsers(api, other.body.accessToken).expect(403)).body.code).toBe('forbidden')
})

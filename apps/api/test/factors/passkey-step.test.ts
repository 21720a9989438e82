import { expect, it } from 'vitest'
import type { KnownDevice } from '../../src/users/user.model.ts'
import type { TestApi } from '../support/api.ts'
import {
  bearer,
  enrolled,
  factorStep,
  passwordStep,
  stepSeconds,
  ticketOf,
} from '../support/authenticator.ts'
import { type Authenticator, authenticator, type Departures } from '../support/passkey-authenticator.ts'
import {
  activityOf,
  passkeyApi,
  personWithPasskey,
  signInByPasskey,
  withPasskey,
} from '../support/passkeys.ts'
import { jarOf, login, type SignedInPerson, setCookies, stored } from '../support/people.ts'
import { lockOwner } from '../support/refresh-lock.ts'

type Headers = Record<string, string>

/** Somebody with an app and a passkey. */
async function withBoth(options?: Parameters<typeof authenticator>[0]) {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api, authenticator(options))
  const { app } = await enrolled(api, person)
  return { api, person, passkey, app }
}

/** An administrator, who has to have a second factor and has a passkey alone. */
async function administrator(environment: Record<string, string> = {}) {
  const api = await passkeyApi({ REQUIRE_FACTOR_FOR: 'admin', ...environment })
  const { person, passkey } = await personWithPasskey(api)
  await api.services.administration.setRoles(person.body.user.id, ['user', 'admin'])
  return { api, person, passkey }
}

const claimsOf = (accessToken: string) =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())

const askFor = (api: TestApi, ticket: string, headers: Headers = {}) =>
  api.http.post('/api/login/factor/passkey/options').set(headers).send({ ticket })

const present = (api: Pick<TestApi, 'http'>, ticket: string, shown: object, headers: Headers = {}) =>
  api.http.post('/api/login/factor/passkey').set(headers).send({ ticket, passkey: shown })

/** A challenge for a ticket, and the browser that asked. */
async function challenge(api: TestApi, ticket: string, headers: Headers = {}) {
  const answer = await askFor(api, ticket, headers).expect(200)
  return { options: answer.body.options, as: { Cookie: jarOf(answer).header, ...headers } }
}

async function passkeyStep(
  api: TestApi,
  person: { email: string; password: string },
  passkey: Authenticator,
  departures: Departures = {},
) {
  const ticket = await ticketOf(api, person)
  const { options, as } = await challenge(api, ticket)
  return await present(api, ticket, passkey.get(options, departures), as)
}

const sessionsOf = async (api: TestApi, person: SignedInPerson) =>
  (await stored(api, person)).refreshTokens.length

it('the browser that a passkey was shown in is noted, and no other, whichever of the passkeys it was', async () => {
  const { api, person, passkey } = await withBoth()
  const second = await withPasskey(api, person)
  const step = async (shown: Authenticator, headers: Headers) => {
    const ticket = await ticketOf(api, person, headers)
    const { options, as } = await challenge(api, ticket, headers)
    return await present(api, ticket, shown.get(options), { ...as, ...headers }).expect(200)
  }
  const first = { 'User-Agent': 'first', Cookie: person.jar.header }
  const other = { 'User-Agent': 'other', Cookie: jarOf(await step(passkey, { 'User-Agent': 'new' })).header }
  const browsers = async () =>
    (await stored(api, person)).knownDevices.map(({ userAgent }: KnownDevice) => userAgent)
  await step(second, first)
  expect(await browsers()).toEqual(['first', 'new'])
  await step(passkey, other)
  expect(await browsers()).toEqual(['first', 'other'])
})

it('a passkey does in place of a code, and the session says all that was shown', async () => {
  const { api, person, passkey } = await withBoth()
  const before = await sessionsOf(api, person)
  const first = await passwordStep(api, person).expect(202)
  expect(first.body.methods).toEqual(['totp', 'recovery_code', 'passkey'])
  const { ticket } = first.body
  const asked = await askFor(api, ticket).expect(200)
  expect(asked.body.options).toEqual({
    challenge: expect.stringMatching(/^[\w-]{43}$/),
    rpId: 'localhost',
    allowCredentials: [expect.objectContaining({ type: 'public-key', id: passkey.id })],
    userVerification: 'required',
    timeout: 300_000,
  })
  // The browser gets a name, and nothing is open.
  expect(setCookies(asked).map((cookie) => cookie.split('=')[0])).toEqual(['latchkey.device'])
  expect(await sessionsOf(api, person)).toBe(before)

  const owner = lockOwner()
  const as = { Cookie: jarOf(asked).header, ...owner.signIn }
  const second = await present(api, ticket, passkey.get(asked.body.options), as).expect(200)
  expect(second.body).toMatchObject({
    message: `Welcome back, ${person.username}`,
    tokenType: 'Bearer',
    user: { id: person.body.user.id },
  })
  expect(claimsOf(second.body.accessToken)).toMatchObject({ amr: ['pwd', 'hwk', 'user', 'mfa'], acr: 'mfa' })
  await api.http.post('/api/refresh-token').set('Cookie', jarOf(second).header).set(owner.at(0)).expect(200)
  expect(await sessionsOf(api, person)).toBe(before + 1)
})

it('one that is synced says so, also to a client without cookies', async () => {
  const { api, person, passkey } = await withBoth({ synced: true, counts: false })
  const headers = { 'X-Refresh-Transport': 'body' }
  const ticket = await ticketOf(api, person, headers)
  const { options } = await challenge(api, ticket, headers)
  const { body } = await present(api, ticket, passkey.get(options), headers).expect(200)
  expect(body.refreshToken).toEqual(expect.any(String))
  expect(claimsOf(body.accessToken)).toMatchObject({ amr: ['pwd', 'swk', 'user', 'mfa'], acr: 'mfa' })
})

it('the passkey of somebody else opens neither account', async () => {
  const { api, person } = await withBoth()
  const other = await personWithPasskey(api)
  const answer = await passkeyStep(api, person, other.passkey)
  expect([answer.status, answer.body.code]).toEqual([400, 'passkey_invalid'])
  expect(jarOf(answer).session).toBe('')
  expect(await activityOf(api, person)).toContain('passkey_refused')
  expect(await activityOf(api, other.person)).not.toContain('passkey_refused')
})

const refusals: [string, Departures][] = [
  ['another origin', { origin: 'https://evil.example' }],
  ['another domain', { rpId: 'evil.example' }],
  ['no user verification', { userVerified: false }],
  ['the user handle of somebody else', { userHandle: 'A'.repeat(43) }],
  ['the key of another passkey', { key: authenticator().key }],
]

it.each(refusals)('with %s nobody is let in, and the ticket is still good', async (_what, departures) => {
  const { api, person, passkey } = await withBoth()
  const ticket = await ticketOf(api, person)
  const wrong = await challenge(api, ticket)
  const refused = await present(api, ticket, passkey.get(wrong.options, departures), wrong.as)
  expect([refused.status, refused.body.code]).toEqual([400, 'passkey_invalid'])
  const right = await challenge(api, ticket, wrong.as)
  await present(api, ticket, passkey.get(right.options), right.as).expect(200)
})

it('a challenge is good once, for its ticket, in the browser that asked, and for nothing else', async () => {
  const { api, person, passkey } = await withBoth()
  const refused = async (answer: ReturnType<typeof present>) =>
    expect((await answer.expect(400)).body.code).toBe('passkey_challenge_invalid')
  const [ticket, another] = [await ticketOf(api, person), await ticketOf(api, person)]

  // Another ticket of the same account, in the same browser.
  const first = await challenge(api, ticket)
  const shown = passkey.get(first.options)
  await refused(present(api, another, shown, first.as))
  // It is used up by that.
  await refused(present(api, ticket, shown, first.as))

  // Another browser, which has the ticket, too; and none.
  const elsewhere = await challenge(api, ticket)
  for (const as of [elsewhere.as, {}])
    await refused(present(api, ticket, passkey.get((await challenge(api, ticket)).options), as))

  // A sign-in without a password, and the other way round.
  const own = await challenge(api, ticket)
  await refused(
    api.http
      .post('/api/login/passkey')
      .set(own.as)
      .send({ passkey: passkey.get(own.options) }) as never,
  )
  const { body } = await api.http.post('/api/login/passkey/options').set(own.as).expect(200)
  const withoutTicket = passkey.get(body.options)
  await refused(present(api, another, withoutTicket, own.as))
})

it('a ticket of a browser is good there alone', async () => {
  const { api, person, passkey } = await withBoth()
  const here = { Cookie: person.jar.header }
  const ticket = await ticketOf(api, person, here)
  const { options } = await challenge(api, ticket, here)
  expect((await askFor(api, ticket).expect(401)).body.code).toBe('ticket_expired')
  expect((await present(api, ticket, passkey.get(options)).expect(401)).body.code).toBe('ticket_expired')
  await present(api, ticket, passkey.get(options), here).expect(200)
})

it('a copy that counts for itself is refused, and the owner is told', async () => {
  const { api, person, passkey } = await withBoth()
  expect((await signInByPasskey(api, passkey, { counter: 7 })).status).toBe(200)
  const answer = await passkeyStep(api, person, passkey, { counter: 5 })
  expect([answer.status, answer.body.code]).toEqual([400, 'passkey_invalid'])
  expect(await activityOf(api, person)).toContain('passkey_counter_back')
})

it('of two passkeys with one ticket at once, one opens a session; after that it is used', async () => {
  const { api, person, passkey } = await withBoth({ counts: false })
  const before = await sessionsOf(api, person)
  const ticket = await ticketOf(api, person)
  const first = await challenge(api, ticket)
  const second = await challenge(api, ticket, { Cookie: first.as.Cookie })
  const answers = await Promise.all(
    [first, second].map(({ options, as }) => present(api, ticket, passkey.get(options), as)),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  expect(await sessionsOf(api, person)).toBe(before + 1)
  expect((await askFor(api, ticket).expect(401)).body.code).toBe('ticket_expired')
})

it('what comes or goes while a sign-in is under way ends it', async () => {
  const { api, person, passkey } = await withBoth()
  const as = bearer(person.body.accessToken)
  const ended = async (meanwhile: () => Promise<unknown>) => {
    const ticket = await ticketOf(api, person)
    const { options, as: browser } = await challenge(api, ticket)
    await meanwhile()
    const answer = await present(api, ticket, passkey.get(options), browser).expect(401)
    expect(answer.body.code).toBe('ticket_expired')
  }
  const added = authenticator()
  await ended(() => withPasskey(api, person, added))
  await ended(() => api.http.delete(`/api/passkeys/${added.id}`).set(as).expect(204))
  await ended(() => api.http.delete(`/api/passkeys/${passkey.id}`).set(as).expect(204))
  const after = await passwordStep(api, person).expect(202)
  expect(after.body.methods).toEqual(['totp', 'recovery_code'])
})

it('one that is removed between the question and the session opens none', async () => {
  const { api, person, passkey } = await withBoth()
  const { passkeySignIn, userPasskeys } = api.services
  const intact = passkeySignIn.showSecond
  passkeySignIn.showSecond = async (...shown) => {
    const accepted = await intact(...shown)
    const asker = { userId: person.body.user.id, sessionId: claimsOf(person.body.accessToken).sid }
    await userPasskeys.remove(asker, passkey.id, { isFactorRequired: false })
    return accepted
  }
  const before = await sessionsOf(api, person)
  const answer = await passkeyStep(api, person, passkey)
  expect([answer.status, answer.body.code]).toEqual([401, 'ticket_expired'])
  expect(await sessionsOf(api, person)).toBe(before)
})

it('wrong passkeys and wrong codes share one allowance, and the owner hears of the fifth', async () => {
  const { api, person, passkey, app } = await withBoth()
  const wrong = async () => {
    const answer = await passkeyStep(api, person, passkey, { origin: 'https://evil.example' })
    return answer.status
  }
  for (let i = 0; i < 4; i++) await factorStep(api, await ticketOf(api, person), app.wrongCode()).expect(401)
  expect(await wrong()).toBe(400)
  expect(await activityOf(api, person)).toContain('failed_factors')
  for (let i = 0; i < 5; i++) expect(await wrong()).toBe(400)
  expect(await wrong()).toBe(429)
  await factorStep(api, await ticketOf(api, person), app.code()).expect(429)
})

it('whoever uses up the challenges of an address, or of a ticket, keeps nobody else from the passkey', async () => {
  const { api, person, passkey } = await administrator({
    LIMIT_PASSKEY_CHALLENGE_PER_ADDRESS: '3/15m',
    LIMIT_PASSKEY_PER_ACCOUNT: '3/1h',
  })
  const neighbour = () => api.http.post('/api/login/passkey/options')
  for (let i = 0; i < 3; i++) await neighbour().expect(200)
  await neighbour().expect(429)
  expect((await passkeyStep(api, person, passkey)).status).toBe(200)

  // Somebody else who knows the password.
  const ticket = await ticketOf(api, person)
  for (let i = 0; i < 3; i++) await askFor(api, ticket).expect(200)
  await askFor(api, ticket).expect(429)
  expect((await passkeyStep(api, person, passkey)).status).toBe(200)
})

it('five passkeys that are not right end a ticket', async () => {
  const { api, person, passkey } = await withBoth()
  const ticket = await ticketOf(api, person)
  const { options, as } = await challenge(api, ticket)
  const show = (departures: Departures) => present(api, ticket, passkey.get(options, departures), as)
  for (let i = 0; i < 5; i++) await show({ origin: 'https://evil.example' }).expect(400)
  expect((await show({}).expect(401)).body.code).toBe('ticket_expired')
})

it('whoever has a passkey has not lost everything', async () => {
  const { api, person, passkey } = await withBoth()
  const { _id } = await stored(api, person)
  await api.services.factorResets.request(_id, 86_400)
  expect((await passkeyStep(api, person, passkey)).status).toBe(200)
  expect((await stored(api, person)).factorReset).toBeNull()
  expect(await activityOf(api, person)).toContain('factors_reset_cancelled')
})

it('a browser is trusted by a passkey as by a code; a new passkey leaves it so, and a removed one does not', async () => {
  const { api, person, passkey } = await withBoth({ synced: true, counts: false })
  const Cookie = person.jar.header
  const keys = lockOwner()
  const trust = (n: number) => ({
    'X-Trust-Key': keys.at(n)['X-Refresh-Key'],
    'X-Trust-Lock': keys.at(n)['X-Refresh-Lock'],
  })
  const bound = () => ({ Cookie, ...lockOwner().signIn })
  const ticket = await ticketOf(api, person, { Cookie })
  const { options } = await challenge(api, ticket, { Cookie })
  person.body = (
    await api.http
      .post('/api/login/factor/passkey')
      .set({ ...bound(), 'X-Trust-Lock': keys.signIn['X-Refresh-Lock'] })
      .send({ ticket, passkey: passkey.get(options), trustBrowser: true })
      .expect(200)
  ).body
  const added = await withPasskey(api, person)
  await passwordStep(api, person, { ...bound(), ...trust(0) }).expect(200)
  const elsewhere = await signInByPasskey(api, passkey)
  const as = bearer(elsewhere.body.accessToken)
  await api.http.delete(`/api/passkeys/${added.id}`).set(as).expect(204)
  await passwordStep(api, person, { ...bound(), ...trust(1) }).expect(202)
})

it('whoever has a passkey and no app signs in by the password alone, as ever', async () => {
  const api = await passkeyApi()
  const { person } = await personWithPasskey(api)
  const { body } = await login(api, person)
  expect(claimsOf(body.accessToken)).toMatchObject({ amr: ['pwd'], acr: 'sfa' })
})

it('whose role needs a factor shows the passkey, and sets no app up by the password alone', async () => {
  const { api, person, passkey } = await administrator()
  const first = await passwordStep(api, person).expect(202)
  expect(first.body).toEqual({
    message: expect.stringContaining('/api/login/factor/passkey'),
    ticket: expect.any(String),
    methods: ['passkey'],
    expiresIn: 300,
  })
  await api.http.post('/api/login/enrol').send({ ticket: first.body.ticket }).expect(401)
  await factorStep(api, first.body.ticket, '123456').expect(401)
  const answer = await passkeyStep(api, person, passkey)
  expect(answer.status).toBe(200)
  const as = bearer(answer.body.accessToken)

  // The password alone confirms nothing, and the last factor stays.
  const { body } = await api.http.get('/api/reauthenticate').set(as).expect(200)
  expect(body.methods).toEqual(['passkey'])
  const confirmed = await api.http.post('/api/reauthenticate').set(as).send({ password: person.password })
  expect([confirmed.status, confirmed.body.code]).toEqual([403, 'factor_required'])
  const kept = await api.http.delete(`/api/passkeys/${passkey.id}`).set(as)
  expect([kept.status, kept.body.code]).toEqual([403, 'factor_required'])
  // With an app it may go.
  person.body = answer.body
  api.clock.advance(stepSeconds)
  await enrolled(api, person)
  await api.http.delete(`/api/passkeys/${passkey.id}`).set(bearer(person.body.accessToken)).expect(204)
})

it('where there can be no passkeys none is asked for, and no other way in opens', async () => {
  const { api, person } = await administrator()
  const nowhere = await passkeyApi(
    { REQUIRE_FACTOR_FOR: 'admin', PUBLIC_URL: 'http://127.0.0.1:4000' },
    { mongoUri: api.mongoUri, clock: api.clock },
  )
  const { body } = await passwordStep(nowhere, person).expect(202)
  expect([body.methods, body.enrol]).toEqual([['passkey'], undefined])
  expect((await askFor(nowhere, body.ticket)).body.code).toBe('passkeys_unavailable')
})

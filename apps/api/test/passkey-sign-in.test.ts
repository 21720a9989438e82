import { expect, it } from 'vitest'
import { stillOpenedBy } from '../src/users/user-passkeys.ts'
import { authenticator, type Departures } from './support/passkey-authenticator.ts'
import {
  activityOf,
  as,
  creationOptions,
  passkeyApi,
  personWithPasskey,
  postPasskey,
  signInByPasskey,
  signInOptions,
} from './support/passkeys.ts'
import { jarOf, login, protectedWith, refresh, stored } from './support/people.ts'
import { lockOwner } from './support/refresh-lock.ts'

const claimsOf = (accessToken: string) =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())

it('a passkey signs in without a name, by two factors, in a session like any other', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const owner = lockOwner()
  const answer = await signInByPasskey(api, passkey, {}, owner.signIn)
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({
    tokenType: 'Bearer',
    expiresIn: 900,
    user: { id: person.body.user.id },
  })
  expect(answer.body.refreshToken).toBeUndefined()
  expect(claimsOf(answer.body.accessToken)).toMatchObject({ amr: ['hwk', 'user', 'mfa'], acr: 'mfa' })
  await protectedWith(api, answer.body.accessToken).expect(200)
  // Bound to the key of this browser, as a session that was opened by password.
  await refresh(api, jarOf(answer)).expect(403)
  const goesOn = await refresh(api, jarOf(answer), owner.at(0)).expect(200)
  expect(await activityOf(api, person)).toContain('new_device')
  const { body } = await api.http.get('/api/passkeys').set(as(goesOn.body.accessToken))
  expect(body.passkeys[0].lastUsedAt).toBe(api.clock.now().toISOString())
})

it('what is asked names no account, and one that is synced says so', async () => {
  const api = await passkeyApi()
  const { passkey } = await personWithPasskey(api, authenticator({ synced: true, counts: false }))
  const { options } = await signInOptions(api)
  expect(options).toEqual({
    challenge: expect.stringMatching(/^[\w-]{43}$/),
    rpId: 'localhost',
    userVerification: 'required',
    timeout: 300_000,
  })
  // Password managers do not count.
  for (let i = 0; i < 2; i++) {
    const answer = await signInByPasskey(api, passkey)
    expect(claimsOf(answer.body.accessToken)).toMatchObject({ amr: ['swk', 'user', 'mfa'], acr: 'mfa' })
  }
})

it('a browser that signed in before is known, by whichever means', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const answer = await signInByPasskey(api, passkey, {}, { Cookie: person.jar.header })
  expect(answer.status).toBe(200)
  expect(await activityOf(api, answer)).toContain('signed_in')
})

it('a client without cookies gets its refresh token in the body', async () => {
  const api = await passkeyApi()
  const { passkey } = await personWithPasskey(api)
  const answer = await signInByPasskey(api, passkey, {}, { 'X-Refresh-Transport': 'body' })
  // The challenge was made for a browser.
  expect([answer.status, answer.body.code]).toEqual([400, 'passkey_challenge_invalid'])
  const body = { 'X-Refresh-Transport': 'body' }
  const { options, cookie } = await signInOptions(api, body)
  expect(cookie).toBe('')
  const signedIn = await api.http
    .post('/api/login/passkey')
    .set(body)
    .send({ passkey: passkey.get(options) })
  expect(signedIn.status).toBe(200)
  expect(signedIn.body.refreshToken).toEqual(expect.any(String))
  expect(signedIn.headers['set-cookie']).toBeUndefined()
})

const other = authenticator()
const refusals: [string, Departures, string][] = [
  ['another origin', { origin: 'https://evil.example' }, 'passkey_invalid'],
  ['a frame of another site', { crossOrigin: true }, 'passkey_invalid'],
  ['another domain', { rpId: 'evil.example' }, 'passkey_invalid'],
  ['no user verification', { userVerified: false }, 'passkey_invalid'],
  ['nobody there', { userPresent: false }, 'passkey_invalid'],
  ['the key of another passkey', { key: other.key }, 'passkey_invalid'],
  ['the user handle of somebody else', { userHandle: 'A'.repeat(43) }, 'passkey_invalid'],
  ['a registration instead', { type: 'webauthn.create' }, 'passkey_invalid'],
  ['a challenge of nobody', { challenge: 'A'.repeat(43) }, 'passkey_challenge_invalid'],
]

it.each(refusals)(
  'with %s nobody is let in, and the owner can read of it',
  async (_what, departures, code) => {
    const api = await passkeyApi()
    const { person, passkey } = await personWithPasskey(api)
    const before = (await stored(api, person)).passkeys
    const answer = await signInByPasskey(api, passkey, departures)
    expect([answer.status, answer.body.code]).toEqual([400, code])
    expect(jarOf(answer).session).toBe('')
    expect((await stored(api, person)).passkeys).toEqual(before)
    expect(await activityOf(api, person)).toContain('passkey_refused')
    // And the real one still opens.
    expect((await signInByPasskey(api, passkey)).status).toBe(200)
  },
)

it('what was signed signs in once, in the browser that asked, within five minutes', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const present = (cookie: string, shown: object) =>
    api.http
      .post('/api/login/passkey')
      .set(cookie ? { Cookie: cookie } : {})
      .send({ passkey: shown })

  const first = await signInOptions(api)
  const thief = await signInOptions(api)
  const copied = passkey.get(first.options)
  // A thief who copied what was signed, in a browser of their own and in none.
  expect((await present(thief.cookie, copied).expect(400)).body.code).toBe('passkey_challenge_invalid')
  // The attempt is over for everybody.
  await present(first.cookie, copied).expect(400)

  const second = await signInOptions(api)
  const shown = passkey.get(second.options)
  await present(second.cookie, shown).expect(200)
  await present(second.cookie, shown).expect(400)

  const third = await signInOptions(api)
  api.clock.advance(301)
  await present(third.cookie, passkey.get(third.options)).expect(400)
  await present('', passkey.get((await signInOptions(api)).options)).expect(400)
  expect(await activityOf(api, person)).toContain('passkey_refused')
})

it('a challenge for adding or confirming signs nobody in, and one for signing in does neither', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const token = as(person.body.accessToken)
  const { cookie } = await signInOptions(api)
  for (const path of ['/api/passkeys/options', '/api/reauthenticate/passkey/options']) {
    const { body } = await api.http.post(path).set(token).expect(200)
    const options = { rpId: 'localhost', ...body.options }
    const answer = await api.http
      .post('/api/login/passkey')
      .set('Cookie', cookie)
      .send({ passkey: passkey.get(options) })
    expect([answer.status, answer.body.code]).toEqual([400, 'passkey_challenge_invalid'])
  }
  const confirmWith = (options: { challenge: string; rpId: string }) =>
    api.http
      .post('/api/reauthenticate')
      .set(token)
      .send({ passkey: passkey.get(options) })
  const { options } = await signInOptions(api, { Cookie: person.jar.header })
  // Nor does one of those two the other's work, in the very session that asked for it.
  const toAdd = { ...(await creationOptions(api, person)), rpId: 'localhost' }
  for (const wrong of [options, toAdd]) {
    const confirmed = await confirmWith(wrong)
    expect([confirmed.status, confirmed.body.code]).toEqual([400, 'passkey_challenge_invalid'])
  }
  const { body } = await api.http.post('/api/reauthenticate/passkey/options').set(token).expect(200)
  const made = authenticator().create({ ...toAdd, challenge: body.options.challenge })
  const added = await postPasskey(api, person, made)
  expect([added.status, added.body.code]).toEqual([400, 'passkey_challenge_invalid'])
})

it('of two answers with one challenge at once, one signs in', async () => {
  const api = await passkeyApi()
  const { passkey } = await personWithPasskey(api)
  const { options, cookie } = await signInOptions(api)
  const shown = [passkey.get(options), passkey.get(options)]
  const answers = await Promise.all(
    shown.map((each) => api.http.post('/api/login/passkey').set('Cookie', cookie).send({ passkey: each })),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
})

it('a copy that counts for itself is refused, and the owner is told', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  expect((await signInByPasskey(api, passkey, { counter: 9 })).status).toBe(200)
  for (const counter of [9, 4, 0]) {
    const answer = await signInByPasskey(api, passkey, { counter })
    expect([answer.status, answer.body.code]).toEqual([400, 'passkey_invalid'])
    expect(jarOf(answer).session).toBe('')
  }
  expect(await activityOf(api, person)).toContain('passkey_counter_back')
  expect((await signInByPasskey(api, passkey, { counter: 10 })).status).toBe(200)
  expect((await stored(api, person)).passkeys[0].counter).toBe(10)
})

it('nobody raises that alarm who does not hold the key', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  await signInByPasskey(api, passkey, { counter: 9 })
  await signInByPasskey(api, passkey, { counter: 4, key: other.key })
  expect(await activityOf(api, person)).not.toContain('passkey_counter_back')
})

it('of two sign-ins with one count at once, one is let in', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const begun = await Promise.all([signInOptions(api), signInOptions(api)])
  const answers = await Promise.all(
    begun.map(({ options, cookie }) =>
      api.http
        .post('/api/login/passkey')
        .set('Cookie', cookie)
        .send({ passkey: passkey.get(options, { counter: 7 }) }),
    ),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
  expect((await stored(api, person)).passkeys[0].counter).toBe(7)
})

it('a removed passkey and one of nobody open nothing', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  await api.http.delete(`/api/passkeys/${passkey.id}`).set(as(person.body.accessToken)).expect(204)
  for (const each of [passkey, authenticator()]) {
    const answer = await signInByPasskey(api, each)
    expect([answer.status, answer.body.code]).toEqual([401, 'passkey_unknown'])
  }
})

it('an account that was disabled, or whose address must be confirmed first, is treated as with a password', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  await api.services.administration.disable(person.body.user.id)
  const disabled = await signInByPasskey(api, passkey)
  expect([disabled.status, disabled.body.code]).toEqual([403, 'account_disabled'])
  const wrong = await signInByPasskey(api, passkey, { key: other.key })
  expect(wrong.body.code).toBe('passkey_invalid')

  const strict = await passkeyApi(
    { REQUIRE_VERIFIED_EMAIL: 'true' },
    { mongoUri: api.mongoUri, clock: api.clock },
  )
  await api.services.administration.enable(person.body.user.id)
  const unproved = await signInByPasskey(strict, passkey)
  expect([unproved.status, unproved.body.code]).toEqual([403, 'email_not_verified'])
})

it('failed sign-ins from one address come to an end; a browser that is known goes on', async () => {
  const limits = { LIMIT_PASSKEY_PER_ADDRESS: '3/15m', LIMIT_PASSKEY_CHALLENGE_PER_ADDRESS: '12/15m' }
  const api = await passkeyApi(limits)
  const { person, passkey } = await personWithPasskey(api)
  const stranger = authenticator()
  for (let i = 0; i < 3; i++) expect((await signInByPasskey(api, stranger)).status).toBe(401)
  expect((await signInByPasskey(api, stranger)).status).toBe(429)
  expect((await signInByPasskey(api, passkey)).status).toBe(429)
  expect((await signInByPasskey(api, passkey, {}, { Cookie: person.jar.header })).status).toBe(200)
  for (let i = 0; i < 6; i++) await signInOptions(api)
  await api.http.post('/api/login/passkey/options').expect(429)
})

it('those that succeed take nothing that others share, but count on the account', async () => {
  const api = await passkeyApi({ LIMIT_PASSKEY_PER_ADDRESS: '2/15m', LIMIT_SIGN_IN_PER_ACCOUNT: '4/15m' })
  const { person, passkey } = await personWithPasskey(api)
  for (let i = 0; i < 4; i++) expect((await signInByPasskey(api, passkey)).status).toBe(200)
  expect((await signInByPasskey(api, passkey)).status).toBe(429)
  await login(api, person)
})

it.each([
  {},
  { passkey: null },
  { passkey: 'x' },
  { passkey: { $gt: '' } },
  { passkey: { id: { $ne: '' }, rawId: 'a', type: 'public-key', response: {} } },
])('%j is refused as what it is', async (body) => {
  const api = await passkeyApi()
  const answer = await api.http.post('/api/login/passkey').send(body)
  expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed'])
})

it('whoever knows the password uses up nothing of what passkeys have', async () => {
  const api = await passkeyApi({ LIMIT_SIGN_IN_PER_ACCOUNT: '1/15m' })
  const { person, passkey } = await personWithPasskey(api)
  const show = () => api.http.post('/api/login').send({ email: person.email, password: person.password })
  await show().expect(200)
  await show().expect(429)
  expect((await signInByPasskey(api, passkey)).status).toBe(200)
  expect((await signInByPasskey(api, passkey)).status).toBe(429)
})

it('nothing that could be shown again is stored or logged', async () => {
  const api = await passkeyApi()
  const { passkey } = await personWithPasskey(api)
  const { options, cookie } = await signInOptions(api)
  const open = (await signInOptions(api)).options.challenge
  const shown = passkey.get(options)
  await api.http.post('/api/login/passkey').set('Cookie', cookie).send({ passkey: shown }).expect(200)
  await signInByPasskey(api, passkey, { origin: 'https://evil.example' })
  const { db } = api.services.database.connection
  const collections = (await db?.listCollections().toArray()) ?? []
  const documents = await Promise.all(collections.map(({ name }) => db?.collection(name).find().toArray()))
  const everything = JSON.stringify(documents) + api.logged()
  expect(everything).toContain('https://evil.example')
  for (const secret of [open, options.challenge, shown.response.signature, shown.response.clientDataJSON])
    expect(everything).not.toContain(secret)
})

it('a sign-in that a removal or a ban overtakes opens no session', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const { userPasskeys, sessions } = api.services
  const { _id } = await stored(api, person)
  const issued = async () =>
    sessions.issue(_id, sessions.begin({ device: { userAgent: '', ip: '' } }), stillOpenedBy(passkey.id))
  const used = (counter: number) => userPasskeys.use(_id, passkey.id, { counter, backedUp: false })
  expect([await used(1), await issued()]).toEqual([
    'used',
    expect.objectContaining({ user: expect.anything() }),
  ])
  await api.services.administration.disable(person.body.user.id)
  expect([await used(2), await issued()]).toEqual(['gone', null])
  await api.services.administration.enable(person.body.user.id)
  const { sessionId } = await login(api, person)
  await userPasskeys.remove({ userId: person.body.user.id, sessionId }, passkey.id, {
    isFactorRequired: false,
  })
  expect([await used(3), await issued()]).toEqual(['gone', null])
})

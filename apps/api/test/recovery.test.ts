import { AuthError } from '@latchkey/contracts/server'
import { expect, it, vi } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { eventually, mailsSent } from './support/eventually.ts'
import { linkIn, mailServer, tokenIn } from './support/mail-server.ts'
import {
  login,
  protectedWith,
  refresh,
  registered,
  type SignedInPerson,
  setCookies,
  somebody,
  stored,
} from './support/people.ts'

async function withMail(environment: Record<string, string> = {}) {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url, ...environment } })
  return { api, mail }
}

const post = (api: TestApi, path: string, body: object, as?: SignedInPerson) =>
  api.http
    .post(`/api${path}`)
    .set(as ? { Authorization: `Bearer ${as.body.accessToken}` } : {})
    .send(body)

const newPassword = 'a new and better one'

type World = Awaited<ReturnType<typeof withMail>>

async function renewPassword({ api, mail }: World, person: SignedInPerson, how: 'change' | 'reset') {
  if (how === 'change') {
    await api.http
      .post('/api/change-password')
      .set('Authorization', `Bearer ${person.body.accessToken}`)
      .send({ currentPassword: person.password, newPassword })
      .expect(200)
    return
  }
  const token = await resetLink({ api, mail }, person)
  await post(api, '/reset-password', { token, password: newPassword }).expect(200)
}

async function resetLink({ api, mail }: World, { email }: SignedInPerson) {
  await post(api, '/forgot-password', { email }).expect(200)
  return tokenIn(await mail.mailTo(email, /Reset your password/))
}

/** The token of the link that is sent to another address. */
async function linkToNewAddress({ api, mail }: World, person: SignedInPerson, email: string) {
  await api.http
    .post('/api/change-email')
    .set('Authorization', `Bearer ${person.body.accessToken}`)
    .send({ email, password: person.password })
    .expect(200)
  return tokenIn(await mail.mailTo(email, /Confirm your new email/))
}

it('a new account gets a mail, and its link proves the address once', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const received = await mail.mailTo(person.email, /Confirm your email address/)
  // Whoever reads it may never have heard of whoever chose the name.
  expect(received.text).not.toContain(person.username)
  expect(received.html).toContain('prefers-color-scheme: dark')
  // The token travels where browsers send it to nobody.
  expect(linkIn(received)).toMatch(/^http:\/\/localhost:4000\/verify-email#token=[\w-]{43}$/)

  const token = tokenIn(received)
  // A scanner that follows the link meets the page and burns nothing.
  for (let i = 0; i < 3; i++) await api.http.get('/verify-email').expect(200)
  await api.http.get(`/api/verify-email?token=${token}`).expect(405)

  expect((await post(api, '/verify-email', { token }, person)).body).toEqual({
    message: 'Your email address is confirmed.',
  })
  expect(
    (await api.http.get('/api/me').set('Authorization', `Bearer ${person.body.accessToken}`)).body.user
      .emailVerified,
  ).toBe(true)
  const again = await post(api, '/verify-email', { token }, person)
  expect(again.status).toBe(400)
  expect(again.body.code).toBe('token_used')
  expect((await post(api, '/verify-email', { token: 'x'.repeat(43) })).body.code).toBe('token_invalid')
})

it('a forgotten password is reset once, ends every session, and the old one no longer works', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const other = await login(api, person)
  await post(api, '/forgot-password', { email: person.email.toUpperCase() }).expect(200)
  const token = tokenIn(await mail.mailTo(person.email, /Reset your password/))

  const weak = await post(api, '/reset-password', { token, password: 'password123' })
  expect(weak.body.errors[0].path).toBe('password')
  const own = await post(api, '/reset-password', { token, password: person.email })
  expect(own.body.errors[0].path).toBe('password')
  const attempts = await Promise.all(
    ['the first new password', 'the second new one'].map((password) =>
      post(api, '/reset-password', { token, password }),
    ),
  )
  expect(attempts.map(({ status }) => status).toSorted()).toEqual([200, 400])
  expect(attempts.find(({ status }) => status === 400)?.body.code).toBe('token_used')

  for (const { body, jar } of [person, other]) {
    await protectedWith(api, body.accessToken).expect(401)
    await refresh(api, jar).expect(403)
  }
  await post(api, '/login', { email: person.email, password: person.password }).expect(401)
  const chosen = attempts[0]?.status === 200 ? 'the first new password' : 'the second new one'
  await post(api, '/login', { email: person.email, password: chosen }).expect(200)
  // Whoever reads the address has it proved, and is told that the password changed.
  expect((await stored(api, person)).emailVerifiedAt).not.toBeNull()
  await mail.mailTo(person.email, /Your password was changed/)
})

it('a link expires, and another one for the same account ends with the one that was used', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  await post(api, '/forgot-password', { email: person.email }).expect(200)
  const first = tokenIn(await mail.mailTo(person.email, /Reset your password/))
  mail.received.length = 0
  await post(api, '/forgot-password', { email: person.email }).expect(200)
  const second = tokenIn(await mail.mailTo(person.email, /Reset your password/))
  await post(api, '/reset-password', { token: second, password: 'a new and better one' }).expect(200)
  expect((await post(api, '/reset-password', { token: first, password: 'yet another one' })).body.code).toBe(
    'token_used',
  )

  mail.received.length = 0
  await post(api, '/forgot-password', { email: person.email }).expect(200)
  const third = tokenIn(await mail.mailTo(person.email, /Reset your password/))
  api.clock.advance(30 * 60)
  expect((await post(api, '/reset-password', { token: third, password: 'yet another one' })).body.code).toBe(
    'token_expired',
  )
})

it('whether a link still works can be asked, as often as one likes, and the link stays as it is', async () => {
  const world = await withMail()
  const { api } = world
  const person = await registered(api)
  const token = await resetLink(world, person)
  const check = async () => {
    const { status, body } = await post(api, '/reset-password/check', { token })
    return status === 204 ? 'works' : body.code
  }
  for (let time = 0; time < 30; time++) expect(await check()).toBe('works')
  await post(api, '/reset-password', { token, password: newPassword }).expect(200)
  expect(await check()).toBe('token_used')
  const late = await resetLink(world, await registered(api))
  api.clock.advance(31 * 60)
  expect((await post(api, '/reset-password/check', { token: late })).body.code).toBe('token_expired')
  // Nobody tries out links this way.
  const guess = { token: 'x'.repeat(43) }
  let answer = await post(api, '/reset-password/check', guess)
  expect(answer.body.code).toBe('token_invalid')
  for (let time = 0; time < 60 && answer.status !== 429; time++)
    answer = await post(api, '/reset-password/check', guess)
  expect(answer.status).toBe(429)
})

it('a change of address that waits is told to its owner, and can be taken back', async () => {
  const world = await withMail()
  const { api } = world
  const person = await registered(api)
  const bearer = { Authorization: `Bearer ${person.body.accessToken}` }
  const pending = async () => (await api.http.get('/api/me').set(bearer).expect(200)).body.pendingEmail
  const cancel = () => api.http.delete('/api/change-email').set(bearer).expect(204)
  const kinds = async () =>
    (await api.http.get('/api/activity').set(bearer)).body.events.map(({ kind }: { kind: string }) => kind)
  expect(await pending()).toBeNull()
  await cancel()
  expect(await kinds()).toEqual(['registered'])

  const stranger = await registered(api)
  const first = await linkToNewAddress(world, person, 'first@example.com')
  expect(await pending()).toBe('first@example.com')
  api.clock.advance(1)
  const second = await linkToNewAddress(world, person, 'second@example.com')
  expect(await pending()).toBe('second@example.com')
  const theirs = await linkToNewAddress(world, stranger, 'theirs@example.com')

  await cancel()
  expect(await pending()).toBeNull()
  expect((await kinds())[0]).toBe('email_change_cancelled')
  for (const token of [first, second])
    expect((await post(api, '/confirm-email', { token }, person)).body.code).toBe('token_used')
  await post(api, '/confirm-email', { token: theirs }, stranger).expect(200)

  await linkToNewAddress(world, person, 'third@example.com')
  api.clock.advance(24 * 3600 + 1)
  const later = await login(api, person)
  expect((await protectedMe(api, later)).pendingEmail).toBeNull()
})

it('a change of address that could not be mailed is neither shown nor sent once a later one was confirmed', async () => {
  const world = await withMail()
  const { api, mail } = world
  const person = await registered(api)
  await mail.mailTo(person.email, /Confirm your email address/)
  const jobs = api.services.database.connection.collection('mailJobs')
  const earlier = somebody().email
  const askFor = (email: string) =>
    post(api, '/change-email', { email, password: person.password }, person).expect(200)
  mail.mood = 'busy'
  await askFor(earlier)
  await eventually(async () => expect(await jobs.findOne({ email: earlier, rank: 1 })).not.toBeNull())
  mail.mood = 'accept'
  api.clock.advance(1)
  const later = somebody().email
  const token = await linkToNewAddress(world, person, later)
  await eventually(async () => expect(await jobs.findOne({ email: later })).toBeNull())
  expect((await protectedMe(api, person)).pendingEmail).toBe(later)
  expect(await jobs.find({ kind: 'confirm_new_email' }).toArray()).toEqual([])
  // What is asked for again is what was asked for last.
  api.clock.advance(1)
  mail.mood = 'busy'
  await askFor(earlier)
  expect((await protectedMe(api, person)).pendingEmail).toBe(earlier)

  await post(api, '/confirm-email', { token }, person).expect(200)
  expect(await jobs.find({ kind: 'confirm_new_email' }).toArray()).toEqual([])
  const signedIn = await login(api, { ...person, email: later })
  expect((await protectedMe(api, signedIn)).pendingEmail).toBeNull()
})

it('nor once a mistyped address was put right', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  await mail.mailTo(person.email, /Confirm your email address/)
  const jobs = api.services.database.connection.collection('mailJobs')
  mail.mood = 'busy'
  await post(api, '/change-email', { email: somebody().email, password: person.password }, person).expect(200)
  await eventually(async () => expect(await jobs.findOne({ rank: 1 })).not.toBeNull())
  const right = { identifier: person.username, password: person.password, email: somebody().email }
  await post(api, '/correct-email', right).expect(200)
  expect(await jobs.find({ kind: 'confirm_new_email' }).toArray()).toEqual([])
})

it('a change that is taken back while its link is tried stays so', async () => {
  const world = await withMail()
  const { api } = world
  const person = await registered(api)
  const token = await linkToNewAddress(world, person, 'wanted@example.com')
  const { accounts } = api.services
  // The address is somebody else's by now, for which a link is given back.
  vi.spyOn(accounts, 'changeEmail').mockImplementationOnce(async () => {
    api.clock.advance(1)
    await api.http
      .delete('/api/change-email')
      .set('Authorization', `Bearer ${person.body.accessToken}`)
      .expect(204)
    throw new AuthError('email_taken')
  })
  expect((await post(api, '/confirm-email', { token }, person)).body.code).toBe('email_taken')
  expect((await protectedMe(api, person)).pendingEmail).toBeNull()
  expect((await post(api, '/confirm-email', { token }, person)).body.code).toBe('token_used')
  expect((await protectedMe(api, person)).user.email).toBe(person.email)
})

it('a change of address is told before its mail has left, and taken back with it', async () => {
  const api = await apiForTest({ environment: { SMTP_URL: 'smtp://127.0.0.1:9' } })
  const person = await registered(api)
  await post(api, '/change-email', { email: 'new@example.com', password: person.password }, person).expect(
    200,
  )
  expect((await protectedMe(api, person)).pendingEmail).toBe('new@example.com')
  await api.http
    .delete('/api/change-email')
    .set('Authorization', `Bearer ${person.body.accessToken}`)
    .expect(204)
  // A mail that was being written at that moment makes its link, sees that it was taken back, and ends it.
  await expect.poll(async () => (await protectedMe(api, person)).pendingEmail).toBeNull()
})

const protectedMe = async (api: TestApi, { body }: SignedInPerson) =>
  (await api.http.get('/api/me').set('Authorization', `Bearer ${body.accessToken}`).expect(200)).body

it('of two links used in the same instant one counts', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const tokens: string[] = []
  for (let i = 0; i < 2; i++) {
    mail.received.length = 0
    await post(api, '/forgot-password', { email: person.email }).expect(200)
    tokens.push(tokenIn(await mail.mailTo(person.email, /Reset your password/)))
  }
  const passwords = ['the first new password', 'the second new one']
  const answers = await Promise.all(
    passwords.map((password, i) => post(api, '/reset-password', { token: tokens[i], password })),
  )
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400])
  expect(answers.find(({ status }) => status === 400)?.body.code).toBe('token_used')
  const winner = answers.findIndex(({ status }) => status === 200)
  await post(api, '/login', { email: person.email, password: passwords[winner] }).expect(200)
  await post(api, '/login', { email: person.email, password: passwords[1 - winner] }).expect(401)
})

it('whoever knows the password cannot keep the owner from resetting it, however often they change it', async () => {
  const { api, mail } = await withMail()
  const owner = await registered(api)
  const link = await resetLink({ api, mail }, owner)
  const thief = await login(api, owner)
  let currentPassword = owner.password
  for (const newPassword of ['violet candle otter', 'mosaic river lamp']) {
    await api.http
      .post('/api/change-password')
      .set('Authorization', `Bearer ${thief.body.accessToken}`)
      .send({ currentPassword, newPassword })
      .expect(200)
    currentPassword = newPassword
  }
  await post(api, '/reset-password', { token: link, password: newPassword }).expect(200)
  await protectedWith(api, thief.body.accessToken).expect(401)
  await login(api, { ...owner, password: newPassword })
})

it('a token does one thing only, and only for the address it was sent to', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const verify = tokenIn(await mail.mailTo(person.email, /Confirm your email address/))
  expect(
    (await post(api, '/reset-password', { token: verify, password: 'a new and better one' })).body.code,
  ).toBe('token_invalid')

  await post(api, '/forgot-password', { email: person.email }).expect(200)
  const reset = tokenIn(await mail.mailTo(person.email, /Reset your password/))
  const address = `new-${person.email}`
  await api.http
    .post('/api/change-email')
    .set('Authorization', `Bearer ${person.body.accessToken}`)
    .send({ email: address, password: person.password })
    .expect(200)
  const moved = tokenIn(await mail.mailTo(address, /Confirm your new email/))
  await post(api, '/confirm-email', { token: moved }, person).expect(200)
  // The account has moved on; links to the old address open nothing.
  await post(api, '/verify-email', { token: verify }).expect(400)
  await post(api, '/reset-password', { token: reset, password: 'a new and better one' }).expect(400)
  await post(api, '/login', { email: address, password: person.password }).expect(200)
})

it.each(['reset', 'change'] as const)(
  'a link to another address ends with the password it was asked for with: %s',
  async (how) => {
    const { api, mail } = await withMail()
    const person = await registered(api)
    const token = await linkToNewAddress({ api, mail }, person, `mallory-${person.email}`)
    await renewPassword({ api, mail }, person, how)
    expect((await post(api, '/confirm-email', { token })).body.code).toBe('token_used')
    expect((await stored(api, person)).email).toBe(person.email)
  },
)

it('asking is answered alike for every address, and nothing is sent to strangers', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  await mail.mailTo(person.email, /Confirm your email address/)
  for (const path of ['/forgot-password', '/resend-verification']) {
    const known = await post(api, path, { email: person.email })
    const unknown = await post(api, path, { email: somebody().email })
    expect(known.status).toBe(200)
    expect(unknown.status).toBe(200)
    expect(known.body).toEqual(unknown.body)
    const names = (response: { headers: object }) => Object.keys(response.headers).sort()
    expect(names(known)).toEqual(names(unknown))
  }
  await mail.mailTo(person.email, /Reset your password/)
  expect(new Set(mail.received.flatMap(({ to }) => to))).toEqual(new Set([person.email]))
  // Nobody's request is kept either.
  await mailsSent(api)
})

it('one person gets five links of a kind in an hour, however often somebody asks', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  for (let i = 0; i < 9; i++) {
    await post(api, '/forgot-password', { email: person.email }).expect(200)
    await mailsSent(api)
  }
  expect(mail.received.filter(({ subject }) => /Reset/.test(subject))).toHaveLength(5)
})

it('nobody can keep the owner from getting a link that works', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  for (let i = 0; i < 6; i++) {
    await post(api, '/forgot-password', { email: person.email }).expect(200)
    await mailsSent(api)
  }
  api.clock.advance(31 * 60)
  await post(api, '/forgot-password', { email: person.email }).expect(200)
  await mailsSent(api)
  const links = mail.received.filter(({ subject }) => /Reset/.test(subject))
  expect(links).toHaveLength(6)
  const token = tokenIn(links[5] ?? { text: '' })
  await post(api, '/reset-password', { token, password: 'a new and better one' }).expect(200)
})

it('an account has links sent to five new addresses in an hour, and hears that it is enough', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const change = (email: string) =>
    api.http
      .post('/api/change-email')
      .set('Authorization', `Bearer ${person.body.accessToken}`)
      .send({ email, password: person.password })
  for (let i = 0; i < 5; i++) {
    const { email } = somebody()
    await change(email).expect(200)
    // One that is not on its way yet gives way to the next.
    await mail.mailTo(email, /Confirm your new email/)
  }
  const refused = await change(somebody().email)
  expect(refused.status).toBe(429)
  expect(refused.headers['retry-after']).toMatch(/^\d+$/)
})

it.each(['reset', 'change'] as const)(
  'a link to a new address asked for with the old password opens nothing after a %s, though it could not be ended',
  async (how) => {
    const { api, mail } = await withMail()
    const person = await registered(api)
    const token = await linkToNewAddress({ api, mail }, person, somebody().email)
    const links = api.services.database.connection.collection('actionTokens')
    const link = await links.findOne({ kind: 'confirm_new_email' })
    await renewPassword({ api, mail }, person, how)
    // As if the database had gone away before the links were ended, or the mail had been queued a moment later.
    if (!link) throw new Error('there is no link')
    await links.replaceOne({ _id: link._id }, link)
    expect((await post(api, '/confirm-email', { token })).body.code).toBe('token_invalid')
    expect((await stored(api, person)).email).toBe(person.email)
    // Asked for with the new password it counts.
    const owner = await login(api, { ...person, password: newPassword })
    const other = somebody().email
    const good = await linkToNewAddress({ api, mail }, owner, other)
    await post(api, '/confirm-email', { token: good }, owner).expect(200)
    expect((await stored(api, { ...person, email: other })).username).toBe(person.username)
  },
)

it('neither the queue, nor the tokens, nor the log hold anything that opens an account', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  await post(api, '/forgot-password', { email: person.email }).expect(200)
  const reset = tokenIn(await mail.mailTo(person.email, /Reset your password/))
  await post(api, '/reset-password', { token: reset, password: 'a new and better one' }).expect(200)
  const { db } = api.services.database.connection
  const collections = (await db?.listCollections().toArray()) ?? []
  const dump = JSON.stringify(
    await Promise.all(collections.map(({ name }) => db?.collection(name).find().toArray())),
  )
  expect(dump).toContain('reset_password')
  expect(dump).not.toContain(reset)
  expect(api.logged()).not.toContain(reset)
})

it('where addresses have to be proved, a registration signs nobody in and a sign-in waits for the proof', async () => {
  const { api, mail } = await withMail({ REQUIRE_VERIFIED_EMAIL: 'true' })
  const person = somebody()
  const registration = await post(api, '/register', person)
  expect(registration.status).toBe(201)
  expect(registration.body).toEqual({
    message: expect.stringContaining('mail'),
    user: expect.objectContaining({ username: person.username, emailVerified: false }),
    next: 'confirm_email',
  })
  // Only the id by which this browser is known again.
  const [device, ...others] = setCookies(registration)
  expect(device).toMatch(/^latchkey\.device=/)
  expect(others).toEqual([])
  const early = await post(api, '/login', { email: person.email, password: person.password })
  expect(early.status).toBe(403)
  expect(early.body.code).toBe('email_not_verified')
  // Only whoever knows the password learns that.
  expect((await post(api, '/login', { email: person.email, password: 'wrong wrong' })).status).toBe(401)
  // The right password is no failed attempt, however often it comes too early.
  for (let i = 0; i < 12; i++)
    expect((await post(api, '/login', { email: person.email, password: person.password })).status).toBe(403)
  const token = tokenIn(await mail.mailTo(person.email, /Confirm/))
  await post(api, '/verify-email', { token, password: person.password }).expect(200)
  await login(api, person, { Cookie: device?.split(';', 1)[0] ?? '' })
  const activity = (await api.services.events.page(registration.body.user.id)).events
  expect(activity.map(({ kind }) => kind)).toContain('signed_in')
  expect(activity.map(({ kind }) => kind)).not.toContain('new_device')
})

it('once the address has changed no token says the former one', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const other = await login(api, person)
  const email = `new-${person.email}`
  const token = await linkToNewAddress({ api, mail }, person, email)
  await post(api, '/confirm-email', { token }, person).expect(200)
  for (const { body, jar } of [person, other]) {
    expect((await protectedWith(api, body.accessToken).expect(401)).body.code).toBe('access_token_revoked')
    // Nobody is signed out: a refresh says the new one.
    const renewed = await refresh(api, jar).expect(200)
    const answer = await protectedWith(api, renewed.body.accessToken).expect(200)
    expect(answer.body.user).toMatchObject({ email, emailVerified: true })
  }
})

import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { enrolled, factorStep, ticketOf } from './support/authenticator.ts'
import { mailsSent } from './support/eventually.ts'
import { type MailServer, mailServer, tokenIn } from './support/mail-server.ts'
import {
  login,
  password,
  protectedWith,
  refresh,
  registered,
  type SignedInPerson,
  somebody,
  stored,
  verified,
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

/** The token of the mail by which an address is confirmed. */
const confirmation = async (mail: MailServer, { email }: { email: string }) =>
  tokenIn(await mail.mailTo(email, /Confirm your email address/))

/** What the database keeps of an account, by collection. */
async function traces(api: TestApi, userId: string, email: string) {
  const { db } = api.services.database.connection
  const collections = (await db?.listCollections().toArray()) ?? []
  const found: string[] = []
  for (const { name } of collections) {
    // An id each, for as long as an access token could live, and for two hours.
    if (name === 'revocations' || name === 'noticeCaps') continue
    const documents = JSON.stringify(await db?.collection(name).find().toArray())
    if (documents.includes(userId) || documents.includes(email)) found.push(name)
  }
  return found
}

async function askToMoveTo({ api, mail }: { api: TestApi; mail: MailServer }, person: SignedInPerson) {
  const email = `new-${person.email}`
  await post(api, '/change-email', { email, password: person.password }, person).expect(200)
  return { email, token: tokenIn(await mail.mailTo(email, /Confirm your new email/)) }
}

it('a stranger who signs up with somebody’s address gains nothing when that somebody presses "Confirm"', async () => {
  const { api, mail } = await withMail()
  const stranger = await registered(api)
  const victim = await registered(api)
  const token = await confirmation(mail, stranger)

  // Signed in nowhere, and signed in to an account of their own.
  for (const as of [undefined, victim]) {
    const asked = await post(api, '/verify-email', { token }, as)
    expect(asked.status).toBe(403)
    expect(asked.type).toBe('application/problem+json')
    expect(asked.body).toMatchObject({ code: 'password_required', username: stranger.username })
  }
  expect((await stored(api, stranger)).emailVerifiedAt).toBeNull()
  expect((await post(api, '/verify-email', { token, password: 'a guess' })).body.errors).toEqual([
    { path: 'password', code: 'password_wrong', message: 'This is not the password of this account.' },
  ])
  expect((await stored(api, stranger)).emailVerifiedAt).toBeNull()

  // Neither a question nor a wrong answer used the link up.
  await post(api, '/verify-email', { token, password: stranger.password }).expect(200)
  expect((await stored(api, stranger)).emailVerifiedAt).not.toBeNull()
})

it('a browser that is signed in to the account confirms its address by the press alone', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const token = await confirmation(mail, person)
  await post(api, '/verify-email', { token }, person).expect(200)
  expect((await stored(api, person)).emailVerifiedAt).not.toBeNull()
})

it('a session that has ended is no owner: the client hears that its token is no good', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const token = await confirmation(mail, person)
  await post(api, '/logout-everywhere', {}, person).expect(204)
  const refused = await post(api, '/verify-email', { token }, person)
  expect(refused.status).toBe(401)
  expect(refused.body.code).toBe('access_token_revoked')
  expect((await post(api, '/verify-email', { token })).body.code).toBe('password_required')
})

it('passwords are guessed at a link no faster than at the sign-in', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const token = await confirmation(mail, person)
  const statuses: number[] = []
  for (let i = 0; i < 12; i++)
    statuses.push((await post(api, '/verify-email', { token, password: `guess ${i}` })).status)
  expect(statuses).toEqual([...Array(10).fill(400), 429, 429])
  // It is one allowance.
  await post(api, '/login', { email: person.email, password: person.password }).expect(429)
  // The browser that signed up has its own, here as there.
  await api.http
    .post('/api/verify-email')
    .set('Cookie', person.jar.header)
    .send({ token, password: person.password })
    .expect(200)
})

it('"This was not me" deletes an account that was never proved, and frees its names', async () => {
  const { api, mail } = await withMail()
  const stranger = await registered(api)
  const other = await login(api, stranger)
  const token = await confirmation(mail, stranger)
  const userId = stranger.body.user.id
  await post(api, '/forgot-password', { email: stranger.email }).expect(200)
  await mail.mailTo(stranger.email, /Reset your password/)
  expect(await traces(api, userId, stranger.email)).not.toEqual([])

  await post(api, '/disown-email', { token }).expect(200)
  for (const { body, jar } of [stranger, other]) {
    await protectedWith(api, body.accessToken).expect(401)
    await refresh(api, jar).expect(403)
  }
  expect(await traces(api, userId, stranger.email)).toEqual([])
  expect(mail.received.filter(({ subject }) => /deleted/.test(subject))).toEqual([])
  // Whose address it is signs up with it, under that very name.
  await post(api, '/register', { ...stranger, password }).expect(400) // no stray fields
  const { username, email } = stranger
  await post(api, '/register', { username, email, password }).expect(201)
  expect((await post(api, '/disown-email', { token })).body.code).toBe('token_invalid')
})

it('"This was not me" does nothing to an account that is proved', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const first = await confirmation(mail, person)
  mail.received.length = 0
  await post(api, '/resend-verification', { email: person.email }).expect(200)
  const second = await confirmation(mail, person)
  await post(api, '/verify-email', { token: second }, person).expect(200)
  const refused = await post(api, '/disown-email', { token: first })
  expect(refused.status).toBe(400)
  expect(refused.body.code).toBe('token_invalid')
  await protectedWith(api, person.body.accessToken).expect(200)
  await login(api, person)
})

it('of a proof and a "This was not me" in the same instant one counts, whole', async () => {
  const { api, mail } = await withMail()
  for (let i = 0; i < 5; i++) {
    const person = await registered(api)
    const token = await confirmation(mail, person)
    const [proof, disowned] = await Promise.all([
      post(api, '/verify-email', { token }, person),
      post(api, '/disown-email', { token }),
    ])
    const users = api.services.database.connection.collection('users')
    const user = await users.findOne({ emailKey: person.email })
    if (user) {
      expect([proof.status, disowned.status]).toEqual([200, 400])
      expect(user.emailVerifiedAt).not.toBeNull()
    } else {
      expect(disowned.status).toBe(200)
      expect(proof.status).toBeGreaterThanOrEqual(400)
    }
  }
})

it('a new address is the account’s when its owner confirms it, not when somebody else does', async () => {
  const world = await withMail()
  const { api } = world
  const stranger = await registered(api)
  const { email, token } = await askToMoveTo(world, stranger)
  const asked = await post(api, '/confirm-email', { token })
  expect(asked.body).toMatchObject({ code: 'password_required', username: stranger.username })
  await post(api, '/confirm-email', { token, password: 'a guess' }).expect(400)
  expect((await stored(api, stranger)).email).toBe(stranger.email)
  await post(api, '/confirm-email', { token, password: stranger.password }).expect(200)
  expect((await stored(api, { ...stranger, email })).emailVerifiedAt).not.toBeNull()
})

it('"This was not me" ends the link to a new address, and leaves the account that asked for it', async () => {
  const world = await withMail()
  const { api } = world
  const stranger = await registered(api)
  const { token } = await askToMoveTo(world, stranger)
  await post(api, '/disown-email', { token }).expect(200)
  expect((await post(api, '/confirm-email', { token }, stranger)).body.code).toBe('token_used')
  expect((await stored(api, stranger)).email).toBe(stranger.email)
  await protectedWith(api, stranger.body.accessToken).expect(200)
})

it('an unknown, an expired and a used link are what they are, whatever password comes along', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const token = await confirmation(mail, person)
  for (const path of ['/verify-email', '/confirm-email', '/disown-email', '/undo-email'])
    expect((await post(api, path, { token: 'x'.repeat(43) })).body.code).toBe('token_invalid')
  // A link does one thing.
  expect((await post(api, '/confirm-email', { token, password })).body.code).toBe('token_invalid')
  expect((await post(api, '/undo-email', { token })).body.code).toBe('token_invalid')
  api.clock.advance(24 * 3600)
  expect((await post(api, '/verify-email', { token, password })).body.code).toBe('token_expired')
  expect((await post(api, '/disown-email', { token })).body.code).toBe('token_expired')
})

it('a mistyped address is put right with the password, also by whoever cannot sign in yet', async () => {
  const { api, mail } = await withMail({ REQUIRE_VERIFIED_EMAIL: 'true' })
  const person = somebody()
  const mistyped = `typo-${person.email}`
  await post(api, '/register', { ...person, email: mistyped }).expect(201)
  const wrongMailbox = await confirmation(mail, { email: mistyped })
  await post(api, '/forgot-password', { email: mistyped }).expect(200)
  const reset = tokenIn(await mail.mailTo(mistyped, /Reset your password/))

  const right = { identifier: person.username, password, email: person.email }
  await post(api, '/correct-email', right).expect(200)
  const token = await confirmation(mail, person)
  // Whoever has the other mailbox can do nothing with what came there, and may sign up.
  expect((await post(api, '/disown-email', { token: wrongMailbox })).status).toBe(400)
  expect((await post(api, '/reset-password', { token: reset, password: 'a new one of mine' })).status).toBe(
    400,
  )
  await post(api, '/register', { ...somebody(), email: mistyped }).expect(201)

  await post(api, '/verify-email', { token, password }).expect(200)
  await login(api, person)
  // Confirmed, it changes as any address does.
  const late = await post(api, '/correct-email', { ...right, email: `late-${person.email}` })
  expect(late.body.errors).toEqual([
    {
      path: 'email',
      code: 'email_confirmed',
      message: 'The address of this account is already confirmed. Sign in to change it.',
    },
  ])
})

it('whoever knows the password of an account with a second factor does not get it by "correcting" its address', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const wrong = { identifier: person.email, password: 'a guess', email: somebody().email }
  const taken = { ...wrong, password: person.password }
  const { app } = await enrolled(api, person)
  const refused = await post(api, '/correct-email', taken)
  expect([refused.status, refused.body.errors]).toEqual([
    400,
    [
      {
        path: 'email',
        code: 'email_guarded',
        message: 'This account has two-step sign-in. Sign in to change its address.',
      },
    ],
  ])
  expect((await stored(api, person)).emailKey).toBe(person.email)
  // Only to whoever knows the password.
  expect((await post(api, '/correct-email', wrong)).body.code).toBe('invalid_credentials')

  // The owner changes it as any address is changed.
  const signedIn = await factorStep(api, await ticketOf(api, person), app.code()).expect(200)
  const { email, token } = await askToMoveTo({ api, mail }, { ...person, body: signedIn.body })
  await post(api, '/confirm-email', { token, password: person.password }).expect(200)
  expect((await stored(api, { email })).username).toBe(person.username)
})

it('nor while the factor is being set up in the very moment', async () => {
  const { api } = await withMail()
  const person = await registered(api)
  const before = await api.services.accounts.credentials(person.body.user.id)
  if (!before) throw new Error('no such user')
  await enrolled(api, person)
  const from = { device: { ip: '', userAgent: '' }, turns: 0 }
  await expect(api.services.ownership.correct(before, somebody().email, from)).rejects.toThrow()
  expect((await stored(api, person)).emailKey).toBe(person.email)
})

it('whose address a stranger took, and set up a second factor, can still say "This was not me" after a new password', async () => {
  const { api, mail } = await withMail()
  const stranger = await registered(api)
  await enrolled(api, stranger)
  const notMe = await confirmation(mail, stranger)
  const choose = async (password: string) => {
    await post(api, '/forgot-password', { email: stranger.email }).expect(200)
    const token = tokenIn(await mail.mailTo(stranger.email, /Reset your password/))
    await post(api, '/reset-password', { token, password }).expect(200)
  }
  const victims = { email: stranger.email, password: 'a new one of mine' }
  const users = api.services.database.connection.collection('users')
  const longAgo = { lapseReminderDueAt: new Date(0), lapseRemindedAt: new Date(0) }
  await users.updateOne({ emailKey: stranger.email }, { $set: longAgo })
  await choose(victims.password)
  expect((await stored(api, stranger)).emailVerifiedAt).toBeNull()
  // It does not lapse before somebody is reminded anew: it may well be the owner of the factor who is here.
  expect(await stored(api, stranger)).toMatchObject({ lapseReminderDueAt: null, lapseRemindedAt: null })
  // Nobody gets round the factor so.
  await ticketOf(api, victims)
  // Where addresses have to be confirmed, confirming it is still to come.
  const environment = { SMTP_URL: mail.url, REQUIRE_VERIFIED_EMAIL: 'true' }
  const strict = await apiForTest({ mongoUri: api.mongoUri, clock: api.clock, environment })
  expect((await post(strict, '/login', victims)).body.code).toBe('email_not_verified')
  await post(api, '/disown-email', { token: notMe }).expect(200)
  const { username, email } = stranger
  const own = await post(api, '/register', { username, email, password: victims.password }).expect(201)

  // Whoever confirmed it before stays confirmed, with a factor as without.
  mail.received.length = 0
  const owner = { ...stranger, ...victims, body: own.body }
  await post(api, '/resend-verification', { email }).expect(200)
  await verified(api, mail, owner)
  await enrolled(api, owner)
  mail.received.length = 0
  await choose('another one of mine')
  expect((await stored(api, owner)).emailVerifiedAt).not.toBeNull()
})

it('correcting an address tells nobody which accounts there are, and is no second place to guess at', async () => {
  const { api } = await withMail()
  const [person, other] = [await registered(api), await registered(api)]
  const correct = (identifier: string, password: string, email = somebody().email) =>
    post(api, '/correct-email', { identifier, password, email })
  const unknown = await correct(somebody().email, 'a guess')
  const known = await correct(person.email, 'a guess')
  expect([known.status, known.body]).toEqual([401, unknown.body])
  const names = (response: { headers: object }) => Object.keys(response.headers).sort()
  expect(names(known)).toEqual(names(unknown))
  // Not even whether an address is taken, before the password is right.
  expect((await correct(person.email, 'a guess', other.email)).body).toEqual(unknown.body)
  expect((await correct(person.email, person.password, other.email)).body.code).toBe('email_taken')

  for (let i = 0; i < 10; i++) await correct(person.email, `guess ${i}`).expect(401)
  await correct(person.email, person.password).expect(429)
  await post(api, '/login', { email: person.email, password: person.password }).expect(429)
})

it('mail to an address that nobody has proved holds no word of a stranger’s', async () => {
  const { api, mail } = await withMail()
  const person = { ...somebody(), username: 'Claim-Your-Prize' }
  const words = { 'User-Agent': 'Call-555-0100-now/1.0' }
  await api.http.post('/api/register').set(words).send(person).expect(201)
  await api.http
    .post('/api/login')
    .set(words)
    .send({ email: person.email, password: person.password })
    .expect(200)
  await post(api, '/forgot-password', { email: person.email }).expect(200)
  const own = await login(api, person)
  const { email, token } = await askToMoveTo({ api, mail }, own)
  await mailsSent(api)
  expect(mail.received.length).toBeGreaterThanOrEqual(3)
  for (const { subject, text, html } of mail.received)
    expect(`${subject} ${text} ${html}`).not.toMatch(/prize|555-0100/i)

  // To an address that is proved goes what its owner wants to know.
  await post(api, '/confirm-email', { token }, own).expect(200)
  await api.http.post('/api/login').set(words).send({ email, password: person.password }).expect(200)
  const notice = await mail.mailTo(email, /A new device/)
  expect(notice.text).toContain('Hello Claim-Your-Prize,')
})

it('a stranger who deletes the account they made with somebody’s address sends them no mail about it', async () => {
  const { api, mail } = await withMail()
  const stranger = await registered(api)
  await confirmation(mail, stranger)
  await api.http
    .delete('/api/me')
    .set('Authorization', `Bearer ${stranger.body.accessToken}`)
    .send({ password: stranger.password })
    .expect(204)
  // What is queued after it has been sent by then.
  const person = await registered(api)
  await verified(api, mail, person)
  await post(api, '/change-password', { currentPassword: password, newPassword: 'otter lamp violet' }, person)
  await mail.mailTo(person.email, /Your password was changed/)
  expect(mail.received.filter(({ to }) => to[0] === stranger.email)).toHaveLength(1)
})

it('says in the access token whether the address is proved, from the next refresh on', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const claimsOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  expect(claimsOf(person.body.accessToken)).toMatchObject({ email: person.email, email_verified: false })
  expect((await protectedWith(api, person.body.accessToken)).body.user.emailVerified).toBe(false)
  await verified(api, mail, person)
  const refreshed = await refresh(api, person.jar).expect(200)
  expect(claimsOf(refreshed.body.accessToken).email_verified).toBe(true)
  expect((await protectedWith(api, refreshed.body.accessToken)).body.user.emailVerified).toBe(true)
})

it('an account that is kept out stays as it is, whatever links and password its owner has', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const proof = await confirmation(mail, person)
  const { token: moving } = await askToMoveTo({ api, mail }, person)
  await api.services.administration.disable(person.body.user.id)
  const before = await stored(api, person)

  for (const [path, body] of [
    ['/confirm-email', { token: moving, password }],
    ['/verify-email', { token: proof, password }],
    ['/correct-email', { identifier: person.username, password, email: somebody().email }],
  ] as const) {
    const refused = await post(api, path, body)
    expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'account_disabled'])
    // Only to whoever knows the password.
    expect((await post(api, path, { ...body, password: 'a wrong one' })).body.code).not.toBe(
      'account_disabled',
    )
  }
  // Deleted, it could be made anew.
  expect((await post(api, '/disown-email', { token: proof })).body.code).toBe('token_invalid')
  expect(await stored(api, person)).toEqual(before)
})

it('nor does it change when it is kept out in the very moment', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  const { accounts, administration } = api.services
  const user = await accounts.credentials(person.body.user.id)
  const proof = await confirmation(mail, person)
  if (!user) throw new Error('no such user')
  await administration.disable(person.body.user.id)
  expect(await accounts.changeEmail(user._id, somebody().email, 0)).toBeNull()
  expect(await accounts.markVerified(user._id, person.email)).toBe(false)
  await expect(
    api.services.ownership.correct(user, somebody().email, { device: { ip: '', userAgent: '' }, turns: 0 }),
  ).rejects.toThrow()
  await expect(api.services.ownership.disown(proof)).rejects.toThrow('token_invalid')
})

import { expect, it } from 'vitest'
import { mailKinds } from '../src/mail/mail-job.model.ts'
import { ownMail } from '../src/mail/own-mails.ts'
import { renderMail } from '../src/mail/templates.ts'
import { apiForTest, type TestApi } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { mailServer, tokenIn } from './support/mail-server.ts'
import { login, password, registered, renewed } from './support/people.ts'

const german = { 'Accept-Language': 'de-AT,de;q=0.9,en;q=0.8' }
/** What a mail is in: its HTML says so. */
const languageOfMail = ({ html }: { html: string }) => /<html lang="(\w+)">/.exec(html)?.[1]
const as = ({ body }: { body: { accessToken: string } }) => ({ Authorization: `Bearer ${body.accessToken}` })
const any = /./

const stored = (api: TestApi, email: string) =>
  api.services.database.connection.collection('users').findOne({ emailKey: email })
const ask = (api: TestApi, email: string, headers = {}) =>
  api.http.post('/api/forgot-password').set(headers).send({ email }).expect(200)

async function world(environment: Record<string, string> = {}) {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url, ...environment } })
  return { mail, api }
}

it('an account is written to in the language of its registration, whoever asks for the mail', async () => {
  const { mail, api } = await world()
  const person = await registered(api, german)
  const first = await mail.mailTo(person.email, any)
  expect(languageOfMail(first)).toBe('de')
  expect(first.text).toMatch(/^Guten Tag,\s+Bitte bestätigen Sie, dass diese Adresse Ihnen gehört\./)
  expect(first.html).toContain('Oder öffnen Sie diese Adresse:')
  await api.http
    .post('/api/verify-email')
    .set(as(person))
    .send({ token: tokenIn(first) })
    .expect(200)

  mail.received.length = 0
  await ask(api, person.email, { 'Accept-Language': 'en' })
  expect((await mail.mailTo(person.email, any)).text).toContain(`Guten Tag ${person.username},`)

  mail.received.length = 0
  const userAgent = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:131.0) Gecko/20100101 Firefox/131.0'
  await login(api, person, { 'User-Agent': userAgent, 'Accept-Language': 'en' })
  const notice = await mail.mailTo(person.email, any)
  expect(notice.text).toContain('Firefox auf macOS')
  expect(notice.text).toMatch(/Am \p{L}+, dem \d{1,2}\. \p{L}+ \d{4}, um \d\d:\d\d:\d\d Uhr \(UTC\)/u)
})

it('and stays so for what is told to an address that no account has any more', async () => {
  const { mail, api } = await world()
  const person = await registered(api, german)
  const proof = await mail.mailTo(person.email, any)
  await api.http
    .post('/api/verify-email')
    .set(as(person))
    .send({ token: tokenIn(proof) })
  mail.received.length = 0
  const signedIn = await login(api, person)
  await api.http.delete('/api/me').set(as(signedIn)).send({ password }).expect(204)
  await eventually(() =>
    expect(mail.received.map(({ text }) => text).join()).toContain('Ihr Konto und alles, was'),
  )
})

it('and for what is told to a former address, whatever whoever has the account now chooses', async () => {
  const { mail, api } = await world()
  const person = await registered(api, german)
  const proof = tokenIn(await mail.mailTo(person.email, any))
  await api.http.post('/api/verify-email').set(as(person)).send({ token: proof }).expect(200)
  const email = `new-${person.email}`
  await api.http.post('/api/change-email').set(as(person)).send({ email }).expect(200)
  const token = tokenIn(await mail.mailTo(email, any))
  mail.received.length = 0
  mail.mood = 'busy'
  await api.http.post('/api/confirm-email').set(as(person)).send({ token }).expect(200)
  const now = await renewed(api, person)
  await api.http.patch('/api/me').set(as(now)).send({ language: 'en' }).expect(200)
  mail.mood = 'accept'
  api.clock.advance(600)
  expect(languageOfMail(await mail.mailTo(person.email, any))).toBe('de')
})

it('is English for an account that has not said, until a sign-in does', async () => {
  const { mail, api } = await world()
  const person = await registered(api)
  expect(languageOfMail(await mail.mailTo(person.email, any))).toBe('en')
  expect(await stored(api, person.email)).not.toHaveProperty('language')
  expect((await api.http.get('/api/me').set(as(person)).expect(200)).body.language).toBeNull()
  await login(api, person, german)
  expect((await stored(api, person.email))?.language).toBe('de')
  // What is known is not changed by where somebody signs in.
  await login(api, person, { 'Accept-Language': 'en' })
  expect((await api.http.get('/api/me').set(as(person)).expect(200)).body.language).toBe('de')
  mail.received.length = 0
  await ask(api, person.email)
  expect(languageOfMail(await mail.mailTo(person.email, any))).toBe('de')
})

it('is what its owner chooses, without confirming who they are', async () => {
  const { mail, api } = await world()
  const person = await registered(api, german)
  api.clock.advance(700)
  const token = (await api.http.post('/api/refresh-token').set('Cookie', person.jar.header)).body
  const own = { body: token as { accessToken: string } }
  const choose = (body: object) => api.http.patch('/api/me').set(as(own)).send(body)
  const chosen = await choose({ language: 'en' }).expect(200)
  expect(chosen.body.user.username).toBe(person.username)
  const exported = await api.http.get('/api/me/export').set(as(own)).expect(200)
  expect(exported.body.language).toBe('en')
  mail.received.length = 0
  await ask(api, person.email, german)
  expect(languageOfMail(await mail.mailTo(person.email, /Reset/))).toBe('en')

  // There is nothing to prove, so nothing is taken as a proof.
  const { body: proved } = await choose({ language: 'en', password }).expect(400)
  expect(proved.errors).toMatchObject([{ path: 'password', code: 'field_unknown' }])

  for (const language of ['fr', '', null, 'de-AT', { $ne: 'de' }]) {
    const { body } = await choose({ language }).expect(400)
    expect(body.errors).toMatchObject([{ path: 'language', code: 'language_unknown' }])
  }
  // The username is as well kept as before.
  expect((await choose({ username: 'somebody-else' }).expect(401)).body.code).toBe('step_up_required')
  expect((await choose({ username: 'somebody-else', language: 'de' }).expect(400)).body.code).toBe(
    'validation_failed',
  )
  await api.http.patch('/api/me').send({ language: 'de' }).expect(401)
})

it('is an event where it changes, once an hour, and is not written again where it is that already', async () => {
  const { mail, api } = await world()
  const person = await registered(api, german)
  await mail.mailTo(person.email, any)
  mail.received.length = 0
  const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0'
  const choose = (language: string) =>
    api.http
      .patch('/api/me')
      .set({ ...as(person), 'User-Agent': userAgent })
      .send({ language })
  const events = async () => {
    const { body } = await api.http.get('/api/activity').set(as(person)).expect(200)
    return body.events.filter(({ kind }: { kind: string }) => kind === 'language_changed')
  }
  const before = await stored(api, person.email)
  api.clock.advance(60)
  expect((await choose('de').expect(200)).body.user.username).toBe(person.username)
  expect(await stored(api, person.email)).toEqual(before)
  expect(await events()).toEqual([])

  await choose('en').expect(200)
  await choose('en').expect(200)
  const sessionId = JSON.parse(
    Buffer.from(person.body.accessToken.split('.')[1] ?? '', 'base64url').toString(),
  ).sid
  expect(await events()).toMatchObject([{ sessionId, device: 'Firefox on Linux' }])
  expect(mail.received).toEqual([])

  // Ten in an hour, of which three are over.
  for (let i = 0; i < 7; i++) await choose(i % 2 ? 'en' : 'de').expect(200)
  const refused = await choose('en').expect(429)
  expect(refused.headers['retry-after']).toBeDefined()
  // As many as there are, they push no other out of what is kept.
  expect(await events()).toHaveLength(1)
  await api.http
    .patch('/api/me')
    .set(as(person))
    .send({ username: `${person.username}-2` })
    .expect(200)
})

it('is not chosen by a session that has ended', async () => {
  const { api } = await world()
  const person = await registered(api, german)
  await api.services.database.connection
    .collection('users')
    .updateOne({ emailKey: person.email }, { $set: { refreshTokens: [] } })
  for (const language of ['de', 'en']) {
    const { body } = await api.http.patch('/api/me').set(as(person)).send({ language }).expect(401)
    expect(body.code).toBe('access_token_revoked')
  }
  expect((await stored(api, person.email))?.language).toBe('de')
})

it.each([
  ['one that we do not write in', 'fr'],
  ['one that is very long', `${'x-'.repeat(300)}, de`],
  ['many', Array.from({ length: 2000 }, () => 'de').join(',')],
  ['nothing', ''],
  ['no language', ';;;q=,,=\t"'],
  ['a quality that is no number', 'de;q=high'],
  ['one that is not wanted', 'de;q=0'],
  ['any', '*'],
  ['any but its own', 'fr, *;q=0.1'],
  ['the name of a property', '__proto__, constructor'],
])('a header that names %s leaves it open', async (_, header) => {
  const api = await apiForTest()
  const person = await registered(api, { 'Accept-Language': header })
  expect(await stored(api, person.email)).not.toHaveProperty('language')
})

it.each([
  ['DE', 'de'],
  ['fr, de;q=0.5, en;q=0.4', 'de'],
  ['de, de', 'de'],
  ['de, en, de', 'de'],
  ['*, de;q=0.1', 'de'],
])('%s is %s', async (header, language) => {
  const api = await apiForTest()
  const person = await registered(api, { 'Accept-Language': header })
  expect((await stored(api, person.email))?.language).toBe(language)
})

it('a mail that was queued by an older version, or for an account with a language of a newer one, goes out', async () => {
  const { mail, api } = await world()
  const person = await registered(api)
  await mail.mailTo(person.email, any)
  mail.received.length = 0
  const { connection } = api.services.database
  await connection.collection('users').updateOne({ emailKey: person.email }, { $set: { language: 'tlh' } })
  const now = api.clock.now()
  await connection.collection('mailJobs').insertOne({
    ...{ kind: 'account_deleted', userId: null, email: person.email, awaited: false, rank: 0 },
    ...{ createdAt: now, attempts: 0, dueAt: now, expiresAt: new Date(now.getTime() + 3600_000) },
    refusedAt: null,
  })
  expect(languageOfMail(await mail.mailTo(person.email, /Your account was deleted/))).toBe('en')
  await ask(api, person.email)
  expect(languageOfMail(await mail.mailTo(person.email, /Reset/))).toBe('en')
})

it('a mail that waits when the process ends goes out in the same language from the next one', async () => {
  const mail = await mailServer()
  const first = await apiForTest({ environment: { SMTP_URL: mail.url.replace(/:\d+$/, ':1') } })
  const person = await registered(first, german)
  await first.close()
  const second = await apiForTest({
    environment: { SMTP_URL: mail.url },
    mongoUri: first.mongoUri,
    clock: first.clock,
  })
  second.clock.advance(300)
  expect(languageOfMail(await mail.mailTo(person.email, any))).toBe('de')
})

it.each(mailKinds)('%s tells the same in both languages', (kind) => {
  const facts = {
    username: 'ada',
    link: 'https://id.example.com/there#token=x',
    device: 'Firefox on macOS',
    ip: '192.0.2.7',
    when: new Date('2026-03-01T12:00:00Z'),
    told: Object.fromEntries(ownMail(kind)?.tells.map((name, at) => [name, `${at + 1}`]) ?? []),
  }
  const [en, de] = (['en', 'de'] as const).map((language) =>
    renderMail(kind, 'ada@example.com', facts, language),
  )
  const told = (text = '') =>
    [facts.link, facts.ip, /12:00:00 (UTC|Uhr \(UTC\))/, /Firefox (on|auf) macOS/].map((each) =>
      typeof each === 'string' ? text.includes(each) : each.test(text),
    )
  expect(told(de?.text)).toEqual(told(en?.text))
  expect(de?.subject).not.toBe(en?.subject)
  expect(de?.text).not.toMatch(/undefined|\b(your|the|If)\b/)
  expect(de?.text.split('\n\n').length).toBe(en?.text.split('\n\n').length)
})

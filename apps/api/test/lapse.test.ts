import { Types } from 'mongoose'
import { expect, it, vi } from 'vitest'
import { english } from '../src/mail/words/en.ts'
import { apiForTest, type TestApi } from './support/api.ts'
import { eventually, mailsSent } from './support/eventually.ts'
import { type MailServer, mailServer, tokenIn } from './support/mail-server.ts'
import { login, protectedWith, refresh, registered, somebody, stored, verified } from './support/people.ts'

const day = 86_400

async function withMail(environment: Record<string, string> = {}) {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url, ...environment } })
  return { api, mail }
}

const usersOf = (api: TestApi) => api.services.database.connection.collection('users')
/** Waits until somebody has been sent the reminder. */
async function reminded(api: TestApi, mail: MailServer, person: { email: string }) {
  const reminder = await mail.mailTo(person.email, /to keep your account/)
  await eventually(async () => expect((await stored(api, person)).lapseRemindedAt).toBeInstanceOf(Date))
  return reminder
}

const exists = async (api: TestApi, { email }: { email: string }) =>
  (await usersOf(api).countDocuments({ emailKey: email })) === 1

it('an account whose address is never proved is reminded, and lapses a quarter of its time later', async () => {
  const { api, mail } = await withMail()
  const { lapse } = api.services
  const person = await registered(api)
  const confirmed = await registered(api)
  await verified(api, mail, confirmed)

  api.clock.advance(22 * day)
  await lapse.sweep()
  expect((await stored(api, person)).lapseRemindedAt).toBeUndefined()
  api.clock.advance(0.5 * day)
  const lapsesAt = new Date(api.clock.now().getTime() + 7.5 * day * 1000)
  await lapse.sweep()
  await lapse.sweep()
  const reminder = await reminded(api, mail, person)
  expect(reminder.text).toContain(english.when(lapsesAt))
  expect(reminder.text).toMatch(/\/verify-email#token=[\w-]{43}/)
  expect(reminder.text).not.toContain(person.username)

  const back = await login(api, person)
  const refreshable = await refresh(api, back.jar).expect(200)
  api.clock.advance(7.5 * day - 1)
  await lapse.sweep()
  expect(await exists(api, person)).toBe(true)
  api.clock.advance(1)
  await lapse.sweep()
  expect(await exists(api, person)).toBe(false)
  expect(await exists(api, confirmed)).toBe(true)
  expect(
    mail.received.filter(({ to, subject }) => to[0] === person.email && /keep/.test(subject)),
  ).toHaveLength(1)

  // Nothing of theirs remains.
  await protectedWith(api, refreshable.body.accessToken).expect(401)
  await refresh(api, back.jar).expect(403)
  const { db } = api.services.database.connection
  for (const name of ['users', 'securityEvents', 'actionTokens', 'mailJobs']) {
    const text = JSON.stringify(await db?.collection(name).find().toArray())
    expect(text, name).not.toContain(person.email)
    expect(text, name).not.toContain(person.body.user.id)
  }
  const { username, email } = person
  await api.http.post('/api/register').send({ username, email, password: person.password }).expect(201)
})

it('what is kept about an account goes, though it could not be removed when the account was', async () => {
  const { api } = await withMail()
  const { connection, lapse, events, removal } = { ...api.services, ...api.services.database }
  const kept = (person: { body: { user: { id: string } } }) =>
    connection
      .collection('securityEvents')
      .countDocuments({ userId: new Types.ObjectId(person.body.user.id) })
  const unfinished = () => connection.collection('maintenance').countDocuments({ _id: /^removal/ as never })
  const person = await registered(api)
  const stays = await registered(api)
  await usersOf(api).updateOne(
    { emailKey: person.email },
    { $set: { createdAt: new Date(0), lapseRemindedAt: new Date(0) } },
  )
  const failing = vi.spyOn(events, 'remove').mockRejectedValue(new Error('killed'))
  await expect(lapse.sweep()).rejects.toThrow('killed')
  expect(await exists(api, person)).toBe(false)
  expect([await kept(person), await unfinished()]).toEqual([expect.toSatisfy((n: number) => n > 0), 1])
  api.clock.advance(61)
  await expect(removal.finish()).rejects.toThrow('killed')
  failing.mockRestore()
  await removal.finish()
  expect([await kept(person), await unfinished()]).toEqual([0, 0])

  // Nothing came of this one.
  const { id } = stays.body.user
  const unproved = { _id: new Types.ObjectId(id), email: stays.email }
  expect(await removal.removeUnproved(unproved, async () => false)).toBe(false)
  expect(await unfinished()).toBe(1)
  api.clock.advance(61)
  await removal.finish()
  expect([await kept(stays), await unfinished()]).toEqual([expect.toSatisfy((n: number) => n > 0), 0])

  // Nor is anything left of what an owner deletes.
  await api.http
    .delete('/api/me')
    .set('Authorization', `Bearer ${(await login(api, stays)).body.accessToken}`)
    .expect(204)
  expect([await kept(stays), await unfinished()]).toEqual([0, 0])
})

it('its access tokens die with it', async () => {
  const { api, mail } = await withMail({ UNVERIFIED_ACCOUNT_EXPIRY: '8m' })
  const person = await registered(api)
  api.clock.advance(6 * 60)
  await api.services.lapse.sweep()
  await reminded(api, mail, person)
  api.clock.advance(2 * 60)
  await protectedWith(api, person.body.accessToken).expect(200)
  await api.services.lapse.sweep()
  await protectedWith(api, person.body.accessToken).expect(401)
})

it('where addresses have to be proved there are seven days for it, and the reminder has a link that works', async () => {
  const { api, mail } = await withMail({ REQUIRE_VERIFIED_EMAIL: 'true' })
  const [lazy, diligent] = [somebody(), somebody()]
  for (const person of [lazy, diligent]) await api.http.post('/api/register').send(person).expect(201)
  api.clock.advance(5.25 * day)
  await api.services.lapse.sweep()
  await reminded(api, mail, lazy)
  const token = tokenIn(await reminded(api, mail, diligent))
  const { password } = diligent
  await api.http.post('/api/verify-email').send({ token, password }).expect(200)
  api.clock.advance(1.75 * day)
  await api.services.lapse.sweep()
  expect([await exists(api, lazy), await exists(api, diligent)]).toEqual([false, true])
  await login(api, diligent)
})

it('nobody lapses who was not reminded first, however old the account', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  // As from before there was such a rule.
  await usersOf(api).updateOne({ emailKey: person.email }, { $unset: { lapseRemindedAt: '' } })
  api.clock.advance(400 * day)
  await api.services.lapse.sweep()
  await reminded(api, mail, person)
  api.clock.advance(7 * day)
  await api.services.lapse.sweep()
  expect(await exists(api, person)).toBe(true)
  api.clock.advance(0.5 * day)
  await api.services.lapse.sweep()
  expect(await exists(api, person)).toBe(false)
})

it('nobody lapses whose reminder could not be sent; it is sent when it can be', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  await mail.mailTo(person.email, /Confirm your email address/)
  mail.mood = 'busy'
  api.clock.advance(30 * day)
  await api.services.lapse.sweep()
  const jobs = api.services.database.connection.collection('mailJobs')
  await eventually(async () => expect(await jobs.findOne()).toMatchObject({ attempts: 1 }))
  // The mail is kept for a day and forgotten.
  api.clock.advance(10 * day)
  await jobs.deleteMany({})
  for (let i = 0; i < 3; i++) {
    await api.services.lapse.sweep()
    api.clock.advance(10 * day)
  }
  expect(await exists(api, person)).toBe(true)
  mail.mood = 'accept'
  await api.services.lapse.sweep()
  await reminded(api, mail, person)
  api.clock.advance(7.5 * day)
  await api.services.lapse.sweep()
  expect(await exists(api, person)).toBe(false)
})

it('whose address refuses mail for good lapses all the same', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  mail.mood = 'refuse the recipient'
  api.clock.advance(30 * day)
  await api.services.lapse.sweep()
  await eventually(async () => expect((await stored(api, person)).lapseRemindedAt).toBeInstanceOf(Date))
  api.clock.advance(7.5 * day)
  await api.services.lapse.sweep()
  expect(await exists(api, person)).toBe(false)
})

it('a corrected address is reminded anew, because the first reminder went to the wrong one', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  api.clock.advance(29 * day)
  await api.services.lapse.sweep()
  await reminded(api, mail, person)
  const email = `right-${person.email}`
  const { username, password } = person
  await api.http.post('/api/correct-email').send({ identifier: username, password, email }).expect(200)
  api.clock.advance(2 * day)
  await api.services.lapse.sweep()
  await reminded(api, mail, { email })
  api.clock.advance(7 * day)
  await api.services.lapse.sweep()
  expect(await exists(api, { email })).toBe(true)
})

it('of several processes one reminds, and what is gone is gone once', async () => {
  const { api, mail } = await withMail()
  const environment = { SMTP_URL: mail.url }
  const second = await apiForTest({ environment, mongoUri: api.mongoUri, clock: api.clock })
  const people = await Promise.all(Array.from({ length: 6 }, () => registered(api)))
  for (const { email } of people) await mail.mailTo(email, /Confirm your email address/)
  const sweep = () => Promise.all([api, second, api, second].map(({ services }) => services.lapse.sweep()))
  api.clock.advance(25 * day)
  await sweep()
  for (const person of people) await reminded(api, mail, person)
  await mailsSent(api)
  const reminders = mail.received.filter(({ subject }) => /to keep/.test(subject)).map(({ to }) => to[0])
  expect(reminders.toSorted()).toEqual(people.map(({ email }) => email).toSorted())
  // One proves the address while all processes sweep.
  const [first] = people
  if (!first) throw new Error('nobody')
  const token = tokenIn(await mail.mailTo(first.email, /to keep your account/))
  api.clock.advance(8 * day)
  const back = { password: first.password }
  mail.received.length = 0
  await api.http.post('/api/resend-verification').send({ email: first.email }).expect(200)
  const fresh = tokenIn(await mail.mailTo(first.email, /Confirm your email address/))
  expect(fresh).not.toBe(token)
  const [proof] = await Promise.all([
    api.http.post('/api/verify-email').send({ token: fresh, ...back }),
    sweep(),
  ])
  expect(await exists(api, first)).toBe(proof.status === 200)
  for (const person of people.slice(1)) expect(await exists(api, person)).toBe(false)
})

it('administrators and whoever is kept out do not lapse', async () => {
  const { api } = await withMail()
  const [boss, banned] = [await registered(api), await registered(api)]
  await api.services.administration.setRoles(boss.body.user.id, ['user', 'admin'])
  await api.services.administration.disable(banned.body.user.id)
  for (let i = 0; i < 3; i++) {
    api.clock.advance(30 * day)
    await api.services.lapse.sweep()
  }
  expect([await exists(api, boss), await exists(api, banned)]).toEqual([true, true])
})

it.each([
  ['the setting says so', { UNVERIFIED_ACCOUNT_EXPIRY: '0s' }],
  [
    'no mail is sent, so that nobody could prove anything',
    {
      NODE_ENV: 'production',
      EMBEDDED_DATABASE: 'allow',
      SMTP_URL: '',
      JWT_ACCESS_SECRET: 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1EuRi0ToWvBxN4M',
      JWT_REFRESH_SECRET: 'Zx5Cv8Bn1Mq4Wr7Et0Yu3Io6Pa9Sd2Fg5Hj8Kl1QwE',
    },
  ],
])('nobody lapses where %s', async (_, environment) => {
  const { api } = await withMail(environment)
  const person = await registered(api)
  for (let i = 0; i < 3; i++) {
    api.clock.advance(100 * day)
    await api.services.lapse.sweep()
  }
  expect(await exists(api, person)).toBe(true)
})

it('it happens by itself', async () => {
  const { api, mail } = await withMail()
  const person = await registered(api)
  api.clock.advance(29 * day)
  const environment = { SMTP_URL: mail.url }
  await apiForTest({ environment, mongoUri: api.mongoUri, clock: api.clock })
  await mail.mailTo(person.email, /to keep your account/)
})

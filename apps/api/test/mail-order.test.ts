import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { eventually, mailsSent } from './support/eventually.ts'
import { type MailServer, mailServer, tokenIn } from './support/mail-server.ts'
import { login, password, registered, somebody } from './support/people.ts'

const day = 86_400
const elsewhere = '198.51.100.7'

const mailing = (mail: MailServer) => ({ SMTP_URL: mail.url, TRUST_PROXY: '1' })

/** An API that queues mail and sends none, so that everything waits at once. */
const asking = (mail: MailServer, like?: TestApi) =>
  apiForTest({
    environment: mailing(mail),
    configure: (config) => ({ ...config, mail: { ...config.mail, pollMs: 100_000_000 } }),
    ...(like && { mongoUri: like.mongoUri, clock: like.clock }),
  })

/** Another that sends what waits there, one at a time, so that there is an order to see. */
const sending = (mail: MailServer, { mongoUri, clock }: TestApi) =>
  apiForTest({
    environment: mailing(mail),
    configure: (config) => ({ ...config, mail: { ...config.mail, atOnce: 1 } }),
    mongoUri,
    clock,
  })

const jobsOf = (api: TestApi) => api.services.database.connection.collection('mailJobs')
const from = (api: TestApi, ip: string, path: string, body: object) =>
  api.http.post(`/api/${path}`).set('X-Forwarded-For', ip).send(body)
const receivers = (mail: MailServer) => mail.received.map(({ to }) => to[0])

it.each<[string, (i: number) => string]>([
  ['one address', () => '203.0.113.1'],
  ['twenty networks of one customer', (i) => `2001:db8:1:${i.toString(16)}::1`],
])('twenty registrations from %s do not put off a reset that is asked for after them', async (_from, ip) => {
  const mail = await mailServer()
  const api = await asking(mail)
  const owner = await registered(api)
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => from(api, ip(i), 'register', somebody()).expect(201)),
  )
  await from(api, elsewhere, 'forgot-password', { email: owner.email }).expect(200)
  await sending(mail, api)
  await mailsSent(api)
  expect(mail.received).toHaveLength(22)
  // Behind one mail of each who came before.
  const reset = mail.received.findIndex(({ subject }) => /Reset your password/.test(subject))
  expect(reset).toBeGreaterThanOrEqual(0)
  expect(reset).toBeLessThan(3)
})

it('several processes keep to the same order, and each mail is sent once', async () => {
  const mail = await mailServer()
  mail.slownessMs = 20
  const api = await asking(mail)
  const owner = await registered(api)
  for (let i = 0; i < 12; i++) await from(api, '203.0.113.1', 'register', somebody()).expect(201)
  await from(api, elsewhere, 'forgot-password', { email: owner.email }).expect(200)
  await Promise.all([sending(mail, api), sending(mail, api)])
  await mailsSent(api)
  expect(mail.received).toHaveLength(14)
  expect(new Set(mail.received.map(({ to, subject }) => `${to} ${subject}`)).size).toBe(14)
  expect(mail.received.findIndex(({ subject }) => /Reset/.test(subject))).toBeLessThan(5)
})

it('a mail that was turned away goes behind what is asked for after it', async () => {
  const mail = await mailServer()
  mail.mood = 'busy'
  const first = await apiForTest({ environment: mailing(mail) })
  const turnedAway = await Promise.all(Array.from({ length: 4 }, () => registered(first)))
  await eventually(async () => expect(await jobsOf(first).countDocuments({ attempts: 1, rank: 1 })).toBe(4))
  await first.close()
  const api = await asking(mail, first)
  api.clock.advance(600)
  const person = somebody()
  await from(api, elsewhere, 'register', person).expect(201)
  mail.mood = 'accept'
  await sending(mail, api)
  await mailsSent(api)
  expect(receivers(mail)[0]).toBe(person.email)
  expect(receivers(mail).toSorted()).toEqual([person, ...turnedAway].map(({ email }) => email).toSorted())
})

it('a link that a stranger asked for late in their turn comes early once its owner asks', async () => {
  const mail = await mailServer()
  const api = await asking(mail)
  const owner = await registered(api)
  await jobsOf(api).deleteMany({})
  for (let i = 0; i < 10; i++) await from(api, '203.0.113.1', 'register', somebody()).expect(201)
  await from(api, '203.0.113.1', 'forgot-password', { email: owner.email }).expect(200)
  await from(api, elsewhere, 'forgot-password', { email: owner.email }).expect(200)
  await sending(mail, api)
  await mailsSent(api)
  expect(mail.received).toHaveLength(11)
  expect(receivers(mail).indexOf(owner.email)).toBeLessThan(2)
})

it('what was queued before there were turns is sent, and first', async () => {
  const mail = await mailServer()
  const api = await asking(mail)
  const people = await Promise.all(Array.from({ length: 3 }, () => registered(api)))
  const last = people[2]?.email ?? ''
  await jobsOf(api).updateOne({ email: last }, { $unset: { rank: 1, turnAt: 1, inVain: 1 } })
  await sending(mail, api)
  await mailsSent(api)
  expect(receivers(mail)[0]).toBe(last)
  expect(mail.received).toHaveLength(3)
})

it('registrations count among the mails that one address asks for', async () => {
  const api = await apiForTest({ environment: { TRUST_PROXY: '1', LIMIT_MAIL_PER_ADDRESS: '3/1h' } })
  const ask = (ip: string) => from(api, ip, 'forgot-password', { email: somebody().email })
  for (let i = 0; i < 2; i++) await from(api, '203.0.113.1', 'register', somebody()).expect(201)
  await ask('203.0.113.1').expect(200)
  await ask('203.0.113.1').expect(429)
  await from(api, '203.0.113.1', 'register', somebody()).expect(429)
  await ask(elsewhere).expect(200)
})

it('accounts made with tags of one mailbox do not fill it, and its owner still gets a link', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: mailing(mail) })
  const owner = somebody()
  const tagged = (i: number) => owner.email.replace('@', `+${i}@`)
  for (let i = 0; i < 15; i++)
    await from(api, `203.0.113.${i}`, 'register', { ...somebody(), email: tagged(i) }).expect(201)
  await mailsSent(api)
  expect(mail.received).toHaveLength(10)
  await from(api, elsewhere, 'register', owner).expect(201)
  await mail.mailTo(owner.email, /Confirm your email address/)
  // Whoever has shown that a tag is theirs is known, whatever others do.
  const confirmed = await mail.mailTo(tagged(0), /Confirm/)
  await api.http
    .post('/api/verify-email')
    .send({ token: tokenIn(confirmed), password })
    .expect(200)
  await from(api, elsewhere, 'forgot-password', { email: tagged(0) }).expect(200)
  await mail.mailTo(tagged(0), /Reset your password/)
  api.clock.advance(3600)
  await from(api, elsewhere, 'resend-verification', { email: tagged(14) }).expect(200)
  await mail.mailTo(tagged(14), /Confirm your email address/)
})

it('the link that puts an address back waits for no notice, and reminders wait for both', async () => {
  const mail = await mailServer()
  const first = await apiForTest({ environment: mailing(mail) })
  const owner = await registered(first)
  const users = first.services.database.connection.collection('users')
  await users.updateOne({ emailKey: owner.email }, { $set: { emailVerifiedAt: new Date() } })
  const asOwner = { Authorization: `Bearer ${owner.body.accessToken}` }
  await first.http
    .post('/api/change-email')
    .set(asOwner)
    .send({ email: `new-${owner.email}` })
    .expect(200)
  const token = tokenIn(await mail.mailTo(`new-${owner.email}`, /new email/))
  const others = await Promise.all(Array.from({ length: 8 }, () => registered(first)))
  await mailsSent(first)
  await first.close()
  mail.received.length = 0

  const api = await asking(mail, first)
  await api.services.database.connection
    .collection('users')
    .updateMany(
      { emailKey: { $in: others.map(({ email }) => email) } },
      { $set: { createdAt: new Date(api.clock.now().getTime() - 25 * day * 1000) } },
    )
  await api.services.lapse.sweep()
  await login(api, owner)
  await api.http.post('/api/confirm-email').set(asOwner).send({ token }).expect(200)
  expect(await jobsOf(api).countDocuments()).toBe(10)
  await sending(mail, api)
  await mailsSent(api)
  const subjects = mail.received.map(({ subject }) => subject)
  expect(subjects.findIndex((subject) => /was changed/.test(subject))).toBeLessThan(2)
  expect(subjects.findIndex((subject) => /A new device/.test(subject))).toBeLessThan(2)
  expect(subjects.slice(2).every((subject) => /to keep your account/.test(subject))).toBe(true)
})

it('the link that puts an address back is sent as long as it works, however long no mail goes out', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: mailing(mail) })
  const users = api.services.database.connection.collection('users')
  for (const days of [6, 8]) {
    mail.mood = 'accept'
    const owner = await registered(api)
    await users.updateOne({ emailKey: owner.email }, { $set: { emailVerifiedAt: new Date() } })
    const asOwner = { Authorization: `Bearer ${owner.body.accessToken}` }
    await api.http
      .post('/api/change-email')
      .set(asOwner)
      .send({ email: `new-${owner.email}` })
      .expect(200)
    const token = tokenIn(await mail.mailTo(`new-${owner.email}`, /new email/))
    await mailsSent(api)
    mail.received.length = 0
    mail.mood = 'busy'
    await api.http.post('/api/confirm-email').set(asOwner).send({ token }).expect(200)
    const postponed = { attempts: 1, rank: 1 }
    await eventually(async () => expect(await jobsOf(api).findOne()).toMatchObject(postponed))
    mail.mood = 'accept'
    api.clock.advance(days * day)
    const next = await registered(api)
    await mail.mailTo(next.email, /Confirm/)
    if (days === 6) {
      const undo = tokenIn(await mail.mailTo(owner.email, /was changed/))
      await api.http.post('/api/undo-email').send({ token: undo }).expect(200)
    } else {
      expect(mail.received.filter(({ to }) => to[0] === owner.email)).toEqual([])
    }
    await jobsOf(api).deleteMany({})
  }
})

import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { expect } from 'vitest'
import { MailRefused, mailFailure } from '../src/mail/mail-failure.ts'
import { apiForTest } from './support/api.ts'
import { eventually, mailsSent } from './support/eventually.ts'
import { mailServer } from './support/mail-server.ts'
import { copyOf, login, refresh, registered, somebody, verified } from './support/people.ts'
import { apiProcess, ready, temporaryFolder } from './support/process.ts'
import { lockOwner } from './support/refresh-lock.ts'
import { sideBySide as it } from './support/side-by-side.ts'

const jobsOf = (api: Awaited<ReturnType<typeof apiForTest>>) =>
  api.services.database.connection.collection('mailJobs')

it.each(['busy', 'refuse the sender', 'hang up', 'silence'] as const)(
  'a mail server that says "%s" delays nobody, and gets the mail again later',
  async (mood) => {
    const mail = await mailServer()
    mail.mood = mood
    const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
    const person = await registered(api)
    await eventually(async () =>
      expect(await jobsOf(api).findOne()).toMatchObject({ attempts: 1, dueAt: expect.any(Date) }),
    )
    await eventually(() => expect(api.logged()).toContain('a mail was not sent'), { interval: 50 })
    await login(api, person)
    mail.mood = 'accept'
    // Each attempt waits twice as long as the one before.
    api.clock.advance(5)
    await mail.mailTo(person.email, /Confirm your email address/)
    await mailsSent(api)
  },
  240_000,
)

it.each([
  ['refuse', '552 5.3.4'],
  ['refuse the recipient', '550 5.1.1'],
] as const)(
  'a mail that the server says "%s" to is not tried again, and the operator reads why',
  async ([mood, reply]) => {
    const mail = await mailServer()
    mail.mood = mood
    const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
    const person = await registered(api)
    await eventually(async () =>
      expect(await jobsOf(api).findOne()).toMatchObject({ attempts: 1, refusal: reply }),
    )
    const line = api
      .logged()
      .split('\n')
      .find((each) => each.includes('a mail was refused for good'))
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      level: 50,
      mail: 'verify_email',
      domain: 'example.com',
      reply,
    })
    expect(api.logged()).not.toContain(person.email)
    expect(api.logged()).not.toContain('a mail was not sent')

    // However long the server is willing again: what is sent next is another mail.
    mail.mood = 'accept'
    for (let i = 0; i < 3; i++) api.clock.advance(3600)
    await api.http.post('/api/forgot-password').send({ email: person.email }).expect(200)
    await mail.mailTo(person.email, /Reset your password/)
    expect(mail.received.map(({ subject }) => subject)).toEqual(['Reset your password'])

    // Nor after the day for which what can be sent is tried; and it keeps nobody from asking for the same again.
    api.clock.advance(2 * 86_400)
    await api.http.post('/api/resend-verification').send({ email: person.email }).expect(200)
    await mail.mailTo(person.email, /Confirm your email address/)
    await eventually(async () => expect(await jobsOf(api).countDocuments({ refusedAt: null })).toBe(0))
    expect(mail.received.map(({ subject }) => subject)).toHaveLength(2)
    expect(await jobsOf(api).countDocuments({ refusal: reply })).toBe(1)
  },
)

it('what is refused for the sake of its sender is sent once that is mended', async () => {
  const mail = await mailServer()
  mail.mood = 'refuse to relay'
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const person = await registered(api)
  await eventually(() => expect(api.logged()).toContain('Relay access denied'))
  expect(api.logged()).not.toContain('refused for good')
  mail.mood = 'accept'
  api.clock.advance(5)
  await mail.mailTo(person.email, /Confirm your email address/)
})

it.each([
  ['RCPT TO', '550 5.1.1 No such user', true],
  ['RCPT TO', '550-5.1.1 No such user\n550 5.1.1 Try another', true],
  ['RCPT TO', '556 5.1.10 The domain takes no mail', true],
  ['RCPT TO', '552 5.2.2 The mailbox is full', true],
  ['RCPT TO', '550 5.4.1 Recipient address rejected: Access denied', true],
  ['RCPT TO', '550 No such mailbox here', true],
  ['DATA', '552 5.3.4 Too long', true],
  ['DATA', '550 5.6.0 Broken headers', true],
  ['RCPT TO', '550 5.1.1 <a@b.example>: User unknown in relay recipient table', true],
  ['RCPT TO', '550 5.5.0 Requested action not taken: mailbox unavailable', true],
  ['RCPT TO', '550 <spam@relay.example>: no such user', true],
  ['RCPT TO', '553 sorry, no mailbox here by that name (#5.1.1)', true],
  ['RCPT TO', '550 Sender verify failed', false],
  ['RCPT TO', '550 SPF check failed', false],
  ['RCPT TO', '550 192.0.2.1 is in a black list at list.example', false],
  ['RCPT TO', '553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)', false],
  ['DATA', '550 5.7.0 Blocked', false],
  ['RCPT TO', '554 5.7.1 Relay access denied', false],
  ['RCPT TO', '550 relay not permitted', false],
  ['RCPT TO', '550 Relaying denied', false],
  ['RCPT TO', '554 Service unavailable; blocked using a list', false],
  ['RCPT TO', '550 5.7.1 Service unavailable, client host blocked', false],
  ['RCPT TO', '550 5.1.8 The domain of the sender does not exist', false],
  ['RCPT TO', '550 5.1.7 The address of the sender is none', false],
  ['RCPT TO', '530 5.7.0 Authentication required', false],
  ['RCPT TO', '503 5.5.1 Bad sequence of commands', false],
  ['DATA', '550-5.7.26 Nobody vouches for this mail', false],
  ['DATA', '554 5.3.2 The system takes no messages', false],
  ['DATA', '554 Transaction failed', false],
  ['MAIL FROM', '550 5.1.1 Sender unknown', false],
  ['RCPT TO', '450 4.2.0 Greylisted', false],
] as const)(
  'a mail to whose %s a server says "%s" is refused for good: %s',
  async ([command, response, isFinal]) => {
    const responseCode = Number(response.slice(0, 3))
    const thrown = Object.assign(new Error(response), { code: 'EENVELOPE', command, response, responseCode })
    expect(mailFailure(thrown) instanceof MailRefused).toBe(isFinal)
  },
)

it('what the mail server says of an address does not stand in the log in the clear', async () => {
  const mail = await mailServer()
  mail.mood = 'refuse the sender'
  const api = await apiForTest({
    environment: { SMTP_URL: mail.url, MAIL_FROM: 'Latchkey <postmaster@sender.example>' },
  })
  const person = await registered(api)
  await eventually(() => expect(api.logged()).toContain('a mail was not sent'))
  expect(api.logged()).toContain('5.7.1 sender not allowed here')
  expect(api.logged()).not.toContain(person.email)
  expect(api.logged()).not.toContain('postmaster@')
})

it('every mail says that a machine wrote it, so that no absence notice answers', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const person = await registered(api)
  await verified(api, mail, person)
  await api.http.post('/api/forgot-password').send({ email: person.email }).expect(200)
  await login(api, person)
  for (const subject of [/Confirm/, /Reset/, /A new device/]) {
    const { headers } = await mail.mailTo(person.email, subject)
    expect(headers).toMatch(/^Auto-Submitted: auto-generated$/m)
    expect(headers).toMatch(/^X-Auto-Response-Suppress: All$/m)
  }
})

it('a mail server that offers no encryption gets no mail over the network', async () => {
  const mail = await mailServer()
  // As for a server elsewhere; on loopback alone it would not be asked for.
  const api = await apiForTest({ environment: { SMTP_URL: `${mail.url}?requireTLS=true` } })
  const person = await registered(api)
  await eventually(() => expect(api.logged()).toContain('a mail was not sent'))
  expect(api.logged()).toContain('requireTLS=false would send in the clear')
  expect(mail.offered).toBe(0)
  expect(await jobsOf(api).findOne()).toMatchObject({ email: person.email, refusedAt: null })
})

it('a mail server that offers encryption gets it encrypted, if it can show who it is', async () => {
  const mail = await mailServer(0, { startTls: true })
  const stranger = await apiForTest({ environment: { SMTP_URL: `${mail.url}?requireTLS=true` } })
  await registered(stranger)
  await eventually(() => expect(stranger.logged()).toContain('a mail was not sent'))
  expect(stranger.logged()).toMatch(/certificate/)
  expect(mail.offered).toBe(0)
  // As if it were known: its certificate is made for tests.
  const trusting = `${mail.url}?requireTLS=true&tls.rejectUnauthorized=false`
  const api = await apiForTest({ environment: { SMTP_URL: trusting } })
  const person = await registered(api)
  expect((await mail.mailTo(person.email, /Confirm/)).encrypted).toBe(true)
})

it('a mail server that nobody can reach loses nothing, and an hour later it is still tried', async () => {
  const gone = await mailServer()
  const url = gone.url.replace(/:\d+$/, ':1') // nothing listens there
  const api = await apiForTest({ environment: { SMTP_URL: url } })
  const job = async () => await jobsOf(api).findOne({}, { sort: { createdAt: 1 } })
  await registered(api)
  for (const attempts of [1, 2, 3, 4, 5, 6, 7]) {
    await eventually(async () => expect((await job())?.attempts).toBe(attempts))
    const dueAt = api.clock.now().getTime() + 5000 * 2 ** (attempts - 1)
    await eventually(async () => expect((await job())?.dueAt.getTime()).toBe(dueAt))
    api.clock.advance(5 * 2 ** (attempts - 1))
  }
  api.clock.advance(24 * 3600)
  // By now nobody wants to read it any more, and what was queued later is what is tried.
  const { email } = await registered(api)
  await eventually(async () => expect(await jobsOf(api).findOne({ email })).toMatchObject({ attempts: 1 }))
  expect((await job())?.attempts).toBeLessThanOrEqual(8)
})

it('a flood of sign-ins is a handful of notices, and a link overtakes them', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const person = await registered(api)
  await mail.mailTo(person.email, /Confirm your email address/)
  await api.services.database.connection
    .collection('users')
    .updateOne({ emailKey: person.email }, { $set: { emailVerifiedAt: new Date() } })
  // Nothing is sent while they come in, so that everything is in the queue at once.
  mail.mood = 'hang up'
  const userId = person.body.user.id
  for (let i = 0; i < 60; i++)
    await api.services.events.record({
      kind: 'new_device',
      userId,
      sessionId: null,
      device: { userAgent: `agent-${i}`, ip: '203.0.113.7' },
    })
  await api.http.post('/api/forgot-password').send({ email: person.email }).expect(200)
  await api.http.post('/api/forgot-password').send({ email: person.email.toUpperCase() }).expect(200)
  const queued = await jobsOf(api).find().toArray()
  expect(queued.filter(({ kind }) => kind === 'new_device')).toHaveLength(5)
  expect(queued.filter(({ kind }) => kind === 'reset_password')).toHaveLength(1)

  await eventually(async () => expect(await jobsOf(api).countDocuments({ attempts: 0 })).toBe(0))
  const before = mail.received.length
  mail.mood = 'accept'
  api.clock.advance(200)
  await mail.mailTo(person.email, /Reset your password/)
  await eventually(() => expect(mail.received.length).toBe(before + 6))
  const subjects = mail.received.slice(before).map(({ subject }) => subject)
  expect(subjects.indexOf('Reset your password')).toBeLessThan(2)
  // The next hour has an allowance of its own.
  api.clock.advance(3600)
  await api.services.events.record({
    kind: 'new_device',
    userId,
    sessionId: null,
    device: { userAgent: 'later', ip: '203.0.113.7' },
  })
  await eventually(() => expect(mail.received.length).toBe(before + 7))
})

it('a slow mail server delays no request', async () => {
  const mail = await mailServer()
  let release = () => {}
  mail.held = new Promise((done) => (release = done))
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const person = await registered(api)
  await eventually(() => expect(mail.offered).toBe(1))
  for (let i = 0; i < 3; i++)
    await api.http.post('/api/forgot-password').send({ email: person.email }).expect(200)
  expect(mail.received).toEqual([])
  release()
  await mail.mailTo(person.email, /Confirm your email address/)
})

it('of several processes one sends each mail', async () => {
  const mail = await mailServer()
  mail.slownessMs = 20
  const environment = { SMTP_URL: mail.url }
  const first = await apiForTest({ environment })
  const others = [
    await apiForTest({ environment, mongoUri: first.mongoUri, clock: first.clock }),
    await apiForTest({ environment, mongoUri: first.mongoUri, clock: first.clock }),
  ]
  const people = await Promise.all(Array.from({ length: 12 }, () => registered(first)))
  await mailsSent(first)
  expect(mail.received.map(({ to }) => to[0]).toSorted()).toEqual(people.map(({ email }) => email).toSorted())
  expect(others).toHaveLength(2)
})

it('a mail whose process died is sent by another once its time is up', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const person = await registered(api)
  await mail.mailTo(person.email, /Confirm/)
  mail.received.length = 0
  // As a process leaves it that took the mail and was killed.
  const inTwoMinutes = new Date(api.clock.now().getTime() + 120_000)
  const job = {
    kind: 'verify_email',
    email: person.email,
    device: '',
    ip: '',
    attempts: 1,
    dueAt: inTwoMinutes,
  }
  await jobsOf(api).insertOne({
    ...job,
    createdAt: api.clock.now(),
    expiresAt: new Date(api.clock.now().getTime() + 86_400_000),
  })
  // What is queued after it is sent before it.
  const later = await registered(api)
  await mail.mailTo(later.email, /Confirm/)
  expect(mail.received.map(({ to }) => to)).toEqual([[later.email]])
  api.clock.advance(120)
  await mail.mailTo(person.email, /Confirm/)
})

it('killed between sending and noting it, nothing is sent twice but the mails in flight', async () => {
  const mail = await mailServer()
  mail.slownessMs = 150
  const atOnce = 4
  const environment = { MONGO_URI: testDatabaseUri(), DATA_DIR: temporaryFolder(), SMTP_URL: mail.url }
  const first = await apiProcess(environment)
  await ready(first)
  const people = Array.from({ length: 8 }, somebody)
  for (const person of people)
    await fetch(`${first.url}/api/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(person),
    })
  await eventually(() => expect(mail.offered).toBeGreaterThanOrEqual(4), { interval: 5 })
  first.child.kill('SIGKILL')
  await first.exited
  const second = await apiProcess(environment)
  await ready(second)
  // All but at most those in flight, which wait until their time is up.
  await eventually(() =>
    expect(new Set(mail.received.map(({ to }) => to[0])).size).toBeGreaterThanOrEqual(people.length - atOnce),
  )
  await new Promise((done) => setTimeout(done, 1500))
  const counts = people.map(({ email }) => mail.received.filter(({ to }) => to[0] === email).length)
  expect(counts.every((count) => count <= 1)).toBe(true)
  expect(mail.offered - mail.received.length).toBeLessThanOrEqual(atOnce)
}, 240_000)

it('the owner is told of a new device and of a copied session', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const owner = lockOwner()
  const person = await registered(api, owner.signIn)
  await verified(api, mail, person)
  await login(api, person, {
    'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0',
  })
  const notice = await mail.mailTo(person.email, /A new device signed in/)
  expect(notice.text).toContain('Firefox on Linux (127.0.0.1) signed in to your account')

  for (let i = 0; i < 3; i++) await refresh(api, copyOf(person.jar)).expect(403)
  await mail.mailTo(person.email, /A copy of your session was refused/)
  await mailsSent(api)
  expect(mail.received.filter(({ subject }) => /copy/.test(subject))).toHaveLength(1)
})

it('the owner is told that a session was ended because its token was used twice', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const person = await registered(api)
  await verified(api, mail, person)
  await refresh(api, person.jar).expect(200)
  api.clock.advance(11) // past the leeway
  // However many try at once.
  const copies = Array.from({ length: 30 }, () =>
    refresh(api, person.jar, { 'User-Agent': 'curl/8.4.0' }).expect(403),
  )
  await Promise.all(copies)
  const { text } = await mail.mailTo(person.email, /One of your sessions was ended/)
  expect(text).toContain('curl (127.0.0.1) showed a refresh token that had been used before')
  await mailsSent(api)
  expect(mail.received.filter(({ subject }) => /was ended/.test(subject))).toHaveLength(1)
})

it('nothing that a stranger writes becomes HTML in a mail', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const person = await registered(api)
  await verified(api, mail, person)
  await login(api, person, {
    'User-Agent': 'Your mailbox is full. Sign in at https://evil.example/now/1 <img/src=x>',
  })
  const { html, text } = await mail.mailTo(person.email, /A new device/)
  expect(html).not.toContain('<img')
  expect(text).not.toMatch(/evil|mailbox/)
  expect(text).toContain('Unknown device')
})

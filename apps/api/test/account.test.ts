import { slug } from '@latchkey/brand'
import { mongo } from 'mongoose'
import { expect, it } from 'vitest'
import { apiForTest } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { mailServer, tokenIn } from './support/mail-server.ts'
import {
  login,
  protectedWith,
  refresh,
  registered,
  renewed,
  type SignedInPerson,
  setCookies,
  verified,
} from './support/people.ts'

async function withMail() {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const as = ({ body }: SignedInPerson) => ({ Authorization: `Bearer ${body.accessToken}` })
  return { api, mail, as }
}

it('an address changes once it is confirmed from there, and the old one is told', async () => {
  const { api, mail, as } = await withMail()
  const person = await registered(api)
  await verified(api, mail, person)
  const address = `new-${person.email}`
  const ask = (body: object) => api.http.post('/api/change-email').set(as(person)).send(body)
  const wrong = await ask({ email: address, password: 'wrong wrong' })
  expect(wrong.status).toBe(400)
  expect(wrong.body.errors[0].path).toBe('password')
  await ask({ email: address, password: person.password }).expect(200)
  expect((await api.http.get('/api/me').set(as(person))).body.user.email).toBe(person.email)

  const token = tokenIn(await mail.mailTo(address, /Confirm your new email/))
  await api.http.post('/api/confirm-email').set(as(person)).send({ token }).expect(200)
  expect((await api.http.get('/api/me').set(as(await renewed(api, person)))).body.user).toMatchObject({
    email: address,
    emailVerified: true,
  })
  await mail.mailTo(person.email, /Your email address was changed/)
  const again = await api.http
    .post('/api/confirm-email')
    .set(as(await renewed(api, person)))
    .send({ token })
  expect(again.body.code).toBe('token_used')
})

it('an address that somebody took in the meantime is a 409, and nothing changes', async () => {
  const { api, mail, as } = await withMail()
  const person = await registered(api)
  const address = `new-${person.email}`
  await api.http
    .post('/api/change-email')
    .set(as(person))
    .send({ email: address, password: person.password })
    .expect(200)
  const token = tokenIn(await mail.mailTo(address, /Confirm your new email/))
  await api.http
    .post('/api/register')
    .send({ username: 'the-quicker', email: address, password: 'correct horse battery' })
    .expect(201)
  const late = await api.http.post('/api/confirm-email').set(as(person)).send({ token })
  expect(late.status).toBe(409)
  expect(late.body.code).toBe('email_taken')
  const early = await api.http
    .post('/api/change-email')
    .set(as(person))
    .send({ email: address, password: person.password })
  expect(early.status).toBe(409)
  expect((await api.http.get('/api/me').set(as(person))).body.user.email).toBe(person.email)

  // The link came to nothing through no fault of its owner: it works once the address is free again.
  const credentials = { username: 'the-quicker', email: address, password: 'correct horse battery' }
  const quicker = await login(api, credentials)
  await api.http.delete('/api/me').set(as(quicker)).send({ password: 'correct horse battery' }).expect(204)
  await api.http.post('/api/confirm-email').set(as(person)).send({ token }).expect(200)
  expect((await api.http.get('/api/me').set(as(await renewed(api, person)))).body.user.email).toBe(address)
})

it('the capitals of an address can be put right, also of an account from before changes were counted', async () => {
  const { api, mail, as } = await withMail()
  const person = await registered(api)
  const users = api.services.database.connection.collection('users')
  await users.updateOne({ emailKey: person.email }, { $unset: { passwordChanges: '' } })
  const email = person.email.replace('ada', 'Ada')
  await api.http
    .post('/api/change-email')
    .set(as(person))
    .send({ email, password: person.password })
    .expect(200)
  const token = tokenIn(await mail.mailTo(email, /Confirm your new email/))
  await api.http.post('/api/confirm-email').set(as(person)).send({ token }).expect(200)
  expect((await api.http.get('/api/me').set(as(await renewed(api, person)))).body.user.email).toBe(email)
})

it('a username changes for whoever has signed in lately, unless it is taken or a wrong password is sent', async () => {
  const { api, as } = await withMail()
  const [person, other] = [await registered(api), await registered(api)]
  const rename = (username: string, password = person.password) =>
    api.http.patch('/api/me').set(as(person)).send({ username, password })
  const name = `${person.username}-2`
  expect((await rename(name).expect(200)).body.user.username).toBe(name)
  expect((await rename(other.username.toUpperCase())).body.code).toBe('username_taken')
  await rename('a@b').expect(400)
  const wrong = await rename(`${name}-3`, 'not the password')
  expect(wrong.status).toBe(400)
  expect(wrong.body.errors[0].path).toBe('password')
  await api.http
    .patch('/api/me')
    .set(as(person))
    .send({ roles: ['admin'], username: name, password: person.password })
    .expect(400)
  // The next refresh carries the new name.
  const refreshed = await refresh(api, person.jar).expect(200)
  expect((await protectedWith(api, refreshed.body.accessToken)).body.user.username).toBe(name)

  // Ten tries in an hour, of which two went to the names above.
  const statuses: number[] = []
  for (let i = 0; i < 9; i++) statuses.push((await rename(`${name}-${i}`)).status)
  expect(statuses).toEqual([...Array(8).fill(200), 429])
})

it('deleting the account asks for the password, ends everything and removes the data', async () => {
  const { api, mail, as } = await withMail()
  const person = await registered(api)
  await verified(api, mail, person)
  const other = await login(api, person)
  const remove = (password: string) => api.http.delete('/api/me').set(as(person)).send({ password })
  expect((await remove('wrong wrong')).status).toBe(400)
  await protectedWith(api, other.body.accessToken).expect(200)

  const removed = await remove(person.password)
  expect(removed.status).toBe(204)
  expect(setCookies(removed).map((cookie) => cookie.split('=', 1)[0])).toEqual([
    'latchkey.refreshToken',
    'latchkey.session',
  ])
  for (const { body, jar } of [person, other]) {
    await protectedWith(api, body.accessToken).expect(401)
    await refresh(api, jar).expect(403)
  }
  await mail.mailTo(person.email, /Your account was deleted/)
  const { db } = api.services.database.connection
  const left = (name: string) => db?.collection(name).countDocuments()
  for (const name of ['users', 'securityEvents', 'actionTokens']) expect(await left(name), name).toBe(0)
  // A job goes once its mail is out.
  await eventually(async () => expect(await left('mailJobs')).toBe(0))
  // The name and the address are free again.
  await api.http
    .post('/api/register')
    .send({ username: person.username, email: person.email, password: person.password })
    .expect(201)
})

it('everything that is kept can be downloaded, and holds no secret', async () => {
  const { api, as } = await withMail()
  const person = await registered(api)
  const response = await api.http.get('/api/me/export').set(as(person))
  expect(response.status).toBe(200)
  expect(response.headers['content-disposition']).toBe(`attachment; filename=${slug}-account.json`)
  expect(response.body).toMatchObject({
    user: person.body.user,
    sessions: [{ id: person.sessionId, current: true }],
    knownDevices: [{ lastSeenAt: api.clock.now().toISOString() }],
    activity: [{ kind: 'registered' }],
  })
  expect(response.text).not.toMatch(/passwordHash|lock|consumed|\$2b\$/)
})

it('of the events of an account the newest thousand are kept, and the download has them all', async () => {
  const { api, as } = await withMail()
  const person = await registered(api)
  const userId = person.body.user.id
  const collection = api.services.database.connection.collection('securityEvents')
  const now = api.clock.now().getTime()
  const events = Array.from({ length: 5000 }, (_, i) => ({
    _id: `event-${i}`,
    userId: new mongo.ObjectId(userId),
    kind: 'signed_in',
    at: new Date(now - 5000 + i),
    sessionId: null,
    ip: '203.0.113.7',
    userAgent: '',
    expiresAt: new Date(now + 86_400_000),
  }))
  await collection.insertMany(events as never[])
  const device = { userAgent: '', ip: '' }
  for (let i = 0; i < 16; i++)
    await api.services.events.record({ kind: 'signed_in', userId, sessionId: null, device })
  expect(await collection.countDocuments({ userId: new mongo.ObjectId(userId) })).toBeLessThan(1020)

  const { body } = await api.http.get('/api/me/export').set(as(person)).expect(200)
  expect(body.activity).toHaveLength(1000)
  expect(body.activity[0].at).toBe(api.clock.now().toISOString())
})

it('guessing the password at an open screen is cut off', async () => {
  const { api, as } = await withMail()
  const person = await registered(api)
  const statuses: number[] = []
  for (let i = 0; i < 12; i++)
    statuses.push(
      (
        await api.http
          .delete('/api/me')
          .set(as(person))
          .send({ password: `guess ${i}` })
      ).status,
    )
  expect(statuses).toEqual([...Array(10).fill(400), 429, 429])
})

it('whoever knows the password may look for a new one as often as it takes', async () => {
  const { api, as } = await withMail()
  const person = await registered(api)
  const change = (newPassword: string) =>
    api.http
      .post('/api/change-password')
      .set(as(person))
      .send({ currentPassword: person.password, newPassword })
  for (let i = 0; i < 11; i++) expect((await change('password1')).body.errors[0].path).toBe('newPassword')
  await change('a new and better one').expect(200)
})

it('the account knows when its password was last set, where it was kept', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const bearer = { Authorization: `Bearer ${person.body.accessToken}` }
  const changedAt = async () => (await api.http.get('/api/passkeys').set(bearer)).body.passwordChangedAt
  expect(await changedAt()).toBe(person.body.user.createdAt)
  api.clock.advance(60)
  await api.http
    .post('/api/change-password')
    .set(bearer)
    .send({ currentPassword: person.password, newPassword: 'a new and better one' })
    .expect(200)
  expect(await changedAt()).toBe(api.clock.now().toISOString())
  const exported = await api.http.get('/api/me/export').set(bearer).expect(200)
  expect(exported.body).toMatchObject({
    passwordChangedAt: await changedAt(),
    lastSeenAt: expect.any(String),
  })
  const users = api.services.database.connection.collection('users')
  await users.updateOne({ emailKey: person.email }, { $unset: { passwordChangedAt: 1 } })
  expect(await changedAt()).toBeNull()
})

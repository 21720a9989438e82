import { Types } from 'mongoose'
import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { linkIn, type MailServer, mailServer, tokenIn } from './support/mail-server.ts'
import {
  login,
  protectedWith,
  refresh,
  registered,
  renewed,
  type SignedInPerson,
  somebody,
  stored,
  verified,
} from './support/people.ts'

const day = 86_400

async function withMail() {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  return { api, mail }
}
type World = { api: TestApi; mail: MailServer }

const post = (api: TestApi, path: string, body: object, as?: SignedInPerson) =>
  api.http
    .post(`/api${path}`)
    .set(as ? { Authorization: `Bearer ${as.body.accessToken}` } : {})
    .send(body)

/** Changes the address as whoever has the password can, whose access token ends with it. */
async function moveTo({ api, mail }: World, person: SignedInPerson, email: string) {
  await post(api, '/change-email', { email, password: person.password }, person).expect(200)
  const token = tokenIn(await mail.mailTo(email, /Confirm your new email/))
  await post(api, '/confirm-email', { token }, person).expect(200)
  Object.assign(person, await renewed(api, person))
}

/** The token in the notice to an address that was in use before. */
const undoTokenOf = async (mail: MailServer, email: string) =>
  tokenIn(await mail.mailTo(email, /Your email address was changed/))

it('a changed address is put back by the link in the notice to the old one, once', async () => {
  const world = await withMail()
  const { api, mail } = world
  const owner = await registered(api)
  await verified(api, mail, owner)
  // Somebody knows the password.
  const thief = await login(api, owner)
  const evil = somebody().email
  await moveTo(world, thief, evil)

  const notice = await mail.mailTo(owner.email, /Your email address was changed/)
  expect(linkIn(notice)).toMatch(/^http:\/\/localhost:4000\/undo-email#token=[\w-]{43}$/)
  const token = tokenIn(notice)
  const undone = await post(api, '/undo-email', { token })
  expect(undone.status).toBe(200)
  expect(undone.body).toEqual({
    message: expect.any(String),
    resetToken: expect.stringMatching(/^[\w-]{43}$/),
  })

  // Every session is over, and the password the thief knew opens nothing.
  for (const { body, jar } of [owner, thief]) {
    await protectedWith(api, body.accessToken).expect(401)
    await refresh(api, jar).expect(403)
  }
  for (const email of [owner.email, owner.username, evil])
    await post(api, '/login', { email, password: owner.password }).expect(401)
  const password = 'a new and better one'
  await post(api, '/reset-password', { token: undone.body.resetToken, password }).expect(200)
  const back = await login(api, { ...owner, password })
  expect(back.body.user).toMatchObject({ email: owner.email, emailVerified: true })

  expect((await post(api, '/undo-email', { token })).body.code).toBe('token_used')
  expect((await api.services.events.page(owner.body.user.id)).events.map(({ kind }) => kind)).toContain(
    'email_change_undone',
  )
  // Should it have been the other way round, the address that was put away hears of it.
  await mail.mailTo(evil, /was undone/)
})

it('what the thief had asked for ends with it', async () => {
  const world = await withMail()
  const { api, mail } = world
  const owner = await registered(api)
  await verified(api, mail, owner)
  const [first, second] = [somebody().email, somebody().email]
  await moveTo(world, owner, first)
  await post(api, '/forgot-password', { email: first }).expect(200)
  const reset = tokenIn(await mail.mailTo(first, /Reset your password/))
  await post(api, '/change-email', { email: second, password: owner.password }, owner).expect(200)
  const change = tokenIn(await mail.mailTo(second, /Confirm your new email/))

  await post(api, '/undo-email', { token: await undoTokenOf(mail, owner.email) }).expect(200)
  const password = 'a password of the thief'
  await post(api, '/reset-password', { token: reset, password }).expect(400)
  await post(api, '/confirm-email', { token: change, password: owner.password }).expect(400)
  expect((await stored(api, owner)).username).toBe(owner.username)
})

it('of several changes the first can be undone, whatever whoever made them undoes', async () => {
  const world = await withMail()
  const { api, mail } = world
  const owner = await registered(api)
  await verified(api, mail, owner)
  const [first, second] = [somebody().email, somebody().email]
  await moveTo(world, owner, first)
  const ownersLink = await undoTokenOf(mail, owner.email)
  await moveTo(world, owner, second)
  const thiefsLink = await undoTokenOf(mail, first)

  const undone = await post(api, '/undo-email', { token: thiefsLink }).expect(200)
  const password = 'a password of the thief'
  await post(api, '/reset-password', { token: undone.body.resetToken, password }).expect(200)
  await post(api, '/undo-email', { token: ownersLink }).expect(200)
  expect((await stored(api, owner)).username).toBe(owner.username)
  await post(api, '/login', { email: owner.email, password }).expect(401)
})

it('once the first change is undone, no link to a later address brings that one back', async () => {
  const world = await withMail()
  const { api, mail } = world
  const owner = await registered(api)
  await verified(api, mail, owner)
  const [first, second] = [somebody().email, somebody().email]
  await moveTo(world, owner, first)
  const ownersLink = await undoTokenOf(mail, owner.email)
  await moveTo(world, owner, second)
  const thiefsLink = await undoTokenOf(mail, first)
  await post(api, '/undo-email', { token: ownersLink }).expect(200)
  expect((await post(api, '/undo-email', { token: thiefsLink })).body.code).toBe('token_invalid')
  expect((await stored(api, owner)).email).toBe(owner.email)
  // The later ones are free again for whoever has them.
  await post(api, '/register', { ...somebody(), email: first }).expect(201)
})

it('the link works for seven days, and so long nobody else gets the address', async () => {
  const world = await withMail()
  const { api, mail } = world
  const owner = await registered(api)
  await verified(api, mail, owner)
  const email = somebody().email
  await moveTo(world, owner, email)
  const token = await undoTokenOf(mail, owner.email)
  const taken = () => post(api, '/register', { ...somebody(), email: owner.email.toUpperCase() })
  expect((await taken()).body.code).toBe('email_taken')
  const other = await registered(api)
  const wanted = { email: owner.email, password: other.password }
  expect((await post(api, '/change-email', wanted, other)).body.code).toBe('email_taken')
  api.clock.advance(7 * day - 1)
  expect((await taken()).body.code).toBe('email_taken')
  api.clock.advance(1)
  expect((await post(api, '/undo-email', { token })).body.code).toBe('token_expired')
  await taken().expect(201)
  expect((await stored(api, { ...owner, email })).username).toBe(owner.username)
})

it('somebody who moves back by themselves needs no link, and the old one does nothing', async () => {
  const world = await withMail()
  const { api, mail } = world
  const owner = await registered(api)
  await verified(api, mail, owner)
  const email = somebody().email
  await moveTo(world, owner, email)
  const token = await undoTokenOf(mail, owner.email)
  await moveTo(world, owner, owner.email)
  expect((await post(api, '/undo-email', { token })).body.code).toBe('token_invalid')
  await protectedWith(api, owner.body.accessToken).expect(200)
})

it('however often a thief changes the address, the owner’s rests', async () => {
  const world = await withMail()
  const { api, mail } = world
  const owner = await registered(api)
  await verified(api, mail, owner)
  const { accounts } = api.services
  const { _id, passwordChanges } = (await accounts.credentials(owner.body.user.id)) ?? {}
  if (!_id) throw new Error('no such user')
  await moveTo(world, owner, somebody().email)
  for (let i = 0; i < 30; i++) await accounts.changeEmail(_id, somebody().email, passwordChanges ?? 0)
  await post(api, '/register', { ...somebody(), email: owner.email }).expect(409)
  await post(api, '/undo-email', { token: await undoTokenOf(mail, owner.email) }).expect(200)
  expect((await stored(api, owner)).heldEmails).toHaveLength(1)
})

it('an address that was never proved is free at once, and is told nothing: it may be a stranger’s', async () => {
  const world = await withMail()
  const { api, mail } = world
  const person = await registered(api)
  await moveTo(world, person, somebody().email)
  await post(api, '/register', { ...somebody(), email: person.email }).expect(201)
  expect(mail.received.filter(({ subject }) => /was changed/.test(subject))).toEqual([])
})

it('of two who press in the same instant one has it put back', async () => {
  const world = await withMail()
  const { api, mail } = world
  const owner = await registered(api)
  await verified(api, mail, owner)
  await moveTo(world, owner, somebody().email)
  const token = await undoTokenOf(mail, owner.email)
  const answers = await Promise.all([1, 2, 3].map(() => post(api, '/undo-email', { token })))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400])
})

it('changed and deleted at once, the old address hears of it, and there is nothing to put back', async () => {
  const { api, mail } = await withMail()
  const owner = await registered(api)
  await verified(api, mail, owner)
  const { id } = owner.body.user
  await api.http
    .delete('/api/me')
    .set('Authorization', `Bearer ${owner.body.accessToken}`)
    .send({ password: owner.password })
    .expect(204)
  // The notice of a change that was still on its way.
  const email = `old-${owner.email}`
  const now = api.clock.now()
  const times = {
    createdAt: now,
    dueAt: now,
    expiresAt: new Date(now.getTime() + day * 1000),
    refusedAt: null,
  }
  const job = { kind: 'email_changed', userId: new Types.ObjectId(id), email, awaited: false, attempts: 0 }
  await api.services.database.connection.collection('mailJobs').insertOne({ ...job, ...times })
  const told = await mail.mailTo(email, /Your account was deleted/)
  expect(told.text).not.toContain('#token=')
  const links = api.services.database.connection.collection('actionTokens')
  expect(await links.countDocuments({ kind: 'undo_email' })).toBe(0)
})

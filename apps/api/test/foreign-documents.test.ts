import { createHash, randomBytes } from 'node:crypto'
import { routes } from '@latchkey/contracts'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import mongoose from 'mongoose'
import { expect, it } from 'vitest'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { eventually, mailsSent } from './support/eventually.ts'
import {
  call,
  complaintsOf,
  fieldsOf,
  foreigner,
  Refused,
  type Way,
  ways,
  worldForTest,
} from './support/foreign.ts'
import { password, protectedWith, registered } from './support/people.ts'
import { apiProcess } from './support/process.ts'
import { sideBySide } from './support/side-by-side.ts'

const { ObjectId } = mongoose.mongo
const bothWays = Object.keys(ways) as Way[]
const collectionOf = (api: TestApi, name: string) => api.services.database.connection.collection(name)

async function withUsers(documents: object[]): Promise<string> {
  const uri = testDatabaseUri()
  const connection = await mongoose.createConnection(uri).asPromise()
  await connection.collection('users').insertMany(documents as never[])
  await connection.close()
  return uri
}

sideBySide('users who cannot be told apart stop the start, with their ids and what to do', async () => {
  const [one, two, three, four] = Array.from({ length: 4 }, () => new ObjectId())
  const uri = await withUsers([
    { _id: one, username: 'ada', email: 'ada@example.com' },
    { _id: two, username: 'grace', email: 'grace@example.com', emailKey: null },
    { _id: three, usernameKey: 'x', emailKey: 'same@example.com' },
    { _id: four, usernameKey: 'y', emailKey: 'same@example.com' },
  ])
  const api = await apiProcess({ MONGO_URI: uri })
  expect(await api.exited).toBe(1)
  const output = api.output()
  expect(output).toMatch(/emailKey: these documents lack it: \w{24}, \w{24}/)
  expect(output).toMatch(`share "same@example.com": ${three}, ${four}`)
  for (const id of [one, two]) expect(output).toMatch(String(id))
  expect(output).toMatch('start again')
  expect(output).not.toMatch('cannot be reached')
})

it('one user without a key is no reason to stop', async () => {
  const uri = await withUsers([{ username: 'ada', email: 'ada@example.com' }])
  const api = await startApi({ mongoUri: uri })
  await api.http.get('/api/health/ready').expect(200)
  await api.close()
})

it('every kind of document is looked at here or in foreign-users.test.ts, so that a new one is not forgotten', async () => {
  const { services } = await apiForTest()
  expect(Object.keys(services.database.connection.models).sort()).toEqual([
    'ActionToken',
    'HashCost',
    'MailJob',
    'NoticeCap',
    'PasskeyChallenge',
    'RateLimit',
    'Revocation',
    'SecurityEvent',
    'SignInAttempt',
    'User',
  ])
})

it('somebody whose id is none of ours is nobody, and is in nobody’s way', async () => {
  const world = await worldForTest()
  const { api, admin } = world
  const who = await foreigner(world, { emailVerifiedAt: null })
  const users = collectionOf(api, 'users')
  const document = await users.findOneAndDelete({ _id: who._id })
  await users.insertOne({ ...document, _id: 'someone' } as never)
  const login = call(world, routes.login, { body: { email: who.email, password } })
  await expect(login).rejects.toThrow('401 invalid_credentials')
  await call(world, routes.forgotPassword, { body: { email: who.email } })
  const found = await call(world, routes.findUsers, { token: admin })
  expect(JSON.stringify(found)).not.toContain(who.email)
  await mailsSent(api)

  const next = await foreigner(world, { emailVerifiedAt: null })
  api.clock.advance(25 * 86_400)
  await api.services.lapse.sweep()
  await world.mail.mailTo(next.email, /to keep your account/)
  api.clock.advance(25 * 86_400)
  await api.services.lapse.sweep()
  expect(await users.distinct('email', { emailKey: who.email })).toEqual([who.email])
  expect(complaintsOf(api)).toEqual([])
})

it('an event that does not say what happened, or when, is passed over; others lack what they lack', async () => {
  const world = await worldForTest()
  const who = await foreigner(world)
  const events = collectionOf(world.api, 'securityEvents')
  const event = { userId: who._id, kind: 'signed_in', at: new Date(), sessionId: new ObjectId() }
  const whole = { ...event, ip: '192.0.2.1', userAgent: 'curl/8', expiresAt: new Date(Date.now() + 1e7) }
  const shown: string[] = []
  for (const way of bothWays)
    for (const field of fieldsOf(world.api, 'SecurityEvent')) {
      const _id = `${field} ${way}`
      await events.insertOne({ ...whole, _id } as never)
      if (field !== '_id') await events.updateOne({ _id: _id as never }, ways[way](field))
      if (!['userId', 'kind', 'at'].includes(field)) shown.push(_id)
    }
  await events.insertOne({ ...whole, kind: 'of another version' })
  const { insertedId } = await events.insertOne({ ...whole })
  shown.push(insertedId.toHexString())
  const { events: listed } = await call(world, routes.activity, who)
  const { activity } = await call(world, routes.exportMe, who)
  for (const list of [listed, activity])
    expect(list.map(({ id }: { id: string }) => id).sort()).toEqual(shown.toSorted())
  expect(complaintsOf(world.api)).toEqual([])
})

it('without any one field, a link works or is refused', async () => {
  const world = await worldForTest()
  const tokens = collectionOf(world.api, 'actionTokens')
  const used = await tokens.findOne({ kind: 'confirm_new_email' })
  const refused = new Map<string, string[]>()
  const deeds = {
    verify_email: routes.verifyEmail,
    confirm_new_email: routes.confirmEmail,
    reset_password: routes.resetPassword,
    undo_email: routes.undoEmail,
  }
  const lanes = fieldsOf(world.api, 'ActionToken')
    .filter((field) => field !== '_id')
    .flatMap((field) => bothWays.map((way) => [field, way] as const))
    .map(async ([field, way]) => {
      for (const [kind, route] of [...Object.entries(deeds), ['verify_email', routes.disownEmail] as const]) {
        const proved = kind === 'verify_email' ? { emailVerifiedAt: null } : {}
        const who = await foreigner(world, { ...proved, passwordChanges: 0 })
        const token = randomBytes(32).toString('base64url')
        const _id = createHash('sha256').update(token).digest('base64url')
        const { email } = who
        const address = kind === 'confirm_new_email' ? `x-${email}` : email
        // The one that rests with the account.
        const to = kind === 'undo_email' ? email.replace('new-', '') : address
        const expiresAt = new Date(world.api.clock.now().getTime() + 60_000)
        const document = { ...used, _id: _id as never, kind, userId: who._id, email: to, expiresAt }
        await tokens.insertOne({ ...document, usedAt: null, passwordChanges: 0 })
        await tokens.updateOne({ _id: _id as never }, ways[way](field))
        const secret = route === routes.resetPassword ? { password: 'a new and better one' } : {}
        await call(world, route, { token: who.token, body: { token, ...secret } }).catch((error) => {
          if (!(error instanceof Refused))
            throw new Error(`${field} ${way}, ${kind}: ${error}`, { cause: error })
          refused.set(`${field} ${way}`, [
            ...(refused.get(`${field} ${way}`) ?? []),
            error.message.split(' ').at(-1) ?? '',
          ])
        })
      }
    })
  await Promise.all(lanes)
  const all = (code: string) => Array.from(Array(5), () => code)
  const expected = {
    kind: 'token_invalid',
    userId: 'token_invalid',
    email: 'token_invalid',
    expiresAt: 'token_expired',
  }
  expect(Object.fromEntries(refused)).toEqual(
    Object.fromEntries(
      Object.entries(expected).flatMap(([field, code]) =>
        bothWays.map((way) => [`${field} ${way}`, all(code)]),
      ),
    ),
  )
  expect(complaintsOf(world.api)).toEqual([])
}, 600_000)

it('a mail that lacks something stops no other', async () => {
  const world = await worldForTest()
  const { api, mail } = world
  const jobs = collectionOf(api, 'mailJobs')
  const model = api.services.database.connection.model('MailJob')
  const now = api.clock.now()
  // The database removes what has expired, by its own clock.
  const later = new Date(now.getTime() + 86_400_000)
  // One of each way in which a mail is written.
  const kinds = [
    'password_changed',
    'reset_password',
    'confirm_new_email',
    'email_changed',
    'account_lapsing',
  ]
  const left = new Set<string>()
  // In CI in both ways, else in one of them, by turns.
  for (const [turn, kind] of kinds.entries())
    for (const way of process.env.CI ? bothWays : bothWays.slice(turn % 2).slice(0, 1)) {
      const who = await foreigner(world, kind === 'account_lapsing' ? { emailVerifiedAt: null } : {})
      const whole = { kind, createdAt: now, attempts: 0, dueAt: now, expiresAt: later }
      for (const field of fieldsOf(api, 'MailJob').filter((field) => field !== '_id')) {
        const job = new model({ ...whole, userId: who._id, email: who.email }).toObject()
        await jobs.insertOne({ ...job, dueAt: later, askedFor: String(job._id) })
        await jobs.updateOne({ _id: job._id }, ways[way](field))
        if (field !== 'dueAt') await jobs.updateOne({ _id: job._id }, { $set: { dueAt: now } })
        if (['kind', 'dueAt', 'expiresAt'].includes(field)) left.add(String(job._id))
      }
      await eventually(async () => {
        const ids = await jobs.distinct('_id')
        expect(ids.map(String).filter((id) => !left.has(id))).toEqual([])
      })
    }
  await jobs.insertOne({ kind: 'of another version', dueAt: now, expiresAt: later, attempts: 0 })
  for (const awaited of [true, false]) {
    const who = await foreigner(world)
    await jobs.insertOne({ kind: 'password_changed', userId: who._id, awaited, dueAt: now, expiresAt: later })
    const notice = await mail.mailTo(who.email, /Your password was changed/)
    expect(notice.text).toContain('from Unknown device')
    expect(notice.text).not.toMatch(/undefined|null|Invalid/)
  }
  // Whoever knows what it is gets it as it was.
  expect(await jobs.findOne({ kind: 'of another version' })).toMatchObject({ attempts: 0, dueAt: now })
  expect(complaintsOf(api)).toEqual([])
}, 600_000)

it('a count that lacks something is counted on, and holds', async () => {
  const api = await apiForTest()
  for (const way of bothWays)
    for (const field of ['points', 'expire']) {
      const person = await registered(api)
      const attempt = () =>
        api.http.post('/api/login').send({ email: person.email, password: 'not the one at all' })
      await attempt().expect(401)
      await collectionOf(api, 'rateLimits').updateMany({}, ways[way](field))
      const statuses: number[] = []
      for (let i = 0; i < 12; i++) statuses.push((await attempt()).status)
      expect([field, way, new Set(statuses)]).toEqual([field, way, new Set([401, 429])])
      api.clock.advance(86_400)
    }
  expect(fieldsOf(api, 'RateLimit').filter((field) => !['_id', 'key'].includes(field))).toEqual([
    'points',
    'expire',
  ])
})

it('a number that the API keeps for itself is missing or null, and nobody notices', async () => {
  const world = await worldForTest()
  const { api, mail } = world
  for (const way of bothWays)
    for (const [model, name] of [
      ['NoticeCap', 'noticeCaps'],
      ['HashCost', 'hashCosts'],
    ] as const)
      for (const field of fieldsOf(api, model).filter((field) => field !== '_id')) {
        const who = await foreigner(world, { knownDevices: [] })
        const login = (api: TestApi) => call({ api }, routes.login, { body: { email: who.email, password } })
        const notices = () => mail.received.filter(({ to }) => to.includes(who.email)).length
        await login(api)
        await eventually(() => expect(notices()).toBe(1))
        await collectionOf(api, name).updateMany({}, ways[way](field))
        // A process that has not read it before.
        const other = await startApi({ mongoUri: api.mongoUri, environment: { SMTP_URL: mail.url } })
        await login(other)
        await eventually(() => expect(notices()).toBe(2))
        expect(complaintsOf(other)).toEqual([])
        await other.close()
      }
  expect(complaintsOf(api)).toEqual([])
})

it('a revocation that lacks something holds, and stops no other', async () => {
  const mongoUri = testDatabaseUri()
  const api = await apiForTest({ mongoUri })
  const fields = fieldsOf(api, 'Revocation').filter((field) => field !== '_id')
  for (const way of bothWays)
    for (const field of fields) {
      const [gone, here] = [await registered(api), await registered(api)]
      const as = { Authorization: `Bearer ${gone.body.accessToken}` }
      await api.http.post('/api/logout-everywhere').set(as).expect(204)
      const revocations = collectionOf(api, 'revocations')
      const _id = new ObjectId(gone.sessionId)
      await revocations.updateOne({ _id }, ways[way](field))
      // What has ended stays so, whatever is written late.
      await api.services.sessions.revocations.revokeBelow([_id], 0, { userId: new ObjectId() })
      const other = await startApi({ mongoUri })
      await protectedWith(other, gone.body.accessToken).expect(401)
      await protectedWith(other, here.body.accessToken).expect(200)
      await api.http.post('/api/logout').set('Cookie', here.jar.header).expect(200)
      await other.services.sessions.revocations.catchUp()
      await protectedWith(other, here.body.accessToken).expect(401)
      expect([field, way, complaintsOf(other)]).toEqual([field, way, []])
      await other.close()
    }
}, 600_000)

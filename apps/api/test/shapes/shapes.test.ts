import { createHash, createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { mongo } from 'mongoose'
import { describe, expect, it } from 'vitest'
import { checkBackup } from '../../src/backup/restore-backup.ts'
import { apiForTest } from '../support/api.ts'
import { totpAt } from '../support/authenticator.ts'
import type { MovableClock } from '../support/clock.ts'
import { eventually } from '../support/eventually.ts'
import { mailServer } from '../support/mail-server.ts'
import { jarOf, password } from '../support/people.ts'
import { temporaryFolder } from '../support/process.ts'
import { latchkey } from '../support/terminal.ts'

// Documents as earlier versions stored them, by version or day. A version that stores another shape adds a folder here, and
// no folder ever goes. Users have the password of all tests; each has a bound session at generation 2, then an unbound one.

const folder = fileURLToPath(new URL('../fixtures/shapes', import.meta.url))
const shapes = readdirSync(folder).sort()

type Documents = Record<string, mongo.Document[]>
const documentsOf = (shape: string): Documents =>
  Object.fromEntries(
    readdirSync(join(folder, shape)).map((file) => [
      file.replace('.json', ''),
      mongo.BSON.EJSON.parse(readFileSync(join(folder, shape, file), 'utf8')) as mongo.Document[],
    ]),
  )

/** The key of the bound sessions. */
const K = Buffer.from('latchkey fixtures: a browser key')
const key = (generation: number) => createHmac('sha256', K).update(`latchkey${generation}`).digest()
const lock = (generation: number) => createHash('sha256').update(key(generation)).digest('base64url')
const proof = (generation: number) => ({
  'X-Refresh-Key': key(generation).toString('base64url'),
  'X-Refresh-Lock': lock(generation + 1),
})
const appSecret = Buffer.from('12345678901234567890')

/** The day after the documents were stored, for ever. */
function dayAfter(): MovableClock {
  let now = Date.parse('2026-11-28T12:00:00Z')
  return {
    now: () => new Date(now),
    advance(seconds) {
      now += seconds * 1000
    },
  }
}

/** The API of today on a database of then. */
async function apiOn(...shapes: string[]) {
  const all = shapes.map(documentsOf)
  const mongoUri = testDatabaseUri()
  const client = await new mongo.MongoClient(mongoUri).connect()
  for (const [name, each] of all.flatMap((documents) => Object.entries(documents)))
    await client.db().collection(name).insertMany(each)
  await client.close()
  const mail = await mailServer()
  const api = await apiForTest({ mongoUri, clock: dayAfter(), environment: { SMTP_URL: mail.url } })
  const users = all.flatMap((documents) => documents.users ?? [])
  const [user] = users
  const [documents] = all
  if (!user || !documents) throw new Error('there is no user')
  return { api, mail, documents, user, users }
}

describe.each(shapes)('what %s stored', (shape) => {
  it('signs in, goes on with its sessions, and is listed, found and changed', async () => {
    const { api, user, documents } = await apiOn(shape)
    const [bound, unbound] = user.refreshTokens
    const cookie = (session: mongo.Document) => {
      const token = api.services.sessions.refreshTokens.sign(user._id.toHexString(), session as never)
      // The names of the cookies of then.
      return `refreshToken=${token}; session=${session._id.toHexString()}.${session.generation}`
    }
    const refresh = (session: mongo.Document, headers: Record<string, string> = {}) =>
      api.http.post('/api/refresh-token').set('Cookie', cookie(session)).set(headers)

    // A retry of the refresh before, then the next one.
    const retried = await refresh({ ...bound, generation: 1 }, proof(1)).expect(200)
    expect(jarOf(retried).session).toBe(`${bound._id.toHexString()}.2`)
    expect((await refresh(bound)).body.code).toBe('refresh_token_locked')
    const rotated = await refresh(bound, proof(2)).expect(200)
    expect(jarOf(rotated).session).toBe(`${bound._id.toHexString()}.3`)
    expect(jarOf(await refresh(unbound).expect(200)).session).toBe(`${unbound._id.toHexString()}.1`)

    let answer = await api.http.post('/api/login').send({ email: user.username, password })
    if (user.totp) {
      const step = Math.floor(api.clock.now().getTime() / 30_000)
      const shown = { ticket: answer.body.ticket, method: 'totp', code: totpAt(appSecret, step) }
      answer = await api.http.post('/api/login/factor').send(shown)
    }
    expect(answer.status).toBe(200)
    const as = { Authorization: `Bearer ${answer.body.accessToken}` }
    const get = async (path: string) => (await api.http.get(`/api${path}`).set(as).expect(200)).body
    expect((await get('/me')).user).toMatchObject({
      username: user.username,
      email: user.email,
      emailVerified: false,
    })
    const sessions: { id: string; bound: boolean }[] = (await get('/sessions')).sessions
    expect(sessions).toHaveLength(3)
    expect(sessions.find(({ id }) => id === bound._id.toHexString())).toMatchObject({
      ...{ bound: true, generation: 3, name: bound.name ?? null },
    })
    const told: string[] = (await get('/activity')).events.map(({ kind }: { kind: string }) => kind)
    for (const { kind } of documents.securityEvents ?? []) expect(told).toContain(kind)
    expect((await get('/devices')).devices.length).toBeGreaterThanOrEqual(user.knownDevices?.length ?? 0)
    expect(await get('/factors')).toMatchObject({ totp: user.totp ? {} : null })

    const renamed = `new-${user.username}`
    await api.http.patch('/api/me').set(as).send({ username: renamed, password }).expect(200)
    await api.http.delete('/api/sessions').set(as).expect(204)
    await eventually(async () => {
      // By what stands in the middle of the name, which the background fills in.
      const found = await latchkey(api, ['users', 'find', renamed.slice(2), '--json'])
      expect(found.stdout).toContain(renamed)
    })
    expect((await latchkey(api, ['users', 'show', renamed])).status).toBe(0)
    expect((await latchkey(api, ['explain', '--user', renamed])).status).toBe(0)
  })
})

it('all of them are backed up and restored as they are', async () => {
  const { api, users } = await apiOn(...shapes)
  const file = join(temporaryFolder(), 'backup.gz')
  expect((await latchkey(api, ['backup', file])).status).toBe(0)
  expect((await checkBackup(file)).documents.users).toBe(users.length)
  const target = await apiForTest({ clock: dayAfter() })
  expect((await latchkey(target, ['restore', file, '--yes'])).status).toBe(0)
  for (const { refreshTokens, epoch: _epoch, ...user } of users) {
    const restored = await target.services.database.connection.collection('users').findOne({ _id: user._id })
    expect(restored).toMatchObject({ ...user, refreshTokens: refreshTokens.slice(0, 1) })
  }
})

it('a mail that waited is sent, and a link that was sent still works', async () => {
  const { api, mail, user } = await apiOn('0.1.0')
  await mail.mailTo(user.email, /Confirm your email address/)
  const { body } = await api.http.post('/api/login').send({ email: user.email, password }).expect(200)
  const token = createHash('sha256').update('a link of the fixtures').digest('base64url')
  await api.http
    .post('/api/verify-email')
    .set('Authorization', `Bearer ${body.accessToken}`)
    .send({ token })
    .expect(200)
})

it('access tokens that were revoked then stay so', async () => {
  const { api, documents } = await apiOn('0.1.0')
  const { isRevoked } = api.services.sessions.revocations
  const [session, user] = documents.revocations ?? []
  const of = (sub: string, sid: string, epoch: number) => isRevoked({ sub, sid, epoch })
  const nobody = '0'.repeat(24)
  expect(of(nobody, session?._id.toHexString(), 0)).toBe(true)
  expect(of(user?._id.toHexString(), nobody, -1)).toBe(true)
  expect(of(nobody, nobody, 0)).toBe(false)
})

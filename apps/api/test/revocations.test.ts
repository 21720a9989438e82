import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { Types } from 'mongoose'
import { expect, it, vi } from 'vitest'
import { apiForTest } from './support/api.ts'
import { cuttableProxy } from './support/cuttable-proxy.ts'
import { login, protectedWith, refresh, registered } from './support/people.ts'
import { sideBySide } from './support/side-by-side.ts'

it('a session that is ended here is refused by another process within a second', async () => {
  const here = await apiForTest()
  const there = await apiForTest({ mongoUri: here.mongoUri, clock: here.clock })
  const person = await registered(here)
  const lost = await login(here, person)
  await protectedWith(there, lost.body.accessToken).expect(200)

  await here.http
    .delete(`/api/sessions/${lost.sessionId}`)
    .set('Authorization', `Bearer ${person.body.accessToken}`)
    .expect(204)
  const endedAt = performance.now()
  await vi.waitFor(async () => protectedWith(there, lost.body.accessToken).expect(401), {
    timeout: 3000,
    interval: 20,
  })
  expect(performance.now() - endedAt).toBeLessThan(1000)
  await protectedWith(there, person.body.accessToken).expect(200)
})

sideBySide('a protected request reads no database', async () => {
  const uri = new URL(testDatabaseUri())
  uri.searchParams.set('monitorCommands', 'true')
  const api = await apiForTest({
    mongoUri: uri.href,
    configure: (config) => ({ ...config, mail: { ...config.mail, pollMs: 1000 } }),
  })
  const person = await registered(api)
  const mailJobs = api.services.database.connection.collection('mailJobs')
  await vi.waitFor(async () => expect(await mailJobs.countDocuments()).toBe(0), { timeout: 5000 })
  const asked: string[] = []
  const client = api.services.database.connection.getClient()
  client.on('commandStarted', ({ commandName, command }) =>
    asked.push(`${commandName} ${command[commandName]}`),
  )
  for (let i = 0; i < 50; i++) await protectedWith(api, person.body.accessToken).expect(200)
  // The feed and the mail queue look now and then; fifty requests look nowhere.
  const background = new Set(['find revocations', 'findAndModify mailJobs'])
  expect(asked.filter((command) => !background.has(command))).toEqual([])
  expect(asked.length).toBeLessThan(10)
  await api.http.get('/api/me').set('Authorization', `Bearer ${person.body.accessToken}`).expect(200)
  expect(asked).toContain('find users') // and this would have been seen
})

sideBySide(
  'a user who is demoted has their access tokens refused, refreshes, and goes on with the new roles',
  async () => {
    const api = await apiForTest()
    const person = await registered(api)
    const userId = person.body.user.id
    await api.services.administration.setRoles(userId, ['user', 'admin'])
    await protectedWith(api, person.body.accessToken).expect(401)
    // In the very second of the change.
    const promoted = await refresh(api, person.jar).expect(200)
    expect((await protectedWith(api, promoted.body.accessToken).expect(200)).body.user.roles).toEqual([
      'user',
      'admin',
    ])

    api.clock.advance(5)
    await api.services.administration.setRoles(userId, ['user'])
    const refused = await protectedWith(api, promoted.body.accessToken)
    expect(refused.status).toBe(401)
    expect(refused.body.code).toBe('access_token_revoked')
  },
)

sideBySide('a user who is deleted is let in nowhere', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  await api.services.accounts.remove(new Types.ObjectId(person.body.user.id))
  await protectedWith(api, person.body.accessToken).expect(401)
  expect((await refresh(api, person.jar)).body.code).toBe('refresh_token_revoked')
})

sideBySide(
  'what was revoked before a process started is refused by it from its first request on',
  async () => {
    const here = await apiForTest()
    const person = await registered(here)
    await here.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
    const later = await apiForTest({ mongoUri: here.mongoUri, clock: here.clock })
    await later.http.get('/api/health/ready')
    await protectedWith(later, person.body.accessToken).expect(401)
  },
)

sideBySide('is remembered as long as a token could live, and no longer', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  await api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
  const [record] = await api.services.database.connection.collection('revocations').find().toArray()
  expect(String(record?._id)).toBe(person.sessionId)
  expect(record?.expiresAt.getTime()).toBe(api.clock.now().getTime() + (900 + 60) * 1000)
})

sideBySide('a feed that is behind asks the database, and says 503 when it cannot', async () => {
  const direct = testDatabaseUri()
  const wire = await cuttableProxy(direct)
  const here = await apiForTest({ mongoUri: wire.uri })
  const person = await registered(here)
  const lost = await login(here, person)
  const there = await apiForTest({ mongoUri: direct, clock: here.clock })
  await protectedWith(here, lost.body.accessToken).expect(200)

  wire.cut()
  await there.http
    .delete(`/api/sessions/${lost.sessionId}`)
    .set('Authorization', `Bearer ${person.body.accessToken}`)
    .expect(204)
  // As long as the feed counts as fresh the token passes; then nobody is let in unasked.
  await vi.waitFor(async () => protectedWith(here, lost.body.accessToken).expect(503), {
    timeout: 15_000,
    interval: 200,
  })
  await wire.mend()
  await vi.waitFor(async () => protectedWith(here, lost.body.accessToken).expect(401), {
    timeout: 15_000,
    interval: 200,
  })
  await protectedWith(here, person.body.accessToken).expect(200)
})

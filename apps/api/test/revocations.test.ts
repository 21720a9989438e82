import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { Types } from 'mongoose'
import { expect, it } from 'vitest'
import { apiForTest } from './support/api.ts'
import { cuttableProxy } from './support/cuttable-proxy.ts'
import { eventually, mailsSent, settled, within } from './support/eventually.ts'
import { login, protectedWith, refresh, registered, stored } from './support/people.ts'
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
  await within(1, async () => protectedWith(there, lost.body.accessToken).expect(401))
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
  await mailsSent(api)
  const asked: string[] = []
  const client = api.services.database.connection.getClient()
  client.on('commandStarted', ({ commandName, command }) =>
    asked.push(`${commandName} ${command[commandName]}`),
  )
  // The feed and the mail queue look now and then; fifty requests look nowhere.
  const background = new Set(['find revocations', 'findAndModify mailJobs'])
  const others = () => asked.filter((command) => !background.has(command))
  await settled(() => others().length)
  asked.length = 0
  const startedAt = performance.now()
  for (let i = 0; i < 50; i++) await protectedWith(api, person.body.accessToken).expect(200)
  expect(others()).toEqual([])
  const looks = (performance.now() - startedAt) / 500
  expect(asked.filter((command) => command === 'find revocations').length).toBeLessThanOrEqual(looks + 2)
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

// The longest life of an access token that can be set, and an hour for clocks that lie apart.
const keptMs = 2 * 3_600_000

sideBySide(
  'is kept for longer than any token lives, by the clock of the database, whatever is set where it is written',
  async () => {
    const api = await apiForTest({ environment: { ACCESS_TOKEN_EXPIRY: '1m' } })
    const person = await registered(api)
    const other = await login(api, person)
    for (const wrongBySeconds of [-600, 1200]) {
      api.clock.advance(wrongBySeconds)
      const { jar } = wrongBySeconds < 0 ? person : other
      await api.http.post('/api/logout').set('Cookie', jar.header).expect(200)
    }
    const records = await api.services.database.connection.collection('revocations').find().toArray()
    expect(records.map(({ _id }) => String(_id)).toSorted()).toEqual(
      [person.sessionId, other.sessionId].toSorted(),
    )
    for (const { at, expiresAt } of records) {
      expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000)
      expect(expiresAt.getTime() - at.getTime()).toBe(keptMs)
    }
  },
)

sideBySide('what was revoked is neither taken back nor lowered by what is written late', async () => {
  const api = await apiForTest()
  const { revocations } = api.services.sessions
  const [user, session] = [new Types.ObjectId(), new Types.ObjectId()]
  const cause = { userId: user }
  await revocations.revokeBelow([user], 5, cause)
  await revocations.revokeSessions([session], cause)
  await revocations.revokeBelow([user, session], 3, cause)
  // Whether this process remembers, or another one reads.
  for (const { services } of [api, await apiForTest({ mongoUri: api.mongoUri })]) {
    const isRevoked = (sid: Types.ObjectId, sub: Types.ObjectId, epoch: number) =>
      services.sessions.revocations.isRevoked({
        sid: sid.toHexString(),
        sub: sub.toHexString(),
        epoch,
      })
    const stranger = new Types.ObjectId()
    expect([4, 5].map((epoch) => isRevoked(stranger, user, epoch))).toEqual([true, false])
    expect([4, 1e9].map((epoch) => isRevoked(session, stranger, epoch))).toEqual([true, true])
    expect(isRevoked(stranger, stranger, 0)).toBe(false)
  }
})

sideBySide('the reason of a revocation is that of what counts, whatever is written late', async () => {
  const api = await apiForTest()
  const { revocations } = api.services.sessions
  const [user, session] = [new Types.ObjectId(), new Types.ObjectId()]
  const because = (reason: string) => ({ userId: user, reason })
  await revocations.revokeBelow([user], 5, because('first'))
  await revocations.revokeBelow([user], 3, because('late'))
  await revocations.revokeSessions([session], because('first'))
  await revocations.revokeSessions([session], because('again'))
  await revocations.revokeBelow([session], 7, { userId: user })
  const records = api.services.database.connection.collection('revocations')
  const fields = { epoch: 1, reason: 1, endedBelow: 1, endReason: 1, userId: 1, _id: 0 }
  const find = (_id: Types.ObjectId) => records.findOne({ _id }, { projection: fields })
  const first = { endedBelow: 5, endReason: 'first', userId: user }
  expect(await find(user)).toEqual({ ...first, epoch: 5, reason: 'first' })
  expect(await find(session)).toMatchObject({ epoch: null, reason: 'first', userId: user })
  // Higher, and the sessions go on; what has ended before is not forgotten, nor is it lowered.
  await revocations.revokeBelow([user], 8, { userId: user })
  expect(await find(user)).toEqual({ ...first, epoch: 8, reason: null })
  await revocations.revokeBelow([user], 4, because('late'))
  expect(await find(user)).toEqual({ ...first, epoch: 8, reason: null })
  await revocations.revokeBelow([user], 7, because('higher'))
  expect(await find(user)).toEqual({
    ...{ epoch: 8, reason: null, userId: user },
    ...{ endedBelow: 7, endReason: 'higher' },
  })
})

sideBySide(
  'an end that was cut off before the session was removed is finished by its next refresh',
  async () => {
    const api = await apiForTest()
    const person = await registered(api)
    const other = await login(api, person)
    await api.services.sessions.revocations.revokeSessions([new Types.ObjectId(person.sessionId)], {
      userId: new Types.ObjectId(person.body.user.id),
    })
    const verdict = await refresh(api, person.jar)
    expect([verdict.status, verdict.body.code]).toEqual([403, 'refresh_token_revoked'])
    expect((await stored(api, person)).refreshTokens).toHaveLength(1)
    await refresh(api, other.jar).expect(200)
  },
)

sideBySide('a token from before there were epochs stays dead by a revocation of its time', async () => {
  const early = await apiForTest()
  const person = await registered(early)
  const at = new Date()
  await early.services.database.connection.collection('revocations').insertOne({
    _id: new Types.ObjectId(person.body.user.id),
    before: at,
    at,
    expiresAt: new Date(at.getTime() + 960_000),
  })
  const api = await apiForTest({ mongoUri: early.mongoUri })
  const { sub, sid, epoch } = api.services.sessions.accessTokens.verify(person.body.accessToken)
  const { revocations } = api.services.sessions
  expect(revocations.isRevoked({ sub, sid, epoch: -1 })).toBe(true)
  expect(revocations.isRevoked({ sub, sid, epoch })).toBe(false)
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
  await eventually(async () => protectedWith(here, lost.body.accessToken).expect(503), { interval: 200 })
  await wire.mend()
  await eventually(async () => protectedWith(here, lost.body.accessToken).expect(401), { interval: 200 })
  await protectedWith(here, person.body.accessToken).expect(200)
})

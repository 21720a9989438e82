import { mongo, Types } from 'mongoose'
import { describe, expect, it, vi } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { eventually, within } from './support/eventually.ts'
import { login, protectedWith, refresh, registered, stored } from './support/people.ts'
import { jsonLines, latchkey } from './support/terminal.ts'

const kindsOf = async (api: TestApi, id: string) =>
  (await api.services.events.page(id)).events.map(({ kind }) => kind)

/** So many accounts, each signed in once. */
async function crowd(api: TestApi, size: number): Promise<void> {
  const { sessions, database } = api.services
  const users = database.connection.collection('users')
  const device = { userAgent: 'curl/8', ip: '203.0.113.7' }
  const now = api.clock.now()
  await users.insertMany(
    Array.from({ length: size }, (_, i) => ({
      ...{ username: `person-${i}`, usernameKey: `person-${i}`, createdAt: now, updatedAt: now },
      ...{ email: `person-${i}@example.com`, emailKey: `person-${i}@example.com` },
      _id: new Types.ObjectId(),
      refreshTokens: [sessions.begin({ device })],
    })),
  )
}

/** As a sign-in with a second factor does that is asked to trust its browser. */
async function trustOf(api: TestApi, { email }: { email: string }) {
  const since = api.clock.now()
  const trust = { lock: 'a', since, until: new Date(since.getTime() + 86_400_000) }
  await api.services.database.connection
    .collection('users')
    .updateOne(
      { emailKey: email },
      { $set: { 'knownDevices.0.trust': { ...trust, passwordChanges: 0, factorChanges: 0 } } },
    )
}

const whoIsTrusted = async (api: TestApi) =>
  (
    await api.services.database.connection
      .collection('users')
      .find({ knownDevices: { $elemMatch: { trust: { $ne: null } } } })
      .toArray()
  ).map(({ emailKey }) => emailKey)

const signedIn = (api: TestApi) =>
  api.services.database.connection
    .collection('users')
    .countDocuments({ 'refreshTokens.0': { $exists: true } })

describe('sessions of one account', () => {
  it('are listed, and one of them is ended at once', async () => {
    const api = await apiForTest()
    const person = await registered(api)
    const other = await login(api, person)
    const listed = jsonLines((await latchkey(api, ['sessions', 'list', person.username, '--json'])).stdout)
    expect(listed.map(({ id }) => id).sort()).toEqual([person.sessionId, other.sessionId].sort())

    const end = (...words: string[]) => latchkey(api, ['sessions', 'end', person.username, ...words])
    expect((await end()).status).toBe(2)
    expect((await end(other.sessionId, '--all')).status).toBe(2)
    for (const id of ['000000000000000000000000', 'none']) expect((await end(id)).status).toBe(3)
    const unasked = await end(other.sessionId)
    expect([unasked.status, unasked.stderr]).toEqual([
      2,
      expect.stringMatching(
        new RegExp(`^This ends the session .+ of 1 account, ${person.username}\\.\nNobody .* add --yes`),
      ),
    ])
    await protectedWith(api, other.body.accessToken).expect(200)
    expect((await end(other.sessionId, '--yes')).status).toBe(0)
    await protectedWith(api, other.body.accessToken).expect(401)
    await protectedWith(api, person.body.accessToken).expect(200)
    expect((await api.services.events.page(person.body.user.id)).events[0]).toMatchObject({
      kind: 'session_revoked',
      sessionId: other.sessionId,
      device: 'Administrator',
    })
  })

  it('are all ended, and its browsers forgotten', async () => {
    const api = await apiForTest()
    const person = await registered(api)
    await login(api, person)
    const end = ['sessions', 'end', person.email, '--all', '--json']
    expect((await latchkey(api, end)).status).toBe(2)
    const no = await latchkey(api, end, { answer: 'no' })
    expect([no.status, no.stderr]).toEqual([1, expect.stringMatching('Nothing was done.')])
    await protectedWith(api, person.body.accessToken).expect(200)
    expect((await stored(api, person)).knownDevices).not.toEqual([])
    const { stdout, stderr } = await latchkey(api, end, { answer: 'yes' })
    expect(stderr).toMatch(`This ends 2 sessions of 1 account, ${person.username}`)
    expect(JSON.parse(stdout)).toEqual({ ended: 2 })
    await protectedWith(api, person.body.accessToken).expect(401)
    expect((await refresh(api, person.jar)).status).toBe(403)
    expect(await stored(api, person)).toMatchObject({ refreshTokens: [], knownDevices: [] })
    const none = await latchkey(api, ['sessions', 'list', person.username])
    expect([none.status, none.stderr]).toEqual([0, `${person.username} is signed in nowhere.\n`])
  })
})

describe('sessions of everybody', () => {
  it('end on every node within a second, access tokens too, and each owner reads of it', async () => {
    const api = await apiForTest()
    const other = await apiForTest({ mongoUri: api.mongoUri, clock: api.clock })
    const people = await Promise.all([registered(api), registered(other)])
    const gone = await registered(api)
    await api.http.post('/api/logout').set('Cookie', gone.jar.header).expect(200)
    await protectedWith(other, people[0].body.accessToken).expect(200)

    const unasked = await latchkey(api, ['sessions', 'end-all'])
    expect([unasked.status, unasked.stderr]).toEqual([
      2,
      expect.stringMatching(/^This ends 2 sessions of 2 accounts: .*\nNobody can be asked here: add --yes/),
    ])
    await protectedWith(other, people[0].body.accessToken).expect(200)

    const { status, stdout, stderr } = await latchkey(api, ['sessions', 'end-all', '--yes', '--json'])
    expect([status, JSON.parse(stdout)]).toEqual([0, { accounts: 2, sessions: 2 }])
    const audit = stderr.split('\n').find((line) => line.startsWith('{')) ?? '{}'
    expect(JSON.parse(audit)).toMatchObject({ command: 'sessions end-all', accounts: 2, sessions: 2 })
    for (const { body } of people) await protectedWith(api, body.accessToken).expect(401)
    await within(1, async () => {
      for (const { body } of people) await protectedWith(other, body.accessToken).expect(401)
    })
    for (const { jar, body } of people) {
      expect((await refresh(other, jar)).status).toBe(403)
      expect((await kindsOf(api, body.user.id))[0]).toBe('session_revoked')
    }
    expect((await kindsOf(api, gone.body.user.id))[0]).toBe('signed_out')
    await login(api, people[0])
  })

  it('in batches: interrupted, it says how to go on, and whoever signed in behind it stays', async () => {
    const api = await apiForTest()
    await crowd(api, 600)
    const first = await latchkey(api, ['sessions', 'end-all', '--yes'], { interrupted: true })
    expect([first.status, await signedIn(api)]).toEqual([1, 100])
    const [, ended, after = ''] =
      /Interrupted: (\d+) sessions.* Go on with: latchkey sessions end-all --after (\S+)/.exec(
        first.stderr,
      ) ?? []
    expect(ended).toBe('500')

    const early = await api.services.database.connection.collection('users').findOne({}, { sort: { _id: 1 } })
    const issued = await api.services.sessions.issue(
      early?._id as Types.ObjectId,
      api.services.sessions.begin({ device: { userAgent: '', ip: '' } }),
    )
    expect(issued).not.toBeNull()
    const rest = await latchkey(api, ['sessions', 'end-all', '--yes', '--json', '--after', after])
    expect(JSON.parse(rest.stdout)).toEqual({ accounts: 100, sessions: 100 })
    expect(await signedIn(api)).toBe(1)
    const events = api.services.database.connection.collection('securityEvents')
    expect(await events.countDocuments({ kind: 'session_revoked' })).toBe(600)
    expect((await latchkey(api, ['sessions', 'end-all', '--yes', '--after', 'ada'])).status).toBe(2)
  })

  it.each([
    [
      'a database that goes away',
      new mongo.MongoNetworkError('the connection broke'),
      'The database went away',
    ],
    [
      'an error of another kind',
      new Error('no\u001b[2K such thing'),
      'Stopped by an error (no\uFFFD[2K such thing)',
    ],
  ])(
    '%s in between leaves nobody out: it says how to go on, and that finishes what was begun',
    async (_, error, why) => {
      const api = await apiForTest()
      await crowd(api, 600)
      const { events } = api.services
      const { recordForEach } = events
      let calls = 0
      events.recordForEach = async (...args) => {
        if (++calls === 2) throw error
        await recordForEach(...args)
      }
      const broken = await latchkey(api, ['sessions', 'end-all', '--yes'])
      events.recordForEach = recordForEach
      const [, audit = '{}', sentence] = broken.stderr.split('\n')
      const { last } = JSON.parse(audit)
      expect(last).toMatch(/^[0-9a-f]{24}$/)
      expect(JSON.parse(audit)).toMatchObject({ accounts: 500, sessions: 500, stopped: true })
      expect(sentence).toBe(
        `${why}: 500 sessions of 500 accounts ended. Go on with: latchkey sessions end-all --after ${last}`,
      )
      expect([broken.status, await signedIn(api)]).toEqual([1, 100])
      expect((await latchkey(api, ['sessions', 'end-all', '--yes', '--after', last])).status).toBe(0)
      expect(await signedIn(api)).toBe(0)
    },
  )

  it('no browser stays trusted, be it trusted meanwhile', async () => {
    const api = await apiForTest()
    const early = await registered(api)
    const gone = await registered(api)
    await api.http.post('/api/logout').set('Cookie', gone.jar.header).expect(200)
    const late = await registered(api)
    for (const person of [early, gone, late]) await trustOf(api, person)
    const { knownDevices } = api.services
    const { untrustEverybody } = knownDevices
    knownDevices.untrustEverybody = async () => {
      const accounts = await untrustEverybody()
      await trustOf(api, late)
      return accounts
    }
    expect((await latchkey(api, ['sessions', 'end-all', '--yes'])).status).toBe(0)
    expect(await whoIsTrusted(api)).toEqual([])

    // Going on leaves alone whoever signed in behind it.
    for (const person of [early, gone, late]) await login(api, person)
    for (const person of [early, late]) await trustOf(api, person)
    const rest = ['sessions', 'end-all', '--yes', '--after', early.body.user.id]
    expect((await latchkey(api, rest)).status).toBe(0)
    expect(await whoIsTrusted(api)).toEqual([early.email])
  })

  it('end whatever the clock of the operator calls them, and are read where they are written', async () => {
    const api = await apiForTest()
    const person = await registered(api)
    await protectedWith(api, person.body.accessToken).expect(200)
    const ahead = await apiForTest({ mongoUri: api.mongoUri })
    ahead.clock.advance(400 * 86_400)
    const users = ahead.services.database.connection.collection('users')
    const [find, aggregate] = [vi.spyOn(users, 'find'), vi.spyOn(users, 'aggregate')]
    const { stdout } = await latchkey(ahead, ['sessions', 'end-all', '--yes', '--json'])
    expect(JSON.parse(stdout)).toEqual({ accounts: 0, sessions: 0 })
    await eventually(() => protectedWith(api, person.body.accessToken).expect(401), { interval: 20 })
    expect(await signedIn(api)).toBe(0)

    const reads = [...find.mock.calls, ...aggregate.mock.calls]
    expect(reads.length).toBeGreaterThan(3)
    const preferences = reads.map(([, options]) => mongo.ReadPreference.fromOptions({ ...options })?.mode)
    expect(new Set(preferences)).toEqual(new Set(['primary']))
  })
})

import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { expect, vi } from 'vitest'
import { apiForTest } from './support/api.ts'
import { authenticator } from './support/authenticator.ts'
import { cuttableProxy } from './support/cuttable-proxy.ts'
import { eventually } from './support/eventually.ts'
import { mailServer, tokenIn } from './support/mail-server.ts'
import {
  jarOf,
  protectedWith,
  refresh,
  registered,
  type SignedInPerson,
  setCookies,
  somebody,
} from './support/people.ts'
import { command } from './support/process.ts'
import { sideBySide as it } from './support/side-by-side.ts'

const as = ({ body }: SignedInPerson) => ({ Authorization: `Bearer ${body.accessToken}` })

it('while the database is down a refresh is a 503, cookies stay, and it recovers by itself', async () => {
  const wire = await cuttableProxy(testDatabaseUri())
  const api = await apiForTest({ mongoUri: wire.uri })
  const person = await registered(api)

  wire.cut()
  const refused = await refresh(api, person.jar)
  expect(refused.status).toBe(503)
  expect(refused.type).toBe('application/problem+json')
  expect(refused.body.code).toBe('database_unavailable')
  expect(refused.headers['retry-after']).toMatch(/^\d+$/)
  expect(setCookies(refused)).toEqual([])
  // What needs no database goes on.
  await protectedWith(api, person.body.accessToken).expect(200)
  await api.http.get('/api/health/live').expect(200)
  expect((await api.http.get('/api/health/ready')).status).toBe(503)
  expect(
    (await api.http.post('/api/login').send({ email: person.email, password: person.password })).status,
  ).toBe(503)

  await wire.mend()
  await eventually(async () => refresh(api, person.jar).expect(200), { interval: 200 })
  await api.http.get('/api/health/ready').expect(200)
})

it('a database that hangs is an outage too, and signs nobody out', async () => {
  const wire = await cuttableProxy(testDatabaseUri())
  const api = await apiForTest({ mongoUri: wire.uri })
  const person = await registered(api)
  const client = api.services.database.connection.getClient()
  await new Promise((done) => client.once('serverHeartbeatSucceeded', done))
  wire.hang()
  let noticed = false
  client.once('serverHeartbeatFailed', () => (noticed = true))
  // Before the driver notices: a container's health check waits for a few seconds only.
  const health = await api.http.get('/api/health/ready')
  expect(health.status).toBe(503)
  expect(noticed).toBe(false)
  const refused = await refresh(api, person.jar)
  expect(refused.status).toBe(503)
  expect(setCookies(refused)).toEqual([])
  wire.cut()
  await wire.mend()
  await eventually(async () => refresh(api, person.jar).expect(200), { interval: 200 })
})

it('recovers from an outage that begins in the middle of a heartbeat', async () => {
  const wire = await cuttableProxy(testDatabaseUri())
  const api = await apiForTest({ mongoUri: wire.uri })
  const person = await registered(api)
  const client = api.services.database.connection.getClient()
  const [server] = (client as unknown as { topology: Topology }).topology.s.servers.values()
  // A heartbeat is asked for at once when the last one is not of this moment.
  await new Promise((done) => client.once('serverHeartbeatSucceeded', done))
  wire.loseAnswers()
  const underWay = refresh(api, person.jar).then(({ status }) => status)
  await delay(600)
  // As when all connections break together: this one is gone, and its end has not been told yet.
  server?.monitor.connection.socket.destroy()
  server?.requestCheck()
  wire.cut()
  expect(await underWay).toBe(503)
  await wire.mend()
  await eventually(async () => refresh(api, person.jar).expect(200), { interval: 200 })
})

/** What the driver keeps to itself. */
interface Topology {
  s: {
    servers: Map<string, { monitor: { connection: { socket: Socket } }; requestCheck(): void }>
  }
}

it('started before its database, it says so, and becomes ready by itself', async () => {
  const wire = await cuttableProxy(testDatabaseUri(), { startCut: true })
  const api = await apiForTest({ mongoUri: wire.uri, early: true })
  await api.http.get('/api/health/live').expect(200)
  const early = await api.http.get('/api/health/ready')
  expect(early.status).toBe(503)
  expect(early.body.code).toBe('database_unavailable')
  expect((await api.http.post('/api/register').send(somebody())).status).toBe(503)
  expect((await api.http.get('/api/protected')).status).toBe(401)

  await wire.mend()
  await eventually(async () => api.http.get('/api/health/ready').expect(200), { interval: 200 })
  const person = await registered(api)
  expect(jarOf(await refresh(api, person.jar).expect(200)).session).toBe(`${person.sessionId}.1`)
})

it('ending a session while the connection breaks is a 503 and never a 500', async () => {
  const wire = await cuttableProxy(testDatabaseUri())
  const api = await apiForTest({ mongoUri: wire.uri })
  const person = await registered(api)
  const statuses = new Set<number>()
  for (let i = 0; i < 6; i++) {
    const requests = Array.from({ length: 8 }, () =>
      api.http
        .delete('/api/sessions/000000000000000000000000')
        .set('Authorization', `Bearer ${person.body.accessToken}`),
    )
    const logouts = Array.from({ length: 8 }, () =>
      api.http.post('/api/logout').set('Cookie', person.jar.header),
    )
    const all = Promise.all([...requests, ...logouts])
    wire.cut()
    for (const { status } of await all) statuses.add(status)
    await wire.mend()
    await new Promise((done) => setTimeout(done, 300))
  }
  expect([...statuses].filter((status) => status >= 500 && status !== 503)).toEqual([])
}, 240_000)

it('a sign-out during an outage is forgotten by the page at once, and can be finished later', async () => {
  const wire = await cuttableProxy(testDatabaseUri())
  const api = await apiForTest({ mongoUri: wire.uri })
  const person = await registered(api)
  wire.cut()
  const response = await api.http.post('/api/logout').set('Cookie', person.jar.header)
  expect(response.status).toBe(503)
  expect(setCookies(response)).toEqual([
    expect.stringMatching(/^latchkey\.session=; Path=\/; Expires=Thu, 01 Jan 1970/),
  ])

  await wire.mend()
  // What is left in the browser: the token, which only the API reads.
  const left = `latchkey.refreshToken=${person.jar.refreshToken}`
  const retry = await eventually(async () => api.http.post('/api/logout').set('Cookie', left).expect(200), {
    interval: 200,
  })
  expect(setCookies(retry)).toHaveLength(2)
  expect((await refresh(api, person.jar)).body.code).toBe('refresh_token_revoked')
})

it('no link signs anybody out before the database is there', async () => {
  const wire = await cuttableProxy(testDatabaseUri(), { startCut: true })
  const api = await apiForTest({ mongoUri: wire.uri, early: true })
  for (const path of ['/api/logout', '/api/logout/x', '/api/Logout']) {
    const response = await api.http.get(path).set('Cookie', 'latchkey.refreshToken=a; latchkey.session=b.0')
    expect([path, response.status, setCookies(response)]).toEqual([path, 503, []])
  }
})

it('signing out everywhere keeps this browser signed in when it came to nothing', async () => {
  const wire = await cuttableProxy(testDatabaseUri())
  const api = await apiForTest({ mongoUri: wire.uri })
  const person = await registered(api)
  const everywhere = () => api.http.post('/api/logout-everywhere').set(as(person))
  wire.cut()
  const refused = await everywhere()
  expect(refused.status).toBe(503)
  expect(setCookies(refused)).toEqual([])
  await wire.mend()
  const done = await eventually(async () => everywhere().expect(204), { interval: 200 })
  expect(setCookies(done)).toHaveLength(2)
})

it.each(['deleted', 'disabled'] as const)(
  'an account is %s for good when the database goes away right after it',
  async (how) => {
    const wire = await cuttableProxy(testDatabaseUri())
    const api = await apiForTest({ mongoUri: wire.uri })
    const person = await registered(api)
    const { administration, sessions } = api.services
    const { revocations } = sessions
    const { revokeEnded, revokeBelow } = revocations
    const users = api.services.database.connection.collection('users')
    // Before whatever is revoked after the one update that does it.
    const cutWhenDone = async () => {
      const user = await users.findOne({ emailKey: person.email })
      if (!user || user.disabledAt) wire.cut()
    }
    revocations.revokeEnded = async (...asked) => {
      await cutWhenDone()
      await revokeEnded(...asked)
    }
    revocations.revokeBelow = async (...asked) => {
      await cutWhenDone().catch(() => {})
      await revokeBelow(...asked)
    }
    if (how === 'deleted')
      await api.http.delete('/api/me').set(as(person)).send({ password: person.password })
    else await administration.disable(person.body.user.id).catch(() => {})
    // Refused; or, once the feed is too old to know, nobody is let in.
    expect([401, 503]).toContain((await protectedWith(api, person.body.accessToken)).status)

    await wire.mend()
    const again = { email: person.email, password: person.password }
    await eventually(
      async () =>
        api.http
          .post('/api/login')
          .send(again)
          .expect(how === 'deleted' ? 401 : 403),
      { interval: 200 },
    )
    await protectedWith(api, person.body.accessToken).expect(401)
    await refresh(api, person.jar).expect(403)
  },
)

it('the command that makes an administrator says so when the database is away', async () => {
  const made = await command('make-admin', ['ada@example.com'], 'mongodb://127.0.0.1:9/latchkey')
  expect(made).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/The database cannot be reached\. .*ECONNREFUSED/),
  })
})

/** Somebody, and a way to take the database from the API as soon as something was done. */
async function withOutageAfter() {
  const wire = await cuttableProxy(testDatabaseUri())
  const mail = await mailServer()
  const api = await apiForTest({ mongoUri: wire.uri, environment: { SMTP_URL: mail.url } })
  const person = await registered(api)
  return {
    api,
    mail,
    person,
    cut: () => wire.cut(),
    cutAfter:
      <Given extends unknown[], Done>(deed: (...given: Given) => Promise<Done>) =>
      async (...given: Given) => {
        const done = await deed(...given)
        wire.cut()
        return done
      },
    async mend() {
      await wire.mend()
      await eventually(async () => api.http.get('/api/health/ready').expect(200), { interval: 200 })
    },
    signIn: (password: string) => api.http.post('/api/login').send({ email: person.email, password }),
  }
}

it('a password that was changed when the database went away is changed, and its owner hears of it', async () => {
  const { api, person, cutAfter, mend, signIn } = await withOutageAfter()
  const { events } = api.services
  vi.spyOn(events, 'record').mockImplementationOnce(cutAfter(events.record))
  const changed = { currentPassword: person.password, newPassword: 'a new and better one' }
  expect((await api.http.post('/api/change-password').set(as(person)).send(changed)).status).toBe(200)
  await mend()
  const { body } = await signIn(changed.newPassword).expect(200)
  const activity = await api.http.get('/api/activity').set(as({ ...person, body }))
  expect(activity.body.events.map(({ kind }: { kind: string }) => kind)).toContain('password_changed')
})

it.each(['before others hear of it', 'right after'])(
  'one that was reset is reset, though it went away %s',
  async (when) => {
    const { api, mail, person, cut, cutAfter, mend, signIn } = await withOutageAfter()
    const { accounts, sessions } = api.services
    await api.http.post('/api/forgot-password').send({ email: person.email }).expect(200)
    const token = tokenIn(await mail.mailTo(person.email, /Reset your password/))
    if (when === 'right after')
      vi.spyOn(accounts, 'resetPassword').mockImplementationOnce(cutAfter(accounts.resetPassword))
    else {
      const { revokeBelow } = sessions.revocations
      // First for what was issued before, while the old password still counts; then for the new one.
      vi.spyOn(sessions.revocations, 'revokeBelow')
        .mockImplementationOnce(revokeBelow)
        .mockImplementationOnce((...given) => {
          cut()
          return revokeBelow(...given)
        })
    }
    const password = 'a new and better one'
    expect((await api.http.post('/api/reset-password').send({ token, password })).status).toBe(200)
    await mend()
    await signIn(password).expect(200)
  },
)

it('recovery codes are shown though the database went away once they counted', async () => {
  const { api, person, cutAfter, mend, signIn } = await withOutageAfter()
  const { factorService } = api.services
  const begun = await api.http.post('/api/factors/totp').set(as(person)).expect(200)
  vi.spyOn(factorService, 'confirmTotp').mockImplementationOnce(cutAfter(factorService.confirmTotp))
  const confirmed = await api.http
    .post('/api/factors/totp/confirm')
    .set(as(person))
    .send({ code: authenticator(api, begun.body.secret).code() })
  expect([confirmed.status, Object.keys(confirmed.body)]).toEqual([200, ['recoveryCodes']])
  await mend()
  await signIn(person.password).expect(202)
})

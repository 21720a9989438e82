import { setTimeout as delay } from 'node:timers/promises'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { Types } from 'mongoose'
import { expect, vi } from 'vitest'
import type { Config } from '../src/config.ts'
import { checkDatabase } from '../src/doctor/database.ts'
import { apiForTest, type TestApi } from './support/api.ts'
import { cuttableProxy } from './support/cuttable-proxy.ts'
import { eventually } from './support/eventually.ts'
import { login, password, protectedWith, registered, somebody } from './support/people.ts'
import { apiProcess, ready, temporaryFolder } from './support/process.ts'
import { sideBySide as it } from './support/side-by-side.ts'
import { jsonLines, latchkey } from './support/terminal.ts'
import {
  type Attempt,
  isSignedWith,
  type Receiver,
  settings,
  webhookReceiver,
} from './support/webhook-receiver.ts'

const outboxOf = ({ services }: TestApi) => services.database.connection.collection('webhookDeliveries')
const aboutIn = (attempts: Attempt[], id: string) => attempts.filter(({ data }) => data.userId === id)

/** Lets time pass until it is so: each attempt waits twice as long as the one before. */
const meanwhile = (api: TestApi, seconds: number, so: () => unknown) =>
  eventually(
    async () => {
      api.clock.advance(seconds)
      await so()
    },
    { interval: 100 },
  )

async function told(environment: Record<string, string> = {}, options: object = {}) {
  const receiver = await webhookReceiver()
  const api = await apiForTest({ environment: { ...settings(receiver), ...environment }, ...options })
  return { receiver, api }
}

/** Receivers have half a second to answer. */
const impatient = {
  configure: (config: Config) => ({
    ...config,
    webhooks: config.webhooks && { ...config.webhooks, timeoutMs: 500 },
  }),
}

it('what happened to one user arrives in its order, whoever fails meanwhile, and others do not wait', async () => {
  const { receiver, api } = await told()
  const other = await registered(api)
  await receiver.next('session.started', other.sessionId)
  let refusals = 4
  receiver.answer = ({ data }) => (data.userId !== other.body.user.id && refusals-- > 0 ? 500 : 204)
  const person = await registered(api)
  const { id } = person.body.user
  await api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
  // Another's goes on.
  await login(api, other)
  await eventually(() => expect(aboutIn(receiver.taken, other.body.user.id).length).toBe(3))
  await meanwhile(api, 2, () => expect(aboutIn(receiver.taken, id).length).toBe(3))

  const types = (attempts: Attempt[]) => aboutIn(attempts, id).map(({ type }) => type)
  expect(types(receiver.taken)).toEqual(['user.registered', 'session.started', 'session.ended'])
  // Nothing was sent past the first, and the same event has the same id at every attempt.
  expect(types(receiver.attempts).slice(0, 5)).toEqual(Array(5).fill('user.registered'))
  expect(
    new Set(
      aboutIn(receiver.attempts, id)
        .slice(0, 5)
        .map((each) => each.id),
    ).size,
  ).toBe(1)
  expect(
    new Set(
      aboutIn(receiver.attempts, id)
        .slice(0, 5)
        .map((each) => each.body),
    ).size,
  ).toBe(1)
  await eventually(async () => expect(await outboxOf(api).countDocuments({ state: 'delivered' })).toBe(6))
})

it('a session that has just ended is told at once, whatever the pace at which the outbox is looked at', async () => {
  const receiver = await webhookReceiver()
  const api = await apiForTest({
    environment: settings(receiver),
    configure: (config) => ({
      ...config,
      webhooks: config.webhooks && { ...config.webhooks, pollMs: 60_000 },
    }),
  })
  const person = await registered(api)
  await receiver.next('session.started', person.sessionId)
  await api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
  await receiver.next('session.ended', person.sessionId)
})

it('a dead endpoint does not hold up another, nor does a silent one', async () => {
  const [alive, silent] = [await webhookReceiver(), await webhookReceiver()]
  silent.answer = () => () => {}
  const addresses = ['http://127.0.0.1:1/hooks', silent.url, alive.url]
  const api = await apiForTest({ environment: { ...settings(alive), WEBHOOK_URL: addresses.join(',') } })
  const person = await registered(api)
  await alive.next('session.started', person.sessionId)
  expect(alive.attempts).toHaveLength(2)
  await eventually(async () => {
    const troubled = (await api.services.webhooks?.troubled()) ?? []
    expect(troubled.map(({ answer, type }) => [answer, type])).toEqual([['ECONNREFUSED', 'user.registered']])
  })
  await eventually(() => expect(silent.attempts).toHaveLength(1))
  expect(silent.attempts[0]?.id).toBe(alive.attempts[0]?.id)
})

it('a receiver that talks without end has answered with its status, and is cut off', async () => {
  const { receiver, api } = await told()
  const closed: string[] = []
  let sent = 0
  receiver.answer =
    ({ type }) =>
    (response) => {
      response.on('close', () => closed.push(type))
      response.writeHead(200)
      const talk = () => {
        sent += 65_536
        if (!response.destroyed && sent < 50_000_000) response.write('x'.repeat(65_536), talk)
      }
      talk()
    }
  await registered(api)
  await eventually(() => expect(closed).toEqual(['user.registered', 'session.started']))
  expect(await outboxOf(api).countDocuments({ answer: '200' })).toBeGreaterThan(0)
  expect(sent).toBeLessThan(40_000_000)
})

it('a receiver that answers letter by letter has its time and no more', async () => {
  const { receiver, api } = await told({}, impatient)
  receiver.answer = () => (slow) => {
    slow.socket?.write('HTTP/1.1 200 OK\r\n')
    const letters = setInterval(() => slow.socket?.write('x-a: b\r\n'), 20)
    slow.on('close', () => clearInterval(letters))
  }
  await registered(api)
  await eventually(async () => {
    const [first] = await outboxOf(api).find().sort({ sequence: 1 }).toArray()
    expect(first).toMatchObject({ type: 'user.registered', answer: 'no answer in 0.5 s', state: 'waiting' })
  })
})

it('no redirect is followed, and it counts as not taken', async () => {
  const [elsewhere, { receiver, api }] = [await webhookReceiver(), await told()]
  receiver.answer = () => (response) => {
    response.writeHead(307, { location: elsewhere.url }).end()
  }
  await registered(api)
  await eventually(async () => expect(await outboxOf(api).findOne({ answer: '307' })).not.toBeNull())
  expect(elsewhere.attempts).toEqual([])
})

it('a receiver that asks for time gets it', async () => {
  const { receiver, api } = await told()
  receiver.answer = () => (response) => {
    response.writeHead(429, { 'retry-after': '300' }).end()
  }
  await registered(api)
  const dueAt = async () => (await outboxOf(api).findOne({ answer: '429' }))?.dueAt
  await eventually(async () => expect(await dueAt()).toBeDefined())
  expect(await dueAt()).toEqual(new Date(api.clock.now().getTime() + 300_000))
  receiver.answer = () => 204
  api.clock.advance(299)
  await delay(100)
  expect(receiver.taken).toEqual([])
  api.clock.advance(1)
  await receiver.next('session.started')

  receiver.answer = () => (response) => {
    const date = new Date(api.clock.now().getTime() + 120_000).toUTCString()
    response.writeHead(503, { 'retry-after': date }).end()
  }
  await registered(api)
  await eventually(async () => {
    const waiting = await outboxOf(api).findOne({ answer: '503' })
    const seconds = ((waiting?.dueAt.getTime() ?? 0) - api.clock.now().getTime()) / 1000
    expect(seconds).toBeGreaterThan(118)
    expect(seconds).toBeLessThanOrEqual(120)
  })
})

it('an endpoint that is gone (410) is asked no more until a restart, and the others are', async () => {
  const [gone, alive] = [await webhookReceiver(), await webhookReceiver()]
  gone.answer = () => 410
  const environment = { ...settings(alive), WEBHOOK_URL: `${gone.url},${alive.url}` }
  const api = await apiForTest({ environment })
  await registered(api)
  await alive.next('session.started')
  await eventually(() => expect(api.logged()).toContain('until a restart none is sent there'))
  const person = await registered(api)
  await alive.next('session.started', person.sessionId)
  await delay(100)
  expect(gone.attempts).toHaveLength(1)
  gone.answer = () => 204
  await apiForTest({ environment, mongoUri: api.mongoUri })
  await gone.next('session.started', person.sessionId)
})

it('while secrets change it is signed with both, and each endpoint may have one of its own', async () => {
  const [one, two] = [await webhookReceiver(), await webhookReceiver()]
  const secrets = ['a', 'b', 'c'].map(
    (letter) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`,
  )
  const [first = '', second = '', former = ''] = secrets
  const api = await apiForTest({
    environment: {
      WEBHOOK_URL: `${one.url},${two.url}`,
      WEBHOOK_SECRET: `${first},${second}`,
      WEBHOOK_SECRET_PREVIOUS: former,
    },
  })
  await registered(api)
  const signedWith = async (receiver: Receiver) => {
    const attempt = await receiver.next('session.started')
    return secrets.filter((each) => isSignedWith(each, attempt))
  }
  expect(await signedWith(one)).toEqual([first, former])
  expect(await signedWith(two)).toEqual([second, former])
  // Neither they nor the addresses stand in the database.
  const stored = JSON.stringify(await outboxOf(api).find().toArray())
  for (const word of [...secrets.map((each) => each.slice(6)), '/hooks']) expect(stored).not.toContain(word)
})

it('killed while it sends, another process sends it, under the same id', async () => {
  const receiver = await webhookReceiver()
  const environment = { MONGO_URI: testDatabaseUri(), DATA_DIR: temporaryFolder(), ...settings(receiver) }
  receiver.answer = () => () => {}
  const first = await apiProcess(environment)
  await ready(first)
  const answer = await fetch(`${first.url}/api/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(somebody()),
  })
  expect(answer.status).toBe(201)
  await eventually(() => expect(receiver.attempts).toHaveLength(1))
  first.child.kill('SIGKILL')
  await first.exited
  receiver.answer = () => 204
  // Once its time is up.
  const second = await apiProcess(environment, { clockOffsetSeconds: 61 })
  await ready(second)
  await receiver.next('session.started')
  expect(receiver.taken.map(({ type }) => type)).toEqual(['user.registered', 'session.started'])
  expect(receiver.attempts.map(({ id }) => id)).toEqual([
    receiver.taken[0]?.id,
    ...receiver.taken.map(({ id }) => id),
  ])
}, 240_000)

it('several processes send each event once', async () => {
  const { receiver, api } = await told()
  receiver.answer = () => (response) => void setTimeout(() => response.writeHead(204).end(), 20)
  const other = await apiForTest({ mongoUri: api.mongoUri, environment: settings(receiver) })
  await Promise.all(Array.from({ length: 12 }, (_, i) => registered(i % 2 === 0 ? api : other)))
  await eventually(async () => expect(await outboxOf(api).countDocuments({ state: 'delivered' })).toBe(24))
  expect(receiver.attempts).toHaveLength(24)
  expect(new Set(receiver.attempts.map(({ id }) => id)).size).toBe(24)
})

it('an outbox that cannot be written fails no request, signs nobody out, and loses nothing', async () => {
  const { receiver, api } = await told()
  const outbox = api.services.database.connection.model('WebhookDelivery').collection
  const { bulkWrite } = outbox
  outbox.bulkWrite = async () => {
    throw new Error('the database is away')
  }
  const person = await registered(api)
  await protectedWith(api, person.body.accessToken).expect(200)
  expect(api.logged()).toContain('events for webhooks could not be written yet')
  outbox.bulkWrite = bulkWrite
  await receiver.next('session.started', person.sessionId)
  expect(receiver.taken.map(({ type }) => type)).toEqual(['user.registered', 'session.started'])
})

it('an event that can never be stored or made is lost by itself, is told, and holds up no other', async () => {
  const { receiver, api } = await told({ METRICS_PORT: '0' })
  const { webhooks } = api.services
  const person = await registered(api)
  await receiver.next('session.started', person.sessionId)
  const event = { kind: 'signed_in', sessionId: null, userId: new Types.ObjectId() } as const
  const sessionId = new Types.ObjectId()
  // The driver sends no such id and nothing of this length, the database refuses what one of its indexes forbids, and
  // making the last one throws.
  await outboxOf(api).createIndex({ userId: 1, type: 1 }, { unique: true })
  webhooks?.tell({ ...event, sessionId, userId: 'nobody' })
  webhooks?.tell({ ...event, sessionId, amr: ['x'.repeat(17_000_000)] as never })
  await api.http.post('/api/login').send({ email: person.email, password }).expect(200)
  const broken = {
    toString() {
      throw new Error('no text')
    },
  }
  webhooks?.tell({ ...event, sessionId, userId: broken })
  // In the same breath, behind all of them.
  webhooks?.tell({ ...event, sessionId })
  await receiver.next('session.started', event.userId.toHexString())
  const later = await registered(api)
  await receiver.next('session.started', later.sessionId)

  expect(api.logged().match(/was lost: it can never be stored/g)).toHaveLength(3)
  expect(api.logged().match(/was lost: it cannot be made/g)).toHaveLength(1)
  expect(api.logged()).not.toContain('could not be written yet')
  expect(await api.metrics()).toContain('latchkey_webhooks_total{outcome="lost"} 4')
})

it('an event that is lost counts once, to however many endpoints it was to go', async () => {
  const [one, other] = [await webhookReceiver(), await webhookReceiver()]
  const environment = { ...settings(one), WEBHOOK_URL: `${one.url},${other.url}`, METRICS_PORT: '0' }
  const api = await apiForTest({ environment })
  const event = { kind: 'signed_in', sessionId: new Types.ObjectId() } as const
  await outboxOf(api).createIndex(
    { type: 1 },
    { unique: true, partialFilterExpression: { type: 'session.started' } },
  )
  const blocking = { _id: 'blocking', type: 'session.started' } as object
  await outboxOf(api).insertOne(blocking)
  api.services.webhooks?.tell({ ...event, userId: new Types.ObjectId() })
  await eventually(() => expect(api.logged()).toContain('was lost: it can never be stored'))
  expect(api.logged().match(/was lost: it can never be stored/g)).toHaveLength(1)
  expect(await api.metrics()).toContain('latchkey_webhooks_total{outcome="lost"} 1')
})

it('what the database refuses to change holds up no other line, and is lost after three days', async () => {
  const { receiver, api } = await told({ METRICS_PORT: '0' })
  const userId = new Types.ObjectId()
  // An index forbids that anything of this user is taken for the first time.
  await outboxOf(api).createIndex({ attempts: 1 }, { unique: true, partialFilterExpression: { userId } })
  const blocking = {
    _id: 'blocking',
    userId,
    attempts: 1,
    state: 'waiting',
    endpoint: 'of another',
  } as object
  await outboxOf(api).insertOne(blocking)
  api.services.webhooks?.tell({ kind: 'signed_in', userId, sessionId: new Types.ObjectId() })
  await eventually(() => expect(api.logged()).toContain('the database refuses to change it'))
  const person = await registered(api)
  await receiver.next('session.started', person.sessionId)
  expect(await api.metrics()).toContain('latchkey_webhooks_total{outcome="lost"} 0')

  await meanwhile(api, 7200, async () =>
    expect(await api.metrics()).toContain('latchkey_webhooks_total{outcome="lost"} 1'),
  )
  expect((api.clock.now().getTime() - Date.now()) / 86_400_000).toBeGreaterThan(2.9)
  expect(await outboxOf(api).countDocuments({ userId, _id: { $ne: 'blocking' } } as object)).toBe(0)
  expect(receiver.taken.filter(({ data }) => data.userId === userId.toHexString())).toEqual([])
})

it('what waits to be stored in an outage of the database is stored after it, in its order', async () => {
  const wire = await cuttableProxy(testDatabaseUri())
  const receiver = await webhookReceiver()
  const api = await apiForTest({ mongoUri: wire.uri, environment: settings(receiver) })
  const userId = new Types.ObjectId()
  const sessions = [1, 2, 3].map(() => new Types.ObjectId())
  wire.cut()
  for (const sessionId of sessions) api.services.webhooks?.tell({ kind: 'signed_in', userId, sessionId })
  await eventually(() => expect(api.logged()).toContain('could not be written yet; trying again'))
  await wire.mend()
  await receiver.next('session.started', sessions[2]?.toHexString())
  expect(receiver.taken.map(({ data }) => data.sessionId)).toEqual(sessions.map(String))
  expect(api.logged()).not.toContain('was lost')
})

it('what waits in an outage of the database is sent after it', async () => {
  const wire = await cuttableProxy(testDatabaseUri())
  const receiver = await webhookReceiver()
  receiver.answer = () => 500
  const api = await apiForTest({ mongoUri: wire.uri, environment: settings(receiver) })
  const person = await registered(api)
  await eventually(() => expect(receiver.attempts.length).toBeGreaterThan(0))
  wire.cut()
  receiver.answer = () => 204
  await protectedWith(api, person.body.accessToken).expect(200)
  await wire.mend()
  await meanwhile(api, 5, () => expect(receiver.taken).toHaveLength(2))
  await login(api, person)
})

it('after three days it is given up, and an operator sees it, has it tried again, and finds it in doctor', async () => {
  const { receiver, api } = await told({ METRICS_PORT: '0' })
  receiver.answer = () => 500
  const person = await registered(api)
  const failed = () => outboxOf(api).countDocuments({ state: 'failed' })
  // Both of them, one after the other.
  await meanwhile(api, 7200, async () => expect(await failed()).toBe(2))
  const days = (api.clock.now().getTime() - Date.now()) / 86_400_000
  expect(days).toBeGreaterThan(2.9)

  const listed = jsonLines((await latchkey(api, ['webhooks', 'list', '--json'])).stdout)
  const common = { userId: person.body.user.id, endpoint: new URL(receiver.url).host, state: 'failed' }
  expect(listed).toMatchObject([
    { ...common, type: 'user.registered', answer: '500' },
    { ...common, type: 'session.started', answer: '500' },
  ])
  const table = (await latchkey(api, ['webhooks', 'list'])).stdout
  expect(table).toMatch(/^EVENT +TYPE +USER +ENDPOINT +STATE +ATTEMPTS +ANSWER/)

  const { connection } = api.services.database
  const found = await checkDatabase({ ...api.services, connection })
  expect(found.find(({ name }) => name === 'webhooks')).toMatchObject({
    finding: 'problem',
    sentence: expect.stringContaining('does not take webhooks: 2 given up, 0 tried again (500).'),
  })
  expect((await latchkey(api, ['webhooks', 'test'])).status).toBe(1)
  const metrics = await api.metrics()
  expect(metrics).toContain('latchkey_webhook_outbox{state="failed"} 2')
  expect(metrics).toMatch(/latchkey_webhooks_total\{outcome="failed"\} [1-9]/)
  expect(metrics).toMatch(/latchkey_webhooks_total\{outcome="postponed"\} [1-9]/)

  receiver.answer = () => 204
  expect((await latchkey(api, ['webhooks', 'test'])).status).toBe(0)
  expect(receiver.attempts.at(-1)).toMatchObject({ type: 'webhook.test', data: {} })
  expect((await latchkey(api, ['webhooks', 'retry'])).status).toBe(2)
  expect((await latchkey(api, ['webhooks', 'retry', 'msg_none'])).status).toBe(3)
  const retried = await latchkey(api, ['webhooks', 'retry', '--all', '--json'])
  expect(JSON.parse(retried.stdout)).toEqual({ retried: 2 })
  expect(JSON.parse(retried.stderr)).toMatchObject({ command: 'webhooks retry', event: null, retried: 2 })
  await receiver.next('session.started', person.sessionId)
  const after = await checkDatabase({ ...api.services, connection })
  expect(after.find(({ name }) => name === 'webhooks')?.finding).toBe('ok')
  expect((await latchkey(api, ['webhooks', 'list'])).stdout).toBe('')
})

it('what was given up is lined up again in its order, whichever process had put it there, and however often', async () => {
  const { receiver, api } = await told()
  receiver.answer = () => 500
  const person = await registered(api)
  const { id } = person.body.user
  const giveUp = () => outboxOf(api).updateMany({}, { $set: { state: 'failed', answer: '500' } })
  await eventually(async () => expect(await outboxOf(api).countDocuments()).toBe(2))
  await eventually(() => expect(receiver.attempts.length).toBeGreaterThan(0))
  await api.services.webhooks?.stop()
  await giveUp()
  // As by a process that had put many before it, and one that had just started.
  const earlier = new Date(Date.now() - 60_000)
  await outboxOf(api).updateOne({ type: 'user.registered' }, { $set: { queuedAt: earlier, sequence: 1001 } })
  await outboxOf(api).updateOne({ type: 'session.started' }, { $set: { sequence: 0 } })
  for (const _ of [1, 2, 3]) {
    const { stdout } = await latchkey(api, ['webhooks', 'retry', '--all', '--json'])
    expect(JSON.parse(stdout)).toEqual({ retried: 2 })
    const line = await outboxOf(api).find({ state: 'waiting' }).sort({ queuedAt: 1, sequence: 1 }).toArray()
    expect(line.map(({ type }) => type)).toEqual(['user.registered', 'session.started'])
    await giveUp()
  }
  await latchkey(api, ['webhooks', 'retry', '--all'])
  receiver.answer = () => 204
  await apiForTest({ mongoUri: api.mongoUri, clock: api.clock, environment: settings(receiver) })
  await receiver.next('session.started', person.sessionId)
  expect(aboutIn(receiver.taken, id).map(({ type }) => type)).toEqual(['user.registered', 'session.started'])
})

it('what waits for an address that was changed goes to the one in its place, in its order', async () => {
  const { receiver: former, api } = await told()
  former.answer = () => 500
  const person = await registered(api)
  const { id } = person.body.user
  await eventually(() => expect(former.attempts.length).toBeGreaterThan(0))
  const next = await webhookReceiver()
  const environment = settings(next)
  const { clock, mongoUri } = api
  const doctorOf = async ({ services }: TestApi) =>
    (await checkDatabase({ ...services, connection: services.database.connection })).find(
      ({ name }) => name === 'webhooks',
    )
  // As long as a process with the former settings is there, they are its.
  const beside = await apiForTest({ mongoUri, clock, environment })
  expect(await doctorOf(beside)).toMatchObject({
    finding: 'warning',
    sentence: '2 webhooks wait for an address that WEBHOOK_URL does not name any more.',
  })
  await beside.close()
  await api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
  await eventually(async () => expect(await outboxOf(api).countDocuments({ state: 'waiting' })).toBe(3))
  expect(next.attempts.filter(({ type }) => type !== 'session.ended')).toEqual([])
  const sent = former.attempts[0]?.id
  await api.close()

  clock.advance(700)
  const after = await apiForTest({ mongoUri, clock, environment })
  await next.next('session.started', person.sessionId)
  await eventually(async () => expect((await doctorOf(after))?.finding).toBe('ok'))
  // The end is made from its revocation, too, by whoever reads that, and is there once.
  await eventually(() => expect(aboutIn(next.attempts, id)).toHaveLength(3))
  const types = aboutIn(next.taken, id).map(({ type }) => type)
  expect(types.filter((type) => type !== 'session.ended')).toEqual(['user.registered', 'session.started'])
  expect(next.taken.map((each) => each.id)).toContain(sent)
  expect(after.logged()).toContain('webhooks for a former address go to this one')
})

it('where several addresses are set nobody knows which took its place, and it is told', async () => {
  const { receiver: former, api } = await told()
  former.answer = () => 500
  await registered(api)
  await eventually(() => expect(former.attempts.length).toBeGreaterThan(0))
  const { clock, mongoUri } = api
  await api.close()
  clock.advance(86_400)
  const [one, two] = [await webhookReceiver(), await webhookReceiver()]
  const several = { ...settings(one), WEBHOOK_URL: `${one.url},${two.url}` }
  const other = await apiForTest({ mongoUri, clock, environment: several })
  await eventually(() =>
    expect(other.logged()).toContain('wait for an address that WEBHOOK_URL does not name any more'),
  )
  expect([...one.attempts, ...two.attempts]).toEqual([])
  // Named again, it gets them.
  former.answer = () => 204
  const named = { ...several, WEBHOOK_URL: `${several.WEBHOOK_URL},${former.url}` }
  await apiForTest({ mongoUri, clock, environment: named })
  await former.next('session.started')
})

it('what nobody can read does not stand in the way', async () => {
  const { receiver, api } = await told()
  const person = await registered(api)
  await receiver.next('session.started')
  const stored = await outboxOf(api).findOne({ type: 'session.started' }, { projection: { _id: 0, body: 0 } })
  const lame = { ...stored, state: 'waiting', dueAt: api.clock.now(), queuedAt: new Date(0) }
  const whole = { ...lame, body: '{}' }
  await outboxOf(api).insertMany([
    lame,
    { ...lame, userId: null },
    { ...whole, dueAt: null },
    { ...whole, attempts: 'none' },
  ])
  await api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
  await receiver.next('session.ended', person.sessionId)
  expect(await outboxOf(api).countDocuments({ state: 'failed', answer: 'unreadable' })).toBe(4)
})

it('a process that stops finishes what it sends and leaves the rest to others', async () => {
  const { receiver, api } = await told()
  let answer = () => {}
  receiver.answer = () => (response) => {
    answer = () => response.writeHead(204).end()
  }
  await registered(api)
  await eventually(() => expect(receiver.attempts).toHaveLength(1))
  const stopped = vi.spyOn(api.services.webhooks as NonNullable<typeof api.services.webhooks>, 'stop')
  const closed = api.close()
  await eventually(() => expect(stopped).toHaveBeenCalled())
  answer()
  await closed
  const [started] = receiver.attempts
  receiver.answer = () => 204
  const other = await apiForTest({ mongoUri: api.mongoUri, environment: settings(receiver) })
  expect(await outboxOf(other).findOne({ eventId: started?.id })).toMatchObject({ state: 'delivered' })
  await receiver.next('session.started')
  expect(receiver.attempts).toHaveLength(2)
})

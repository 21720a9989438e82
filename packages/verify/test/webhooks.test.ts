import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { Webhook } from 'standardwebhooks'
import { expect, it, onTestFinished, vi } from 'vitest'
import {
  createVerifier,
  type Revocation,
  type RevocationStore,
  type TokenRefused,
  type VerifierOptions,
  type WebhookEvent,
  type WebhookRefused,
} from '../src/index.ts'
import { memoryRevocations } from '../src/revocations/memory-revocations.ts'
import { webhookHandler } from '../src/servers/connect.ts'
import {
  claims,
  heardLog,
  issuer,
  keyServer,
  movableClock,
  signingKey,
  start,
  tokenOf,
} from './support/issuer.ts'

const key = await signingKey('one')
const webhookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo='
const otherSecret = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
const { sub: userId, sid: sessionId } = claims

async function verifying(options: Partial<VerifierOptions> = {}) {
  const server = await keyServer([key])
  onTestFinished(() => server.close())
  const clock = movableClock()
  const log = heardLog()
  const verifier = createVerifier({
    issuer,
    jwksUrl: server.url,
    clock,
    log,
    webhookSecret,
    ...options,
  } as VerifierOptions)
  const outcome = async (changed: Record<string, unknown> = {}) =>
    verifier.verify(await tokenOf(key, changed)).then(
      () => 'in',
      ({ reason }: TokenRefused) => reason,
    )
  return { clock, log, verifier, outcome }
}

interface Sent {
  at?: number
  secret?: string
}

/** A webhook as Latchkey sends it, signed by the library of Standard Webhooks. */
function sent(type: string, data: object, { at = start, secret = webhookSecret }: Sent = {}) {
  const body = JSON.stringify({ type, timestamp: new Date(at * 1000).toISOString(), data })
  const signature = new Webhook(secret).sign('msg_1', new Date(at * 1000), body)
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(at), 'webhook-signature': signature }
  return [body, headers] as const
}

const fault = (taken: Promise<unknown>): Promise<WebhookRefused> =>
  taken.then(
    () => expect.unreachable('it was taken'),
    (error) => error,
  )

it('an ended session is refused, a token below the epoch of its user too, and others live', async () => {
  const { verifier, outcome } = await verifying()
  expect(await outcome()).toBe('in')
  const event = await verifier.webhook(
    ...sent('session.ended', { userId, sessionId, epoch: null, reason: 'signed_out' }),
  )
  expect(event).toEqual({
    id: 'msg_1',
    type: 'session.ended',
    timestamp: new Date(start * 1000),
    data: { userId, sessionId, epoch: null, reason: 'signed_out' },
  })
  expect(await outcome()).toBe('session_ended')
  expect(await outcome({ sid: 'another' })).toBe('in')

  await verifier.webhook(...sent('tokens.revoked', { userId, sessionId: null, epoch: 4 }))
  expect(await outcome({ sid: 'another' })).toBe('out_of_date')
  expect(await outcome({ sid: 'another', epoch: 4 })).toBe('in')
  // Late, or again: the higher number counts.
  await verifier.webhook(...sent('tokens.revoked', { userId, sessionId: null, epoch: 2 }))
  expect(await outcome({ sid: 'another', epoch: 3 })).toBe('out_of_date')
  expect(await outcome({ sid: 'another', epoch: undefined })).toBe('out_of_date')

  await verifier.webhook(
    ...sent('session.ended', { userId, sessionId: null, epoch: null, reason: 'account_deleted' }),
  )
  expect(await outcome({ sid: 'another', epoch: 99 })).toBe('session_ended')
  expect(await outcome({ sub: 'somebody else', sid: 'another' })).toBe('in')
})

it('a refusal says which session ended and why, and the caller that the token was revoked', async () => {
  const { verifier } = await verifying()
  await verifier.webhook(...sent('session.ended', { userId, sessionId, epoch: null, reason: 'token_reused' }))
  const error: TokenRefused = await verifier.verify(await tokenOf(key)).catch((thrown) => thrown)
  expect(error.message).toBe(`The session ${sessionId} has ended (token_reused).`)
  expect([error.status, error.body.code]).toEqual([401, 'access_token_revoked'])
})

it('what it does not know is taken and changes nothing; what says no epoch ends every token', async () => {
  const { verifier, outcome } = await verifying()
  await verifier.webhook(...sent('user.registered', { userId }))
  await verifier.webhook(...sent('something.new', { userId, sessionId, epoch: null }))
  expect(await outcome()).toBe('in')
  await verifier.webhook(...sent('session.ended', { userId, sessionId }))
  expect(await outcome()).toBe('session_ended')
})

it('only what is signed with our secret, now, and to the letter is believed', async () => {
  const { verifier, outcome, log, clock } = await verifying()
  const ended = { userId, sessionId, epoch: null, reason: 'signed_out' }
  const [body, headers] = sent('session.ended', ended)
  const faults = await Promise.all([
    fault(verifier.webhook(...sent('session.ended', ended, { secret: otherSecret }))),
    fault(verifier.webhook(body.replace('signed_out', 'signed_uot'), headers)),
    fault(verifier.webhook(body, { ...headers, 'webhook-id': 'msg_2' })),
    fault(verifier.webhook(body, { ...headers, 'webhook-timestamp': String(start + 1) })),
    fault(verifier.webhook(body, { ...headers, 'webhook-signature': 'v1,AAAA v2,AAAA nonsense v1,%%%' })),
    fault(verifier.webhook(...sent('session.ended', ended, { at: start - 301 }))),
    fault(verifier.webhook(...sent('session.ended', ended, { at: start + 301 }))),
    fault(verifier.webhook(body, {})),
    fault(verifier.webhook(body, { ...headers, 'webhook-timestamp': 'now' })),
    fault(verifier.webhook(JSON.parse(body), headers)),
    fault(verifier.webhook(' '.repeat(70_000), headers)),
  ])
  expect(faults.map(({ reason, status }) => `${status} ${reason}`)).toEqual([
    ...Array(5).fill('401 signature'),
    ...Array(2).fill('401 timestamp'),
    ...Array(2).fill('400 headers'),
    ...Array(2).fill('400 body'),
  ])
  expect(faults[9]?.message).toMatch(/before express\.json\(\)/)
  expect(await outcome()).toBe('in')
  // Once for each reason, whoever sends how many.
  expect(log.warned).toHaveLength(4)

  // A repetition changes nothing while it is believed, and is refused afterwards.
  await verifier.webhook(body, headers)
  await verifier.webhook(body, headers)
  clock.advance(301)
  expect((await fault(verifier.webhook(body, headers))).reason).toBe('timestamp')
})

it('headers are found in any case, and alone in a list', async () => {
  const { verifier } = await verifying()
  const [body, headers] = sent('webhook.test', {})
  const { 'webhook-id': id, ...others } = headers
  await verifier.webhook(body, { 'Webhook-Id': [id], ...others })
  expect((await fault(verifier.webhook(body, { 'webhook-id': [id, id], ...others }))).reason).toBe('headers')
  expect(
    (await fault(verifier.webhook(body, { 'webhook-id': id, 'Webhook-Id': id, ...others }))).reason,
  ).toBe('headers')
})

it('while the secret changes, a signature with either is taken, wherever it stands', async () => {
  const ended = { userId, sessionId, epoch: null, reason: 'signed_out' }
  const [body, headers] = sent('session.ended', ended)
  const [, others] = sent('session.ended', ended, { secret: otherSecret })
  const both = new Headers({
    ...headers,
    'webhook-signature': `${others['webhook-signature']} ${headers['webhook-signature']}`,
  })
  const { verifier } = await verifying()
  await verifier.webhook(new TextEncoder().encode(body), both)
  const changing = await verifying({ webhookSecret: [webhookSecret, otherSecret] })
  await changing.verifier.webhook(body, headers)
  await changing.verifier.webhook(body, others)
})

it('what is remembered lapses with the tokens it concerns', async () => {
  const { verifier, outcome, clock } = await verifying()
  await verifier.webhook(...sent('session.ended', { userId, sessionId, epoch: null, reason: 'signed_out' }))
  clock.advance(3600)
  const later = { iat: start + 3600, exp: start + 4500 }
  expect(await outcome(later)).toBe('session_ended')
  clock.advance(3601)
  await verifier.webhook(
    ...sent('session.ended', { userId, sessionId: 'x', epoch: null }, { at: start + 7201 }),
  )
  expect(await outcome({ iat: start + 7201, exp: start + 8000 })).toBe('in')
})

it('why a session ended is said, whatever changed later', async () => {
  const { verifier, outcome } = await verifying()
  await verifier.webhook(
    ...sent('session.ended', { userId, sessionId: null, epoch: 4, reason: 'password_changed' }),
  )
  await verifier.webhook(...sent('tokens.revoked', { userId, sessionId: null, epoch: 5 }))
  expect(await outcome()).toBe('session_ended')
  expect(await outcome({ epoch: 4 })).toBe('out_of_date')
  expect(await outcome({ epoch: 5 })).toBe('in')
})

it('memory is bounded: what is dropped takes with it whatever was issued before it was told', () => {
  const clock = movableClock()
  const store = memoryRevocations({ clock, size: 2 })
  const revocation = (id: string, at: number): Revocation => ({
    id,
    epoch: null,
    reason: 'signed_out',
    at: new Date(at * 1000),
    until: new Date((at + 7200) * 1000),
  })
  const told = (sid: string, iat: number) => store.find({ sid, sub: 'u', iat, epoch: 0 })
  store.add(revocation('a', start))
  store.add(revocation('b', start + 2000))
  expect(told('c', start - 50)).toEqual([])
  store.add(revocation('c', start + 4000))
  // The first is not known any more, so everything that old is refused.
  expect(told('a', start - 50)).toMatchObject([{ epoch: null, reason: null }])
  expect(told('x', start - 50)).toMatchObject([{ epoch: null, reason: null }])
  expect(told('x', start + 1199)).toHaveLength(1)
  expect(told('x', start + 1200)).toEqual([])
  expect(told('c', start + 3000)).toMatchObject([{ id: 'c', reason: 'signed_out' }])
  clock.advance(7200)
  expect(told('x', start - 50)).toEqual([])
})

it('a store of one’s own is shared by processes; while it fails, nobody is let in and webhooks come again', async () => {
  const kept: Revocation[] = []
  let isUp = true
  const up = () => (isUp ? undefined : Promise.reject(new Error('no connection')))
  const revocations: RevocationStore = {
    async add(revocation) {
      await up()
      kept.push(revocation)
    },
    async find({ sid, sub }) {
      await up()
      return kept.filter(({ id }) => id === sid || id === sub)
    },
  }
  const [here, there] = [await verifying({ revocations }), await verifying({ revocations })]
  await here.verifier.webhook(...sent('tokens.revoked', { userId, sessionId: null, epoch: 2 }))
  expect(await there.outcome()).toBe('in')
  await here.verifier.webhook(...sent('tokens.revoked', { userId, sessionId: null, epoch: 4 }))
  await here.verifier.webhook(
    ...sent('session.ended', { userId, sessionId, epoch: null, reason: 'signed_out' }),
  )
  expect(await there.outcome({ sid: 'another' })).toBe('out_of_date')
  expect(await there.outcome({ epoch: 9 })).toBe('session_ended')
  isUp = false
  const error: TokenRefused = await there.verifier.verify(await tokenOf(key)).catch((thrown) => thrown)
  expect([error.reason, error.status]).toEqual(['revocations_unavailable', 503])
  const again = await fault(
    here.verifier.webhook(...sent('tokens.revoked', { userId, sessionId: null, epoch: 5 })),
  )
  expect([again.reason, again.status]).toEqual(['store', 503])
})

it.each([['all'], ['many'], [Number.NaN], [undefined], ['4'], [{}]])(
  'a store that gives back %j as the epoch lets nobody in',
  async (epoch) => {
    const row = {
      id: userId,
      epoch,
      reason: null,
      at: new Date(),
      until: new Date(),
    } as unknown as Revocation
    const { outcome } = await verifying({ revocations: { add() {}, find: () => [row] } })
    expect(await outcome()).toBe('out_of_date')
    expect(await outcome({ epoch: 4 })).toBe(epoch === '4' ? 'in' : 'out_of_date')
  },
)

async function listening(listener: Parameters<typeof createServer>[1]) {
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const post = (url: string, [body, headers]: ReturnType<typeof sent>) =>
  fetch(`${url}/webhooks`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })

it('Express: a guard, its claims, and a receiver of webhooks', async () => {
  const { verifier } = await verifying()
  const events: WebhookEvent[] = []
  const app = express()
    .post(
      '/webhooks',
      verifier.receiveWebhooks((event) => {
        if (event.type === 'webhook.test') throw new Error('not now')
        events.push(event)
      }),
    )
    .get('/me', verifier.authenticate, (req, res) => void res.json(verifier.claimsOf(req)))
    .get('/open', (req, res) => void res.json(verifier.claimsOf(req)))
    .use(((_error, _req, res, _next) => void res.sendStatus(500)) satisfies express.ErrorRequestHandler)
  const url = await listening(app)
  const authorization = `Bearer ${await tokenOf(key)}`
  const me = async (headers: Record<string, string>) => await fetch(`${url}/me`, { headers })

  expect(await (await me({ authorization })).json()).toEqual(claims)
  const none = await me({})
  expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="latchkey"'])
  expect(none.headers.get('content-type')).toBe('application/problem+json')
  expect(await none.json()).toMatchObject({ code: 'access_token_missing', detail: 'Sign in to see this.' })
  // A route that forgot its guard.
  expect((await fetch(`${url}/open`, { headers: { authorization } })).status).toBe(500)

  const ended = sent('session.ended', { userId, sessionId, epoch: null, reason: 'signed_out' })
  expect((await post(url, [ended[0], { ...ended[1], 'webhook-signature': 'v1,AAAA' }])).status).toBe(401)
  expect((await post(url, ended)).status).toBe(204)
  expect(events.map(({ type }) => type)).toEqual(['session.ended'])
  const refused = await me({ authorization })
  expect([refused.status, await refused.json()]).toEqual([
    401,
    expect.objectContaining({ code: 'access_token_revoked' }),
  ])
  // What could not be handled has to come again.
  expect((await post(url, sent('webhook.test', {}))).status).toBe(500)
})

it('Express: a body that was parsed before is refused with a sentence, one that was read is taken', async () => {
  const { verifier, log } = await verifying()
  const ended = sent('session.ended', { userId, sessionId, epoch: null, reason: 'signed_out' })
  const parsing = await listening(express().use(express.json()).post('/webhooks', verifier.receiveWebhooks()))
  expect((await post(parsing, ended)).status).toBe(400)
  expect(log.warned).toEqual([expect.stringMatching(/parsed already/)])
  const reading = await listening(
    express()
      .use(express.text({ type: '*/*' }))
      .post('/webhooks', verifier.receiveWebhooks()),
  )
  expect((await post(reading, ended)).status).toBe(204)
})

it('node:http: the same, without a framework', async () => {
  const { verifier } = await verifying()
  const receive = verifier.receiveWebhooks(() => Promise.reject(new Error('not now')))
  const url = await listening((req, res) => {
    if (req.url === '/webhooks') return void receive(req, res)
    void verifier.authenticate(req, res, () => res.end(verifier.claimsOf(req).username))
  })
  const authorization = `Bearer ${await tokenOf(key)}`
  expect(await (await fetch(url, { headers: { authorization } })).text()).toBe('ada')
  expect((await fetch(url)).status).toBe(401)
  expect((await post(url, sent('webhook.test', {}))).status).toBe(500)
})

it('a body that breaks off is a webhook that was refused, and no error of the server', async () => {
  const { verifier, log } = await verifying()
  const failed: unknown[] = []
  const url = await listening(
    express()
      .post('/webhooks', verifier.receiveWebhooks())
      .use(((error, _req, res, _next) => {
        failed.push(error)
        res.end()
      }) satisfies express.ErrorRequestHandler),
  )
  const breakOff = (headers: Record<string, string>) =>
    new Promise<void>((done) => {
      const sending = request(`${url}/webhooks`, {
        method: 'POST',
        headers: { ...headers, 'content-length': 100 },
      })
      sending.on('error', () => undefined).on('close', done)
      sending.write('{', () => setTimeout(() => sending.destroy(), 20))
    })
  const [, headers] = sent('webhook.test', {})
  for (let times = 0; times < 3; times += 1) await breakOff(headers)
  await vi.waitFor(() => expect(log.debugged).toHaveLength(2), { timeout: 60_000 })
  expect(log.warned).toEqual(['The body of the webhook did not arrive whole.'])
  expect(failed).toEqual([])
})

it('the body is waited for once the headers are good, and not for long', async () => {
  const { verifier } = await verifying()
  const answers: (number | string)[] = []
  const never = {
    async *[Symbol.asyncIterator]() {
      await new Promise(() => undefined)
    },
  }
  const res = {
    statusCode: 0,
    setHeader: (name: string, value: string) => void (name === 'Connection' && answers.push(value)),
    end: (body = '{}') => void answers.push(res.statusCode, JSON.parse(body).code),
  }
  await verifier.receiveWebhooks()({ ...never, headers: {} }, res)
  expect(answers).toEqual(['close', 400, 'webhook_headers'])

  const receive = webhookHandler({
    take: async (readBody) => await Promise.reject(await Promise.resolve(readBody()).catch((error) => error)),
    handle: () => undefined,
    log: heardLog(),
    timeoutMs: 10,
  })
  await receive({ ...never, headers: {} }, res)
  expect(answers.slice(3)).toEqual(['close', 400, 'webhook_body'])
})

import { activityKinds } from '@latchkey/contracts'
import { Types } from 'mongoose'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventsOf } from '../src/webhooks/webhook-event.ts'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { mailServer, tokenIn } from './support/mail-server.ts'
import { personWithPasskey, publicUrl } from './support/passkeys.ts'
import { login, password, refresh, registered, type SignedInPerson, verified } from './support/people.ts'
import { latchkey } from './support/terminal.ts'
import {
  isSignedWith,
  type Receiver,
  secret,
  settings,
  startReceiver,
  webhookReceiver,
} from './support/webhook-receiver.ts'

const as = ({ body }: SignedInPerson) => ({ Authorization: `Bearer ${body.accessToken}` })

let api: TestApi
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  api = await startApi({ environment: settings(receiver) })
})
afterAll(async () => {
  await api.close()
  receiver.close()
})

/** Of a test by itself. */
async function apart(environment: Record<string, string> = {}) {
  const receiver = await webhookReceiver()
  const api = await apiForTest({ environment: { ...settings(receiver), ...environment } })
  return { receiver, api }
}

it('a registration is told as Standard Webhooks says, and nothing in it opens anything or names anybody', async () => {
  const person = await registered(api)
  const { id: userId } = person.body.user
  const started = await receiver.next('session.started', userId)
  const [first] = receiver.taken
  expect(first).toMatchObject({ type: 'user.registered', data: { userId } })
  expect(started.data).toEqual({ userId, sessionId: person.sessionId, amr: ['pwd'] })
  for (const each of receiver.taken) {
    expect(Object.keys(JSON.parse(each.body))).toEqual(['type', 'timestamp', 'data'])
    expect(new Date(each.timestamp).toISOString()).toBe(each.timestamp)
    expect(each.id).toMatch(/^msg_[\w-]{22}$/)
    expect(each.headers['content-type']).toBe('application/json')
    // The library of the standard takes it, its age included.
    expect(new Webhook(secret).verify(each.body, each.headers as Record<string, string>)).toEqual(
      JSON.parse(each.body),
    )
    expect(isSignedWith('whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrs=', each)).toBe(false)
    for (const word of [person.email, person.username, '127.0.0.1', person.body.accessToken])
      expect(each.body).not.toContain(word)
  }
  expect(new Set(receiver.taken.map(({ id }) => id)).size).toBe(2)
  // Neither the secret nor the address is logged.
  await eventually(() => expect(api.logged()).toContain('"webhook":"session.started"'))
  expect(api.logged()).not.toContain(secret.slice(6))
  expect(api.logged()).not.toContain('/hooks')
})

describe('ended sessions are told with the reason', () => {
  const ways: [string, (api: TestApi, person: SignedInPerson, other: SignedInPerson) => unknown][] = [
    [
      'signed_out',
      (api, person) => api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200),
    ],
    [
      'ended_by_owner',
      (api, person, other) => api.http.delete(`/api/sessions/${person.sessionId}`).set(as(other)).expect(204),
    ],
    ['ended_by_owner', (api, _, other) => api.http.delete('/api/sessions').set(as(other)).expect(204)],
    ['replaced', (api, person) => login(api, person, { Cookie: person.jar.header })],
    [
      'password_changed',
      (api, _, other) =>
        api.http
          .post('/api/change-password')
          .set(as(other))
          .send({ currentPassword: password, newPassword: 'another battery staple horse' })
          .expect(200),
    ],
    [
      'token_reused',
      async (api, person) => {
        await refresh(api, person.jar).expect(200)
        api.clock.advance(60)
        await refresh(api, person.jar).expect(403)
      },
    ],
    [
      'ended_by_administrator',
      (api, person) => latchkey(api, ['sessions', 'end', person.username, person.sessionId, '--yes']),
    ],
  ]
  it.each(ways)('%s', async (reason, end) => {
    const person = await registered(api)
    const other = await login(api, person)
    await end(api, person, other)
    const { id: userId } = person.body.user
    const { data } = await receiver.next('session.ended', person.sessionId)
    expect(data).toEqual({ userId, sessionId: person.sessionId, epoch: null, reason })
  })

  it('one too many, and those of everybody', async () => {
    const { receiver, api } = await apart({ SESSION_LIMIT: '1' })
    const person = await registered(api)
    const other = await login(api, person)
    await latchkey(api, ['sessions', 'end-all', '--yes'])
    const reason = async ({ sessionId }: SignedInPerson) =>
      (await receiver.next('session.ended', sessionId)).data.reason
    expect(await reason(person)).toBe('session_limit')
    expect(await reason(other)).toBe('ended_by_administrator')
  })

  it('all of a user at once: a reset, a disabled account, a deleted one', async () => {
    const mail = await mailServer()
    const { receiver, api } = await apart({ SMTP_URL: mail.url })
    const reset = await registered(api)
    await api.http.post('/api/forgot-password').send({ email: reset.email }).expect(200)
    const token = tokenIn(await mail.mailTo(reset.email, /Reset your password/))
    await api.http
      .post('/api/reset-password')
      .send({ token, password: 'another battery staple horse' })
      .expect(200)
    const disabled = await registered(api)
    await latchkey(api, ['users', 'disable', disabled.username, '--yes'])
    const gone = await registered(api)
    await api.http.delete('/api/me').set(as(gone)).send({ password }).expect(204)
    const ended = async ({ body }: SignedInPerson) =>
      (await receiver.next('session.ended', body.user.id)).data
    expect(await ended(reset)).toMatchObject({ sessionId: null, reason: 'password_reset' })
    expect(await ended(disabled)).toMatchObject({ sessionId: null, reason: 'account_disabled' })
    expect(await ended(gone)).toMatchObject({ sessionId: null, epoch: null, reason: 'account_deleted' })
    await receiver.next('user.disabled', disabled.body.user.id)
    await receiver.next('user.deleted', gone.body.user.id)
    // Whoever compares epochs refuses what was issued before.
    const epochs = (await ended(reset)).epoch
    expect(epochs).toBeGreaterThan(0)
  })
})

it('where sessions go on, it is told that what was issued before is out of date', async () => {
  const person = await registered(api)
  const { id: userId } = person.body.user
  await api.services.administration.setRoles(userId, ['user', 'admin'])
  const { data } = await receiver.next('tokens.revoked', userId)
  expect(data).toEqual({ userId, sessionId: null, epoch: expect.any(Number) })
  const ended = receiver.taken.filter((each) => each.type === 'session.ended' && each.data.userId === userId)
  expect(ended).toEqual([])
})

it('what is told of each security event', async () => {
  const userId = new Types.ObjectId()
  const toldOf = activityKinds.map((kind) => {
    const events = eventsOf({ kind, userId, sessionId: userId, amr: ['hwk'] }, new Date())
    return [kind, events.map(({ type, data: { userId: _, sessionId: __, ...data } }) => [type, data])]
  })
  const lost = eventsOf(
    { kind: 'password_reset', userId, sessionId: null, passkeysRemoved: true },
    new Date(),
  )
  expect(lost.map(({ type }) => type)).toEqual(['user.updated', 'factor.removed'])
  const started = [['session.started', { amr: ['hwk'] }]]
  const updated = (...changed: string[]) => [['user.updated', { changed }]]
  expect(Object.fromEntries(toldOf.filter(([, events]) => events?.length))).toEqual({
    registered: [['user.registered', {}], ...started],
    signed_in: started,
    new_device: started,
    new_network: started,
    password_changed: updated('password'),
    password_reset: updated('password', 'emailVerified'),
    password_removed: updated('password'),
    email_verified: updated('emailVerified'),
    email_changed: updated('email'),
    email_change_undone: updated('email', 'password'),
    username_changed: updated('username'),
    roles_changed: updated('roles'),
    account_disabled: [['user.disabled', {}]],
    account_enabled: [['user.enabled', {}]],
    totp_enabled: [['factor.added', { factor: 'totp' }]],
    totp_disabled: [['factor.removed', { factor: 'totp' }]],
    factors_reset: [['factor.removed', { factor: 'all' }]],
    passkey_added: [['factor.added', { factor: 'passkey' }]],
    passkey_removed: [['factor.removed', { factor: 'passkey' }]],
  })
})

it('changes of an account are told as they are made', async () => {
  const mail = await mailServer()
  const { receiver, api } = await apart({ SMTP_URL: mail.url })
  const person = await registered(api)
  const { id: userId } = person.body.user
  await verified(api, mail, person)
  await api.http
    .patch('/api/me')
    .set(as(person))
    .send({ username: `${person.username}-x`, password })
    .expect(200)
  await latchkey(api, ['users', 'disable', person.username, '--yes'])
  await eventually(() => {
    const changes = receiver.taken.filter(({ type }) => type === 'user.updated').map(({ data }) => data)
    expect(changes).toEqual([
      { userId, changed: ['emailVerified'] },
      { userId, changed: ['username'] },
    ])
  })
})

it('passkeys that go with an address put back, or a reset before it was proved, are told, and others are not', async () => {
  const mail = await mailServer()
  const { receiver, api } = await apart({ SMTP_URL: mail.url, PUBLIC_URL: publicUrl })
  const post = (path: string, body: object, person?: SignedInPerson) =>
    api.http
      .post(`/api${path}`)
      .set(person ? as(person) : {})
      .send(body)
      .expect(200)
  const reset = async ({ email }: { email: string }) => {
    await post('/forgot-password', { email })
    const token = tokenIn(await mail.mailTo(email, /Reset your password/))
    await post('/reset-password', { token, password: 'another battery staple horse' })
  }
  const removed = async ({ body }: SignedInPerson) => {
    await receiver.next('factor.removed', body.user.id)
    return receiver.taken.flatMap(({ type, data }) =>
      type === 'factor.removed' && data.userId === body.user.id ? [data.factor] : [],
    )
  }
  const { person: unproved } = await personWithPasskey(api)
  await reset(unproved)
  expect(await removed(unproved)).toEqual(['passkey'])

  const { person: moved } = await personWithPasskey(api)
  await verified(api, mail, moved)
  const email = `new-${moved.email}`
  await post('/change-email', { email, password }, moved)
  await post('/confirm-email', {
    token: tokenIn(await mail.mailTo(email, /Confirm your new email/)),
    password,
  })
  const token = tokenIn(await mail.mailTo(moved.email, /Your email address was changed/))
  await post('/undo-email', { token })
  expect(await removed(moved)).toEqual(['passkey'])
  expect((await mail.mailTo(email, /was undone/)).text).toContain('No passkey opens the account any more')

  // Theirs stay, and whoever has none loses none.
  const { person: proved } = await personWithPasskey(api)
  await verified(api, mail, proved)
  const without = await registered(api)
  for (const person of [proved, without]) {
    await reset(person)
    const { sessionId } = await login(api, { ...person, password: 'another battery staple horse' })
    await receiver.next('session.started', sessionId)
    expect(
      receiver.taken.filter(({ data }) => data.userId === person.body.user.id).map(({ type }) => type),
    ).not.toContain('factor.removed')
  }
})

it('an ended session whose process died before it told anybody is told by another', async () => {
  const { receiver, api } = await apart()
  // What a process leaves that is killed right after it has ended a session: this one tells nobody.
  const silent = await apiForTest({ mongoUri: api.mongoUri })
  const person = await registered(silent)
  await silent.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
  const { data } = await receiver.next('session.ended', person.sessionId)
  expect(data).toMatchObject({ reason: 'signed_out' })

  // Or by one that starts later.
  const last = await registered(silent)
  await api.close()
  await silent.http.post('/api/logout').set('Cookie', last.jar.header).expect(200)
  await apiForTest({ mongoUri: api.mongoUri, environment: settings(receiver) })
  await receiver.next('session.ended', last.sessionId)
})

it('an end is told by another also where a mere change has followed it before anybody read it', async () => {
  const { receiver, api } = await apart()
  // Two that tell nobody: killed right after what they do here.
  const silent = await apiForTest({ mongoUri: api.mongoUri })
  const { administration } = silent.services
  const person = await registered(api)
  const { id: userId } = person.body.user
  // This one has raised the epoch itself, and knows all of it but why what is below it has ended.
  await api.services.sessions.revocations.stop()
  await administration.disable(userId)
  await administration.enable(userId)
  await api.services.administration.setRoles(userId, ['user', 'admin'])
  await api.services.sessions.revocations.catchUp()
  const { data: end } = await receiver.next('session.ended', userId)
  expect(end).toEqual({ userId, sessionId: null, epoch: expect.any(Number), reason: 'account_disabled' })
  const revoked = receiver.taken.filter(({ type }) => type === 'tokens.revoked')
  for (const { data } of revoked) expect(data.epoch).not.toBe(end.epoch)

  // Nor is it told twice, or of what a mere change has done, by one that starts later and reads both at once.
  const late = await webhookReceiver()
  await apiForTest({ mongoUri: api.mongoUri, environment: settings(late) })
  expect((await late.next('session.ended', userId)).data).toEqual(end)
  const { data: change } = await late.next('tokens.revoked', userId)
  expect(Number(change.epoch)).toBeGreaterThan(Number(end.epoch))
  expect(late.attempts.filter(({ type }) => type === 'session.ended')).toHaveLength(1)
})

it('an end is told beside processes of the version before, which keep no more than the latest reason', async () => {
  const silent = await apiForTest()
  const { revocations } = silent.services.sessions
  const stored = silent.services.database.connection.collection('revocations')
  const id = () => new Types.ObjectId()
  const [ended, overtaken, raised, higher] = [id(), id(), id(), id()]
  const byVersionBefore = async (userId: Types.ObjectId, epoch: number, reason: string | null) => {
    const at = new Date()
    const fields = { epoch, at, expiresAt: new Date(at.getTime() + 7_200_000), userId, reason }
    await stored.updateOne({ _id: userId }, { $set: fields }, { upsert: true })
  }
  const now = (userId: Types.ObjectId, epoch: number, reason?: string) =>
    revocations.revokeBelow([userId], epoch, { userId, ...(reason && { reason }) })
  await byVersionBefore(ended, 5, 'account_disabled')
  await byVersionBefore(overtaken, 5, 'account_disabled')
  await now(overtaken, 6)
  await now(raised, 5, 'password_reset')
  await byVersionBefore(raised, 6, null)
  await now(higher, 5, 'password_reset')
  await byVersionBefore(higher, 6, 'account_disabled')
  await now(higher, 7)

  const receiver = await webhookReceiver()
  await apiForTest({ mongoUri: silent.mongoUri, environment: settings(receiver) })
  const told = async (type: string, userId: Types.ObjectId) => {
    const { epoch, reason } = (await receiver.next(type, userId.toHexString())).data
    return [epoch, reason]
  }
  expect(await told('session.ended', ended)).toEqual([5, 'account_disabled'])
  expect(await told('session.ended', overtaken)).toEqual([5, 'account_disabled'])
  expect(await told('tokens.revoked', overtaken)).toEqual([6, undefined])
  expect(await told('session.ended', raised)).toEqual([5, 'password_reset'])
  expect(await told('tokens.revoked', raised)).toEqual([6, undefined])
  expect(await told('session.ended', higher)).toEqual([6, 'account_disabled'])
  expect(await told('tokens.revoked', higher)).toEqual([7, undefined])
  expect(receiver.attempts).toHaveLength(7)
})

it('however many processes learn of it, an ended session is one event', async () => {
  const { receiver, api } = await apart()
  const others = [1, 2].map(() => apiForTest({ mongoUri: api.mongoUri, environment: settings(receiver) }))
  await Promise.all(others)
  const person = await registered(api)
  await api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
  await receiver.next('session.ended', person.sessionId)
  for (const other of others) await (await other).services.sessions.revocations.catchUp(true)
  await new Promise((done) => setTimeout(done, 300))
  expect(receiver.attempts.map(({ type }) => type)).toEqual([
    'user.registered',
    'session.started',
    'session.ended',
  ])
})

it('without an endpoint nothing is queued, and there is no outbox', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  await api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)
  const collections = await api.services.database.connection.listCollections()
  expect(collections.map(({ name }) => name)).not.toContain('webhookDeliveries')
  expect((await latchkey(api, ['webhooks', 'list'])).stderr).toContain('WEBHOOK_URL is not set')
})

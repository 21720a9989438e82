import type { ActivityEvent } from '@latchkey/contracts'
import { Types } from 'mongoose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { copyOf, jarOf, login, refresh, registered, type SignedInPerson } from './support/people.ts'
import { lockOwner } from './support/refresh-lock.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const events = async ({ body }: SignedInPerson): Promise<ActivityEvent[]> => {
  const response = await api.http.get('/api/activity').set('Authorization', `Bearer ${body.accessToken}`)
  expect(response.status).toBe(200)
  return response.body.events
}
const kinds = async (person: SignedInPerson) => (await events(person)).map(({ kind }) => kind)

it('a copied cookie jar is refused at once, and its owner reads of it', async () => {
  const owner = lockOwner()
  const person = await registered(api, owner.signIn)
  api.clock.advance(1)
  for (let i = 0; i < 5; i++) {
    const refused = await refresh(api, copyOf(person.jar), { 'User-Agent': 'curl/8.4.0' })
    expect(refused.body.code).toBe('refresh_token_locked')
  }
  await refresh(api, person.jar, owner.at(0)).expect(200)
  // Once an hour, however often the thief tries.
  expect((await events(person))[0]).toEqual({
    id: expect.any(String),
    kind: 'copied_session_refused',
    at: api.clock.now().toISOString(),
    sessionId: person.sessionId,
    ip: expect.stringContaining('127.0.0.1'),
    device: 'curl',
  })
  expect(await kinds(person)).toEqual(['copied_session_refused', 'registered'])
  expect(api.logged()).toContain('"securityEvent":"copied_session_refused"')
})

it('tells of a copy from long ago that shows a key of its own, and of no browser with a cookie as old', async () => {
  const owner = lockOwner()
  const person = await registered(api, owner.signIn)
  let { jar } = person
  for (let generation = 0; generation < 12; generation++)
    jar = jarOf(await refresh(api, jar, owner.at(generation)).expect(200))
  const asLocked = { code: 'refresh_token_locked', generation: 12 }
  // An answer that came very late has put the cookie back.
  expect((await refresh(api, person.jar, owner.at(0))).body).toMatchObject(asLocked)
  await refresh(api, person.jar, owner.at(12)).expect(200)
  expect(await kinds(person)).toEqual(['registered'])

  api.clock.advance(1)
  expect((await refresh(api, copyOf(person.jar), lockOwner().at(0))).body).toMatchObject(asLocked)
  expect(await kinds(person)).toEqual(['copied_session_refused', 'registered'])
})

it('comes page by page, to the oldest that is kept, also of one instant', async () => {
  const person = await registered(api)
  const { events: recorded } = api.services
  const device = { ip: '192.0.2.1', userAgent: 'curl/8' }
  for (let at = 0; at < 230; at++) {
    if (at % 60 === 0) api.clock.advance(1)
    await recorded.record({ kind: 'signed_out', userId: person.body.user.id, sessionId: null, device })
  }
  const page = async (after?: string) => {
    const bearer = { Authorization: `Bearer ${person.body.accessToken}` }
    return (await api.http.get('/api/activity').query({ after }).set(bearer)).body
  }
  const seen: string[] = []
  for (let next: string | undefined; next !== null; ) {
    const { events, next: following } = await page(next)
    seen.push(...events.map(({ id }: ActivityEvent) => id))
    next = following
  }
  expect(seen).toHaveLength(231)
  expect(new Set(seen).size).toBe(231)
  expect(await page('yesterday')).toMatchObject({ status: 400 })
})

it('a reused token is in the activity of its owner', async () => {
  const person = await registered(api)
  const other = await login(api, person)
  await refresh(api, person.jar).expect(200)
  api.clock.advance(11) // past the leeway
  await refresh(api, person.jar).expect(403)
  expect((await kinds(other))[0]).toBe('token_reused')
})

it('a sign-in is told apart by whether the browser is known', async () => {
  const registration = await api.http
    .post('/api/register')
    .send({ username: 'known-browser', email: 'known@example.com', password: 'correct horse battery' })
  const device =
    jarOf(registration)
      .header.split('; ')
      .find((cookie) => cookie.startsWith('latchkey.device=')) ?? ''
  expect(device).not.toBe('')
  const person = { username: 'known-browser', email: 'known@example.com', password: 'correct horse battery' }
  api.clock.advance(1)
  await login(api, person, { Cookie: device })
  api.clock.advance(1)
  const elsewhere = await login(api, person)
  expect(await kinds(elsewhere)).toEqual(['new_device', 'signed_in', 'registered'])
})

it('ended sessions, sign-outs and password changes are there, and nobody else sees them', async () => {
  const person = await registered(api)
  const stranger = await registered(api)
  const bearer = { Authorization: `Bearer ${person.body.accessToken}` }
  const second = await login(api, person)
  const third = await login(api, person)
  api.clock.advance(1)
  await api.http.delete(`/api/sessions/${second.sessionId}`).set(bearer).expect(204)
  api.clock.advance(1)
  await api.http.post('/api/logout').set('Cookie', third.jar.header).expect(200)
  api.clock.advance(1)
  await api.http
    .post('/api/change-password')
    .set(bearer)
    .send({ currentPassword: person.password, newPassword: 'a new and better one' })
    .expect(200)
  expect((await kinds(person)).slice(0, 3)).toEqual(['password_changed', 'signed_out', 'session_revoked'])
  expect(await kinds(stranger)).toEqual(['registered'])
})

it('a session that was ended from another one says on which device it was, and on which it was ended', async () => {
  const person = await registered(api)
  const bearer = { Authorization: `Bearer ${person.body.accessToken}` }
  const phone = await login(api, person, { 'User-Agent': 'curl/8.4.0' })
  const named = await login(api, person, { 'User-Agent': 'curl/8.4.0' })
  await api.http
    .patch(`/api/sessions/${named.sessionId}`)
    .set(bearer)
    .send({ name: 'The cellar' })
    .expect(200)
  for (const { sessionId } of [phone, named]) {
    api.clock.advance(1)
    await api.http
      .delete(`/api/sessions/${sessionId}`)
      .set({ ...bearer, 'User-Agent': 'Wget/1.21.4' })
      .expect(204)
  }
  api.clock.advance(1)
  await api.http.delete('/api/sessions').set(bearer).expect(204)
  // An event from before this was kept.
  const collection = api.services.database.connection.collection('securityEvents')
  await collection.updateOne({ sessionId: new Types.ObjectId(phone.sessionId), kind: 'session_revoked' }, [
    { $unset: 'ended' },
  ])
  const revoked = (await events(person)).filter(({ kind }) => kind === 'session_revoked')
  expect(revoked.map(({ ended }) => ended)).toEqual([{ name: 'The cellar', device: 'curl' }, undefined])
  expect(revoked.map(({ device }) => device)).toEqual(['Wget', 'Wget'])
})

it('events are kept for ninety days', async () => {
  const person = await registered(api)
  const collection = api.services.database.connection.collection('securityEvents')
  const [event] = await collection
    .find({ sessionId: { $exists: true } })
    .sort({ at: -1 })
    .limit(1)
    .toArray()
  expect(event?.expiresAt.getTime()).toBe(event?.at.getTime() + 90 * 86_400_000)
  const indexes = await collection.indexes()
  expect(indexes.find(({ key }) => 'expiresAt' in key)?.expireAfterSeconds).toBe(0)
  expect(await kinds(person)).toEqual(['registered'])
})

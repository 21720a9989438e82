import type { ActivityEvent, Session } from '@latchkey/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { jarOf, login, protectedWith, refresh, registered, type SignedInPerson } from './support/people.ts'
import { lockOwner } from './support/refresh-lock.ts'

// Browsers that clear what pages stored keep the cookies: the session is there, its key is not.

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const as = ({ body }: SignedInPerson) => ({ Authorization: `Bearer ${body.accessToken}` })
const events = async (person: SignedInPerson): Promise<ActivityEvent[]> =>
  (await api.http.get('/api/activity').set(as(person)).expect(200)).body.events
const kinds = async (person: SignedInPerson) => (await events(person)).map(({ kind }) => kind)
const sessionsOf = async (person: SignedInPerson): Promise<Session[]> =>
  (await api.http.get('/api/sessions').set(as(person)).expect(200)).body.sessions
const without = (name: string, cookies: string) =>
  cookies
    .split('; ')
    .filter((cookie) => !cookie.startsWith(`latchkey.${name}=`))
    .join('; ')
/** What browsers say with each POST of a page, and what pages cannot change. */
const inBrowser = { Origin: 'http://latchkey.test', 'Sec-Fetch-Site': 'same-origin' }
const onlyDevice = (cookies: string) =>
  cookies.split('; ').find((cookie) => cookie.startsWith('latchkey.device=')) ?? ''

it('a browser that forgot its key is told so kindly, its session ends, and nobody is alarmed', async () => {
  const person = await registered(api, lockOwner().signIn)
  const elsewhere = await login(api, person)
  const refused = await refresh(api, person.jar, inBrowser)
  expect([refused.status, refused.body.code]).toEqual([403, 'refresh_token_key_lost'])
  expect(refused.body.detail).toBe('This browser forgot its key. Please sign in again.')
  expect((await sessionsOf(elsewhere)).map(({ id }) => id)).toEqual([elsewhere.sessionId])

  const again = await login(api, person, { Cookie: person.jar.header, ...lockOwner().signIn })
  expect((await protectedWith(api, person.body.accessToken)).status).toBe(401)
  expect((await sessionsOf(again)).map(({ id }) => id).sort()).toEqual(
    [again.sessionId, elsewhere.sessionId].sort(),
  )
  expect(await kinds(again)).not.toContain('copied_session_refused')
  const jobs = await api.services.database.connection.collection('mailJobs').find().toArray()
  expect(jobs.map(({ kind }) => kind)).not.toContain('copied_session_refused')
})

it('a thief who took the device cookie along gains a missing alarm and nothing else', async () => {
  const owner = lockOwner()
  const person = await registered(api, owner.signIn)
  for (let i = 0; i < 3; i++)
    expect((await refresh(api, person.jar, inBrowser)).body.code).toBe('refresh_token_key_lost')
  // What is not listed is not used: the owner's client gets a new token, and that is all they lose.
  expect((await protectedWith(api, person.body.accessToken)).status).toBe(401)
  const rotated = await refresh(api, person.jar, owner.at(0))
  expect(rotated.status).toBe(200)
  expect((await protectedWith(api, rotated.body.accessToken)).status).toBe(200)
  expect((await sessionsOf({ ...person, body: rotated.body })).map(({ id }) => id)).toEqual([
    person.sessionId,
  ])
  expect((await refresh(api, person.jar, inBrowser)).body.code).toBe('refresh_token_key_lost')
  expect((await refresh(api, jarOf(rotated), owner.at(1))).status).toBe(200)
})

it('a session that hides from its owner’s list is of no use while it hides', async () => {
  const victim = await registered(api)
  const thief = lockOwner()
  const hidden = await login(api, victim, thief.signIn)
  let at = hidden
  for (let generation = 0; generation < 3; generation++) {
    expect((await refresh(api, at.jar, inBrowser)).body.code).toBe('refresh_token_key_lost')
    expect((await sessionsOf(victim)).map(({ id }) => id)).not.toContain(hidden.sessionId)
    expect((await protectedWith(api, at.body.accessToken)).status).toBe(401)
    const rotated = await refresh(api, at.jar, thief.at(generation)).expect(200)
    at = { ...hidden, jar: { ...hidden.jar, ...jarOf(rotated) }, body: rotated.body }
    at.jar.header = `${jarOf(rotated).header}; ${onlyDevice(hidden.jar.header)}`
    expect((await sessionsOf(victim)).map(({ id }) => id)).toContain(hidden.sessionId)
  }
})

it('a copy without the device cookie is refused and told as a copy, and disturbs nobody', async () => {
  const owner = lockOwner()
  const person = await registered(api, owner.signIn)
  const copied = await api.http.post('/api/refresh-token').set('Cookie', without('device', person.jar.header))
  expect([copied.status, copied.body.code]).toEqual([403, 'refresh_token_locked'])
  expect(await kinds(person)).toContain('copied_session_refused')
  expect((await refresh(api, person.jar, owner.at(0))).status).toBe(200)
})

it('the device cookie of another browser, or a wrong key, makes no forgetful browser of a thief', async () => {
  const owner = lockOwner()
  const person = await registered(api, owner.signIn)
  const thief = await registered(api)
  const mixed = `${without('device', person.jar.header)}; ${onlyDevice(thief.jar.header)}`
  expect((await api.http.post('/api/refresh-token').set('Cookie', mixed)).body.code).toBe(
    'refresh_token_locked',
  )
  expect((await refresh(api, person.jar, lockOwner().at(0))).body.code).toBe('refresh_token_locked')
  expect((await refresh(api, person.jar, owner.at(0))).status).toBe(200)
})

it('a session that was opened without cookies is never taken for one of a browser', async () => {
  const owner = lockOwner()
  const person = await registered(api, { ...owner.signIn, 'X-Refresh-Transport': 'body' })
  const browser = await registered(api)
  const refused = await api.http
    .post('/api/refresh-token')
    .set('Cookie', onlyDevice(browser.jar.header))
    .send({ refreshToken: person.body.refreshToken })
  expect(refused.body.code).toBe('refresh_token_locked')
})

it('the list says where a session was used last, beside where it was opened', async () => {
  const owner = lockOwner()
  const node = await startApi({ environment: { TRUST_PROXY: '1' } })
  const person = await registered(node, {
    ...owner.signIn,
    'X-Forwarded-For': '203.0.113.7',
    'User-Agent': 'curl/8.4.0',
  })
  const list = async () =>
    (await node.http.get('/api/sessions').set(as(person)).expect(200)).body.sessions[0] as Session
  expect(await list()).toMatchObject({
    ip: '203.0.113.7',
    lastIp: '203.0.113.7',
    device: 'curl',
    lastDevice: 'curl',
  })
  const moved = { ...owner.at(0), 'X-Forwarded-For': '198.51.100.9', 'User-Agent': 'okhttp/4.12' }
  expect((await refresh(node, person.jar, moved)).status).toBe(200)
  expect(await list()).toMatchObject({
    ip: '203.0.113.7',
    lastIp: '198.51.100.9',
    device: 'curl',
    lastDevice: 'okhttp',
  })

  // The same request once more: from there it is a retry, from elsewhere somebody has it who was not asked.
  expect((await refresh(node, person.jar, { ...moved, 'X-Forwarded-For': '198.51.100.200' })).status).toBe(
    200,
  )
  const before = (await node.services.events.page(person.body.user.id)).events
  expect(before.map(({ kind }) => kind)).not.toContain('answered_elsewhere')
  expect((await refresh(node, person.jar, { ...moved, 'X-Forwarded-For': '192.0.2.1' })).status).toBe(200)
  const after = (await node.services.events.page(person.body.user.id)).events
  expect(after.map(({ kind }) => kind)).toContain('answered_elsewhere')
  await node.close()
})

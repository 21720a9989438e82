import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { login, password, protectedWith, registered, type SignedInPerson, stored } from './support/people.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())
afterEach(() => vi.restoreAllMocks())

/** Something happens while a password is compared, which takes a while. */
function whileComparing(deed: () => Promise<unknown>): void {
  const { passwords } = api.services
  const { verify } = passwords
  vi.spyOn(passwords, 'verify').mockImplementationOnce(async (...given) => {
    const isRight = await verify.apply(passwords, given)
    await deed()
    return isRight
  })
}

const endings: [string, (ended: SignedInPerson) => Promise<unknown>][] = [
  ['whose session was ended', ({ body, sessionId }) => api.services.sessions.revoke(body.user.id, sessionId)],
  ['who was kept out', ({ body }) => api.services.administration.disable(body.user.id)],
]

const requests: Record<string, [method: 'post' | 'patch' | 'delete', path: string, body: object]> = {
  'changes the password': [
    'post',
    '/change-password',
    { currentPassword: password, newPassword: 'violet candle otter' },
  ],
  'changes the username': ['patch', '/me', { username: 'somebody-else', password }],
  'deletes the account': ['delete', '/me', { password }],
  'asks for another address': ['post', '/change-email', { email: 'wanted@example.com', password }],
  'confirms who they are': ['post', '/reauthenticate', { password }],
}

describe.each(endings)('somebody %s meanwhile', (_, end) => {
  it.each(Object.entries(requests))('%s no more', async (_, [method, path, body]) => {
    const owner = await registered(api)
    const thief = await login(api, owner)
    whileComparing(() => end(thief))
    const answer = await api.http[method](`/api${path}`)
      .set('Authorization', `Bearer ${thief.body.accessToken}`)
      .send(body)
    expect([answer.status, answer.body.code]).toEqual([401, 'access_token_revoked'])

    await api.services.administration.enable(owner.body.user.id)
    const after = await stored(api, owner)
    expect(after.username).toBe(owner.username)
    const jobs = api.services.database.connection.collection('mailJobs')
    expect(await jobs.countDocuments({ kind: 'confirm_new_email' })).toBe(0)
    expect((await api.services.events.page(owner.body.user.id)).events).not.toEqual([])
    await login(api, owner)
  })
})

it('and whoever ended that session stays signed in', async () => {
  const owner = await registered(api)
  const thief = await login(api, owner)
  whileComparing(() => api.services.sessions.revokeOthers(owner.body.user.id, owner.sessionId))
  await api.http
    .post('/api/change-password')
    .set('Authorization', `Bearer ${thief.body.accessToken}`)
    .send({ currentPassword: password, newPassword: 'violet candle otter' })
    .expect(401)
  await api.http.post('/api/refresh-token').set('Cookie', owner.jar.header).expect(200)
  await protectedWith(api, thief.body.accessToken).expect(401)
})

/** What they take back or forget, and what is left as long as they have not. */
const takenBack: Record<string, [service: 'emailAddresses' | 'knownDevices', name: string, path: string]> = {
  'takes a change of address back': ['emailAddresses', 'cancelChange', '/change-email'],
  'forgets a browser': ['knownDevices', 'forget', '/devices/ID'],
  'ends the trust in a browser': ['knownDevices', 'untrust', '/devices/ID/trust'],
}

// Keeping somebody out forgets the browsers by itself.
describe.each([...endings.slice(0, 1), ['who stays', async () => {}] as const])('somebody %s', (who, end) => {
  it.each(Object.entries(takenBack))('%s, if at all', async (_, [service, name, path]) => {
    const owner = await registered(api)
    const thief = await login(api, owner)
    const users = api.services.database.connection.collection('users')
    const trust = { lock: 'x'.repeat(43), until: new Date(8e15), passwordChanges: 0, factorChanges: 0 }
    await users.updateOne({ emailKey: owner.email }, { $set: { 'knownDevices.$[].trust': trust } })
    const token = { Authorization: `Bearer ${thief.body.accessToken}` }
    const wanted = { email: `new-${owner.email}`, password }
    await api.http.post('/api/change-email').set(token).send(wanted).expect(200)
    const state = async () => [
      (await stored(api, owner)).knownDevices,
      await api.services.emailAddresses.pending(owner.body.user.id),
    ]
    const before = await state()
    const [{ idHash }, another] = before[0]
    const holder = api.services[service] as unknown as Record<string, (...given: unknown[]) => unknown>
    const original = holder[name]
    vi.spyOn(holder, name).mockImplementationOnce(async (...given) => {
      await end(thief)
      return await original?.apply(holder, given)
    })
    const answer = await api.http.delete(`/api${path.replace('ID', idHash)}`).set(token)
    if (who === 'who stays') {
      expect(answer.status).toBe(204)
      const [devices, pending] = await state()
      expect(devices.at(-1)).toEqual(another)
      expect([devices, pending]).not.toEqual(before)
    } else {
      expect([answer.status, answer.body.code]).toEqual([401, 'access_token_revoked'])
      expect(await state()).toEqual(before)
    }
  })
})

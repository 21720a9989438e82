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
    expect(await api.services.events.list(owner.body.user.id)).not.toEqual([])
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

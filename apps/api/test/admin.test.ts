import type { Role } from '@latchkey/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { unchanged } from '../src/users/accounts.ts'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { mailServer } from './support/mail-server.ts'
import { login, protectedWith, refresh, registered, type SignedInPerson, verified } from './support/people.ts'
import { command } from './support/process.ts'

let api: TestApi
let admin: SignedInPerson
beforeAll(async () => {
  api = await startApi()
  const person = await registered(api)
  await api.services.administration.setRoles(person.body.user.id, ['user', 'admin'])
  admin = await login(api, person)
})
afterAll(() => api.close())

const as = ({ body }: SignedInPerson) => ({ Authorization: `Bearer ${body.accessToken}` })
const storedUsers = () => api.services.database.connection.collection('users')
const storedRoles = async ({ email }: SignedInPerson) =>
  (await storedUsers().findOne({ emailKey: email }))?.roles
const users = (person: SignedInPerson, path = '') => `/api/admin/users/${person.body.user.id}${path}`

it('only administrators get in', async () => {
  const person = await registered(api)
  for (const [method, path] of [
    ['get', '/api/admin/users'],
    ['get', users(person)],
    ['get', users(person, '/explanation')],
    ['delete', users(person, '/sessions')],
    ['delete', users(person, `/sessions/${person.sessionId}`)],
    ['patch', users(person, '/roles')],
    ['post', users(person, '/disable')],
    ['post', users(person, '/enable')],
  ] as const) {
    const refused = await api.http[method](path)
      .set(as(person))
      .send({ roles: ['admin'] })
    expect([method, path, refused.status]).toEqual([method, path, 403])
    expect(refused.body.code).toBe('forbidden')
    expect((await api.http[method](path)).status).toBe(401)
  }
})

it('finds a user by the beginning of the name or address, and no pattern is read into it', async () => {
  const person = await registered(api)
  const find = async (query: string) =>
    (await api.http.get('/api/admin/users').query({ query }).set(as(admin)).expect(200)).body.users
  expect(await find(person.username.toUpperCase())).toEqual([
    { ...person.body.user, disabled: false, sessionCount: 1, lastSeenAt: expect.any(String) },
  ])
  expect(await find(person.email)).toHaveLength(1)
  expect(await find('.*')).toEqual([])
  expect((await find('')).length).toBeGreaterThanOrEqual(2)
  await api.http
    .get('/api/admin/users')
    .query({ query: 'x'.repeat(300) })
    .set(as(admin))
    .expect(400)
  await api.http.get('/api/admin/users?query=a&query=b').set(as(admin)).expect(400)
  await api.http.get('/api/admin/users?query=%00').set(as(admin)).expect(400)
})

it('sees and ends the sessions of a user', async () => {
  const person = await registered(api)
  const phone = await login(api, person)
  const inspected = await api.http.get(users(person)).set(as(admin)).expect(200)
  expect(inspected.body.sessions.map(({ id }: { id: string }) => id).toSorted()).toEqual(
    [person.sessionId, phone.sessionId].toSorted(),
  )
  expect(inspected.body.user.sessionCount).toBe(2)

  await api.http
    .delete(users(person, `/sessions/${phone.sessionId}`))
    .set(as(admin))
    .expect(204)
  await protectedWith(api, phone.body.accessToken).expect(401)
  await protectedWith(api, person.body.accessToken).expect(200)
  await api.http
    .delete(users(person, `/sessions/${admin.sessionId}`))
    .set(as(admin))
    .expect(404)

  await api.http.delete(users(person, '/sessions')).set(as(admin)).expect(204)
  await refresh(api, person.jar).expect(403)
  await protectedWith(api, person.body.accessToken).expect(401)

  const explained = await api.http.get(users(person, '/explanation')).set(as(admin)).expect(200)
  expect(explained.body).toEqual(await api.services.explainSessions(person.body.user.id))
  expect(explained.body.conclusion).toMatch(/is signed in nowhere now\. .*were ended by an administrator/)
})

it('a promotion on the stroke of a second revokes what was issued on it', async () => {
  const api = await apiForTest()
  api.clock.advance(1 - (api.clock.now().getTime() % 1000) / 1000)
  expect(api.clock.now().getMilliseconds()).toBe(0)
  const person = await registered(api)
  await api.services.administration.setRoles(person.body.user.id, ['user', 'admin'])
  await protectedWith(api, person.body.accessToken).expect(401)
})

it('a promotion and a demotion count at once, and nobody changes their own', async () => {
  const person = await registered(api)
  const promoted = await api.http
    .patch(users(person, '/roles'))
    .set(as(admin))
    .send({ roles: ['user', 'admin'] })
  expect(promoted.status).toBe(200)
  expect(promoted.body.user.roles).toEqual(['user', 'admin'])
  await protectedWith(api, person.body.accessToken).expect(401)
  const second = await refresh(api, person.jar).expect(200)
  const bearer = { Authorization: `Bearer ${second.body.accessToken}` }
  await api.http.get('/api/admin/users').set(bearer).expect(200)

  await api.http
    .patch(users(person, '/roles'))
    .set(as(admin))
    .send({ roles: ['user'] })
    .expect(200)
  expect((await api.http.get('/api/admin/users').set(bearer)).status).toBe(401)

  expect(
    (
      await api.http
        .patch(users(admin, '/roles'))
        .set(as(admin))
        .send({ roles: ['user'] })
    ).body.code,
  ).toBe('forbidden')
  expect((await api.http.post(users(admin, '/disable')).set(as(admin))).body.code).toBe('forbidden')
  const shouted = users(admin, '/disable').replace(admin.body.user.id, admin.body.user.id.toUpperCase())
  expect((await api.http.post(shouted).set(as(admin))).body.code).toBe('forbidden')
  for (const roles of [[], ['root'], 'admin'])
    await api.http.patch(users(person, '/roles')).set(as(admin)).send({ roles }).expect(400)
})

it('one role is given or taken, whatever became of the others since somebody looked', async () => {
  const person = await registered(api)
  const rolesAfter = async (add: string[], remove: string[]) => {
    const change = api.http.patch(users(person, '/roles')).set(as(admin)).send({ add, remove })
    return (await change.expect(200)).body.user.roles
  }
  await storedUsers().updateOne({ emailKey: person.email }, { $set: { roles: ['user', 'admin', 'editor'] } })
  // Meanwhile another administrator takes `admin`, which the first still sees there.
  expect(await rolesAfter([], ['admin'])).toEqual(['user'])
  expect(await rolesAfter(['user'], ['user'])).toEqual(['user'])
  expect(await storedRoles(person)).toEqual(['user', 'editor'])
  expect(await rolesAfter(['admin', 'admin'], [])).toEqual(['user', 'admin'])
  expect(await storedRoles(person)).toEqual(['user', 'editor', 'admin'])

  for (const body of [
    { add: ['root'], remove: [] },
    { add: ['admin'] },
    { add: [], remove: ['admin'], roles: ['user'] },
    {},
  ])
    await api.http.patch(users(person, '/roles')).set(as(admin)).send(body).expect(400)
  expect(await storedRoles(person)).toEqual(['user', 'editor', 'admin'])
})

it('two changes at once are both made', async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => registered(api)))
  for (const person of people) {
    await storedUsers().updateOne({ emailKey: person.email }, { $set: { roles: ['user', 'editor'] } })
    const id = person.body.user.id
    const { administration } = api.services
    await Promise.all([
      administration.changeRoles(id, { add: ['admin'], remove: [] }),
      administration.changeRoles(id, { add: [], remove: ['editor' as Role] }),
    ])
    expect(await storedRoles(person)).toEqual(['user', 'admin'])
  }
})

it('a change of roles that changes nothing ends nothing and tells nobody', async () => {
  const person = await registered(api)
  const changes = async () =>
    (await api.services.events.page(person.body.user.id)).events.filter(
      ({ kind }) => kind === 'roles_changed',
    )
  for (const body of [
    { add: [], remove: [] },
    { add: ['user'], remove: ['admin'] },
    { add: [], remove: ['user'] },
  ])
    await api.http.patch(users(person, '/roles')).set(as(admin)).send(body).expect(200)
  await protectedWith(api, person.body.accessToken).expect(200)
  expect(await changes()).toEqual([])

  const made = await Promise.all(
    Array.from({ length: 5 }, () =>
      api.services.administration.changeRoles(person.body.user.id, { add: ['admin'], remove: [] }),
    ),
  )
  expect(made.filter((each) => each?.isChanged)).toHaveLength(1)
  expect(made.flatMap((each) => each?.user.roles)).toContain('admin')
})

it('a role that another version has given stays, whatever is changed here', async () => {
  const person = await registered(api)
  await storedUsers().updateOne({ emailKey: person.email }, { $set: { roles: ['user', 'role-of-tomorrow'] } })
  const { administration } = api.services
  const changed = await administration.setRoles(person.body.user.id, ['user', 'admin'])
  expect(changed?.roles).toEqual(['user', 'admin'])
  await administration.setRoles(person.body.user.id, ['user'])
  expect(await storedRoles(person)).toEqual(['user', 'role-of-tomorrow'])
})

it('a disabled user is out at once and cannot sign in, until enabled again', async () => {
  const person = await registered(api)
  const disabled = await api.http.post(users(person, '/disable')).set(as(admin)).expect(200)
  expect(disabled.body.user).toMatchObject({ disabled: true, sessionCount: 0 })
  expect((await api.services.events.page(person.body.user.id)).events).toContainEqual(
    expect.objectContaining({ kind: 'account_disabled', device: 'Administrator', ip: '' }),
  )
  await protectedWith(api, person.body.accessToken).expect(401)
  await refresh(api, person.jar).expect(403)
  const attempt = (password: string) => api.http.post('/api/login').send({ email: person.email, password })
  const refused = await attempt(person.password)
  expect(refused.status).toBe(403)
  expect(refused.body.code).toBe('account_disabled')
  await attempt('wrong wrong').expect(401)

  await api.http.post(users(person, '/enable')).set(as(admin)).expect(200)
  api.clock.advance(1)
  const back = await login(api, person)
  await protectedWith(api, back.body.accessToken).expect(200)
})

it('a sign-in that was under way when its user was disabled opens nothing', async () => {
  const person = await registered(api)
  const checked = await api.services.accounts.findByIdentifier(person.email)
  if (!checked) throw new Error('no such user')
  await api.http.post(users(person, '/disable')).set(as(admin)).expect(200)
  expect(
    await api.services.sessions.issue(
      checked._id,
      api.services.sessions.begin({ device: { userAgent: '', ip: '' } }),
      unchanged(checked),
    ),
  ).toBeNull()
})

it('an unknown user is a 404', async () => {
  for (const id of ['000000000000000000000000', 'nonsense', '$ne']) {
    await api.http.get(`/api/admin/users/${id}`).set(as(admin)).expect(404)
    await api.http.get(`/api/admin/users/${id}/explanation`).set(as(admin)).expect(404)
    await api.http.post(`/api/admin/users/${id}/disable`).set(as(admin)).expect(404)
    await api.http.delete(`/api/admin/users/${id}/sessions`).set(as(admin)).expect(404)
  }
})

it('a command makes the first administrator, while the API runs', async () => {
  const person = await registered(api)
  const makeAdmin = (...args: string[]) => command('make-admin', args, api.mongoUri)
  // Anybody may have signed up with the address that the operator has in mind.
  const unproved = await makeAdmin(person.email)
  expect([unproved.status, unproved.stderr]).toEqual([
    1,
    `Nobody has confirmed ${person.email}, so the account may be anybody's. Confirm the address first, or add --unverified.\n`,
  ])
  await protectedWith(api, person.body.accessToken).expect(200)
  const made = await makeAdmin('--unverified', person.email)
  expect([made.status, made.stdout]).toEqual([0, `${person.username} is an administrator now.\n`])
  // The command is another process: this one hears of it within a second.
  const refused = async () => protectedWith(api, person.body.accessToken).expect(401)
  await eventually(refused, { interval: 50 })
  expect((await api.services.events.page(person.body.user.id)).events).toContainEqual(
    expect.objectContaining({ kind: 'roles_changed', device: 'Administrator', ip: '' }),
  )
  const refreshed = await refresh(api, person.jar).expect(200)
  await api.http
    .get('/api/admin/users')
    .set('Authorization', `Bearer ${refreshed.body.accessToken}`)
    .expect(200)
  const unknown = await makeAdmin('nobody@example.com')
  expect([unknown.status, unknown.stderr]).toEqual([3, 'There is no account nobody@example.com.\n'])

  // Once the address is proved, nothing has to be said.
  const accounts = api.services.database.connection.collection('users')
  await accounts.updateOne({ emailKey: person.email }, { $set: { emailVerifiedAt: new Date() } })
  await api.http.post(users(person, '/disable')).set(as(admin)).expect(200)
  expect((await makeAdmin(person.email)).stdout).toBe(
    `${person.username} is an administrator now, and no longer disabled.\n`,
  )
  await login(api, person)
}, 240_000)

it('the owner gets a mail when an administrator changes what they may do, or the command does', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const person = await registered(api)
  await verified(api, mail, person)
  expect((await command('make-admin', [person.email], api.mongoUri)).status).toBe(0)
  api.clock.advance(60) // the command reads the clock of the machine
  await mail.mailTo(person.email, /What you may do was changed/)
}, 240_000)

import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { login, protectedWith, refresh, registered, type SignedInPerson } from './support/people.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const as = ({ body }: SignedInPerson) => ({ Authorization: `Bearer ${body.accessToken}` })
const say = (person: SignedInPerson, body: object) => api.http.patch('/api/me').set(as(person)).send(body)
const get = async (person: SignedInPerson, path: string) =>
  (await api.http.get(`/api${path}`).set(as(person)).expect(200)).body
const usersOf = () => api.services.database.connection.collection('users')

it('is said by its owner, without step-up, and shown wherever the user is', async () => {
  const person = await registered(api)
  expect(person.body.user.displayName).toBe('')
  api.clock.advance(3600)
  const back = { ...person, body: (await refresh(api, person.jar)).body }
  const said = await say(back, { displayName: ' Ada Lovelace ' }).expect(200)
  expect(said.body.user.displayName).toBe('Ada Lovelace')
  expect((await get(back, '/me')).user.displayName).toBe('Ada Lovelace')
  expect((await get(back, '/me/export')).user.displayName).toBe('Ada Lovelace')
  expect((await login(api, person)).body.user.displayName).toBe('Ada Lovelace')

  const boss = await registered(api)
  await api.services.administration.setRoles(boss.body.user.id, ['user', 'admin'])
  const admin = await login(api, boss)
  expect((await get(admin, `/admin/users/${person.body.user.id}`)).user.displayName).toBe('Ada Lovelace')
  const [listed] = (await get(admin, `/admin/users?query=${person.username}`)).users
  expect(listed.displayName).toBe('Ada Lovelace')

  await api.http
    .post('/api/invoices')
    .set(as(back))
    .send({ customer: 'Babbage', amount: 1, due: '2026-12-01' })
  expect((await get(back, '/invoices')).invoices[0].author).toBe('Ada Lovelace')
})

it('that is too long, or beside something else, changes nothing', async () => {
  const person = await registered(api)
  const refused = await say(person, { displayName: 'x'.repeat(61) })
  expect([refused.status, refused.body.errors]).toMatchObject([
    400,
    [{ path: 'displayName', code: 'name_long' }],
  ])
  for (const body of [{}, { displayName: 7 }, { displayName: 'Ada', roles: ['admin'] }])
    await say(person, body).expect(400)
  expect((await get(person, '/me')).user.displayName).toBe('')
})

it.each([
  undefined,
  null,
  'Ada',
  7,
  { displayName: 7 },
  { displayName: null },
  { displayName: 'x'.repeat(99) },
])(
  'of an account from before, or of another system (%o), has its default; its sessions and tokens go on',
  async (own) => {
    const person = await registered(api)
    const { email } = person
    await usersOf().updateOne(
      { emailKey: email },
      own === undefined ? { $unset: { own: 1 } } : { $set: { own } },
    )
    await protectedWith(api, person.body.accessToken).expect(200)
    const refreshed = await refresh(api, person.jar).expect(200)
    expect(refreshed.body.user.displayName).toBe('')
    expect((await login(api, person)).body.user.displayName).toBe('')
    expect((await say(person, { displayName: 'Ada' }).expect(200)).body.user.displayName).toBe('Ada')
  },
)

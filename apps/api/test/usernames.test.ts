import { slug } from '@latchkey/brand'
import { expect, it } from 'vitest'
import type { Config } from '../src/config.ts'
import { apiForTest, type TestApi } from './support/api.ts'
import { login, registered, type SignedInPerson, somebody } from './support/people.ts'

const day = 86_400

const register = (api: TestApi, username: string) =>
  api.http.post('/api/register').send({ ...somebody(), username })

const rename = (api: TestApi, person: SignedInPerson, username: string) =>
  api.http
    .patch('/api/me')
    .set('Authorization', `Bearer ${person.body.accessToken}`)
    .send({ username, password: person.password })

/** So many tries in an hour are nobody's but a test's. */
const patient = (config: Config): Config => ({
  ...config,
  rateLimits: { ...config.rateLimits, renamePerAccount: { points: 100, windowSeconds: 3600 } },
})

const usersOf = (api: TestApi) => api.services.database.connection.collection('users')

it('a name that looks like a web address is refused, at the sign-up and at a change', async () => {
  const api = await apiForTest({ configure: patient })
  const person = await registered(api)
  for (const name of [
    'www.claim-prize.example',
    'WWW.claim-prize',
    'claim-prize.com',
    'Claim-Prize.COM',
    'claim-prize.com.',
    'claim-prize.com-',
    'paypal.com.signin',
    'claim-prize.xyz',
    'claim-prize.de',
    'a.co',
    'claim.xn--p1ai',
    'http.claim',
    'https-claim',
    '192.0.2.7',
  ]) {
    for (const refused of [await register(api, name), await rename(api, person, name)]) {
      expect([name, refused.status]).toEqual([name, 400])
      expect(refused.body.errors).toEqual([
        {
          path: 'username',
          code: 'username_misleading',
          message: 'A username must not look like a web address. Choose another.',
        },
      ])
    }
  }
})

it('a name that speaks for the service is refused, however it is spelled', async () => {
  const api = await apiForTest({ configure: patient })
  const person = await registered(api)
  const ours = slug.normalize('NFKD').replace(/[^a-z0-9]/g, '')
  for (const name of [
    'admin',
    'Administrator',
    'a-d-m-i-n',
    'a.d_m-i.n',
    'adm1n',
    'adrnin',
    'SUPPORT',
    'supp0rt',
    'r00t',
    'postmaster',
    ours,
    ours.replaceAll('l', '1'),
    `${ours}_team`,
    'help-desk',
    'no-reply',
    'security-',
  ]) {
    for (const refused of [await register(api, name), await rename(api, person, name)]) {
      expect([name, refused.status]).toEqual([name, 400])
      expect(refused.body.errors).toEqual([
        {
          path: 'username',
          code: 'username_reserved',
          message: 'This username is reserved. Choose another.',
        },
      ])
    }
  }
})

it('a name of a person is none of these', async () => {
  const api = await apiForTest()
  const names = [
    'ada.lovelace',
    'ali',
    'jimmy.page',
    'maria.da.silva',
    'ann-marie',
    'j.r.r.tolkien',
    'httpfan',
  ]
  names.push('admin-ada', 'adminah', 'wwwilliam', 'neil', 'tim_cook', '1.5', 'bob.2', 'grace.hopper', 'roots')
  for (const name of names) expect([name, (await register(api, name)).status]).toEqual([name, 201])
})

it('who has such a name keeps it, and may write it in capitals', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  await usersOf(api).updateOne(
    { emailKey: person.email },
    { $set: { username: 'support', usernameKey: 'support' }, $unset: { heldUsernames: '' } },
  )
  expect((await rename(api, person, 'Support').expect(200)).body.user.username).toBe('Support')
  await rename(api, person, `${person.username}-2`).expect(200)
})

it('a freed name rests for thirty days: nobody else gets it, and its former owner does', async () => {
  const api = await apiForTest()
  const [person, other] = [await registered(api), await registered(api)]
  const { username } = person
  await rename(api, person, `${username}-2`).expect(200)

  for (const refused of [await register(api, username.toUpperCase()), await rename(api, other, username)]) {
    expect(refused.status).toBe(409)
    expect(refused.body.code).toBe('username_taken')
  }
  // What their account holds is among what can be downloaded.
  const bearer = { Authorization: `Bearer ${person.body.accessToken}` }
  expect((await api.http.get('/api/me/export').set(bearer)).body.formerUsernames).toEqual([
    { name: username, restsUntil: new Date(api.clock.now().getTime() + 30 * day * 1000).toISOString() },
  ])
  // Back and away again: now the other one rests, and the first one anew.
  await rename(api, person, username).expect(200)
  expect((await rename(api, other, `${username}-2`)).body.code).toBe('username_taken')
  await rename(api, person, `${username}-3`).expect(200)
  expect((await rename(api, other, username)).body.code).toBe('username_taken')
})

it('after thirty days a freed name is anybody’s, by the clock of the service', async () => {
  const api = await apiForTest()
  const [person, other] = [await registered(api), await registered(api)]
  await rename(api, person, `${person.username}-2`).expect(200)
  await rename(api, other, `${other.username}-2`).expect(200)
  api.clock.advance(30 * day - 1)
  await register(api, person.username).expect(409)
  api.clock.advance(1)
  await register(api, person.username).expect(201)
  await rename(api, await login(api, person), other.username).expect(200)
})

it('of twenty who want a name on its first free day one gets it', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  await rename(api, person, `${person.username}-2`).expect(200)
  api.clock.advance(30 * day)
  const answers = await Promise.all(Array.from({ length: 20 }, () => register(api, person.username)))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(19).fill(409)])
  expect(await usersOf(api).countDocuments({ usernameKey: person.username })).toBe(1)
})

it('a name that is given up and wanted in the same instant is never two people’s', async () => {
  const api = await apiForTest()
  for (let i = 0; i < 5; i++) {
    const person = await registered(api)
    const answers = await Promise.all([
      rename(api, person, `${person.username}-2`),
      ...Array.from({ length: 5 }, () => register(api, person.username)),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, ...Array(5).fill(409)])
  }
})

it('a name rests for accounts from before there was such a rule as well', async () => {
  const api = await apiForTest()
  const [person, other] = [await registered(api), await registered(api)]
  await usersOf(api).updateMany({}, { $unset: { heldUsernames: '', heldEmails: '' } })
  await rename(api, person, `${person.username}-2`).expect(200)
  expect((await rename(api, other, person.username)).body.code).toBe('username_taken')
  expect((await register(api, other.username)).body.code).toBe('username_taken')
})

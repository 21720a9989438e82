import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EmbeddedMongo } from '@latchkey/embedded-mongo'
import { startServer } from '@latchkey/embedded-mongo/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { takeComplaints } from './support/answer-complaints.ts'
import { startApi, type TestApi } from './support/api.ts'
import { login, protectedWith, refresh, registered, renewed, type SignedInPerson } from './support/people.ts'
import { onQuery, pins, type Query } from './support/queries.ts'
import { asTheApi, judgeQueries, partOfTheApi } from './support/query-plans.ts'

// Every query that any test makes the API send is explained and judged (support/query-plans.ts). These tests are about
// that judge, and about what is asked most often.

// On the embedded database, whatever the run's is: not every server tells its plans.

const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-plans-'))
let database: EmbeddedMongo
let api: TestApi
let person: SignedInPerson
const sent: Query[] = []

beforeAll(async () => {
  database = await startServer({ dataDir })
  api = await startApi({ mongoUri: database.uri })
  onQuery(api.services.database.connection, (query) => {
    if (partOfTheApi() === 'a request') sent.push(query)
  })
})

afterAll(async () => {
  await api.close()
  await database.close()
  rmSync(dataDir, { recursive: true })
})

beforeEach(async () => {
  person = await registered(api)
  sent.length = 0
})

const ofUsers = () => sent.filter(({ collection }) => collection === 'users')
const authorization = () => `Bearer ${person.body.accessToken}`

it('a refresh sends one query, by the id of its user', async () => {
  await refresh(api, person.jar).expect(200)
  expect(ofUsers()).toHaveLength(1)
  expect(ofUsers().every(({ filter }) => pins(filter, '_id'))).toBe(true)
})

it('a protected request sends none', async () => {
  await protectedWith(api, person.body.accessToken).expect(200)
  expect(ofUsers()).toEqual([])
})

it.each<[string, () => PromiseLike<unknown>]>([
  ['the account', () => api.http.get('/api/me').set('Authorization', authorization()).expect(200)],
  ['its sessions', () => api.http.get('/api/sessions').set('Authorization', authorization()).expect(200)],
  [
    'the end of another session',
    async () => {
      const other = await login(api, person)
      sent.length = 0
      await api.http
        .delete(`/api/sessions/${other.sessionId}`)
        .set('Authorization', authorization())
        .expect(204)
    },
  ],
  ['a sign-out', () => api.http.post('/api/logout').set('Cookie', person.jar.header).expect(200)],
  ['a refresh after that', () => renewed(api, person)],
])('%s asks for the user by id', async (_, act) => {
  await act()
  expect(ofUsers().length).toBeGreaterThan(0)
  expect(ofUsers().filter(({ filter }) => !pins(filter, '_id'))).toEqual([])
})

it('a sign-in asks by the name once, and goes on by the id', async () => {
  await login(api, person)
  const byName = ofUsers().filter(({ filter }) => !pins(filter, '_id'))
  expect(byName.map(({ filter }) => Object.keys(filter))).toEqual([['emailKey']])
  expect(ofUsers().length).toBeGreaterThan(1)
})

it.each([
  ['reads all users', { passwordHash: 'no index has it' }, {}, /No index serves this query \(COLLSCAN\)/],
  ['sorts in memory', { emailKey: { $gt: 'a' } }, { username: 1 }, /No index serves this query \(SORT ←/],
  ['asks every shard', { emailParts: 'x' }, {}, /would ask every shard/],
] as const)('a query that %s is complained of', async (_, filter, sort, sentence) => {
  const users = api.services.database.connection.collection('users')
  await asTheApi('a request', () => users.find(filter).sort(sort).toArray())
  await judgeQueries(database.uri)
  const complaints = takeComplaints()
  expect(complaints.length).toBeGreaterThan(0)
  expect(complaints.join('\n')).toMatch(sentence)
})

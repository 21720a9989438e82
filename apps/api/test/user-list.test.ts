import type { FindUsersQuery, UserList } from '@latchkey/contracts'
import { Types } from 'mongoose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { partsOf } from '../src/users/search-parts.ts'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { login, password, refresh, registered, type SignedInPerson, stored } from './support/people.ts'

type Question = Partial<FindUsersQuery>

/** An API with an administrator, who is also its first account. */
async function office(starting = apiForTest()) {
  const api = await starting
  const person = await registered(api)
  await api.services.administration.setRoles(person.body.user.id, ['user', 'admin'])
  const admin = await login(api, person)
  return { api, admin, find: (question: Question = {}) => find(api, admin, question) }
}

async function find(api: TestApi, { body }: SignedInPerson, question: Question): Promise<UserList> {
  const bearer = { Authorization: `Bearer ${body.accessToken}` }
  const answer = await api.http.get('/api/admin/users').query(question).set(bearer)
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
  return answer.body
}

const usersOf = (api: TestApi) => api.services.database.connection.collection('users')
const names = ({ users }: UserList) => users.map(({ username }) => username)

/** Accounts as registration stores them, `fields` apart. The later in the list, the later they joined. */
async function accounts(api: TestApi, usernames: string[], fields: (at: number) => object = () => ({})) {
  const start = new Date('2025-01-01T00:00:00Z').getTime()
  const documents = usernames.map((username, at) => ({
    _id: new Types.ObjectId(),
    username,
    usernameKey: username.toLowerCase(),
    email: `${username}@example.com`,
    emailKey: `${username.toLowerCase()}@example.com`,
    usernameParts: partsOf(username.toLowerCase()),
    emailParts: partsOf(`${username.toLowerCase()}@example.com`),
    emailVerifiedAt: new Date(start),
    disabledAt: null,
    roles: ['user'],
    refreshTokens: [],
    createdAt: new Date(start + at * 1000),
    updatedAt: new Date(start + at * 1000),
    ...fields(at),
  }))
  await usersOf(api).insertMany(documents)
}

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}${String(at).padStart(4, '0')}`)

/** Every page in one direction, from the first or the given answer on. */
async function pages(ask: (question: Question) => Promise<UserList>, question: Question, from?: UserList) {
  const found = [from ?? (await ask(question))]
  for (let next = found[0]?.next; next; next = found.at(-1)?.next)
    found.push(await ask({ ...question, after: next }))
  return found
}

describe('searching', () => {
  it('the account of just that name comes first, however many names begin so', async () => {
    const { api, find } = await office()
    await accounts(api, ['ada', ...numbered('ada-x', 60)])
    const found = await find({ query: 'ADA' })
    expect(names(found)[0]).toBe('ada')
    expect(found.users).toHaveLength(50)
    const [first, second, ...more] = await pages(find, { query: 'ada' })
    expect(more).toEqual([])
    const all = [...names(first as UserList), ...names(second as UserList)]
    expect(all.filter((name) => name === 'ada')).toHaveLength(1)
    // The administrator begins so, too.
    expect(all).toHaveLength(62)
    expect(found.total).toEqual({ count: 62, isMore: false })
    const back = await find({ query: 'ada', before: second?.previous ?? '' })
    expect(names(back)).toEqual(names(first as UserList))
    expect(names(await find({ query: 'ada@example.com' }))).toEqual(['ada'])
  })

  it('finds what stands inside a name or an address, and reads no pattern into it', async () => {
    const { api, find } = await office()
    await accounts(api, ['dr.lovelace-smith', 'grace', 'xlovelacey'])
    expect(names(await find({ query: 'Lovelace', sort: 'username' }))).toEqual([
      'dr.lovelace-smith',
      'xlovelacey',
    ])
    expect(names(await find({ query: 'lovelace-smith@ex' }))).toEqual(['dr.lovelace-smith'])
    expect(names(await find({ query: 'ovelace-smiths' }))).toEqual([])
    expect(names(await find({ query: 'race@exam' }))).toEqual(['grace'])
    expect(names(await find({ query: '.*' }))).toEqual([])
    expect(names(await find({ query: 'r.l' }))).toEqual(['dr.lovelace-smith'])
    expect(names(await find({ query: '💚' }))).toEqual([])
  })

  it('follows a change of name and of address', async () => {
    const { api, find } = await office()
    const person = await registered(api)
    const bearer = { Authorization: `Bearer ${person.body.accessToken}` }
    await api.http.patch('/api/me').set(bearer).send({ username: 'mrs-turing', password }).expect(200)
    expect(names(await find({ query: 'turing' }))).toEqual(['mrs-turing'])
    expect(names(await find({ query: person.username.slice(3), filter: 'all' }))).toEqual(['mrs-turing'])
    await api.services.accounts.changeEmail(
      new Types.ObjectId(person.body.user.id),
      'mail@bletchley.example',
      0,
    )
    expect(names(await find({ query: 'letchle' }))).toEqual(['mrs-turing'])
    expect(names(await find({ query: person.username.slice(3) }))).toEqual([])
  })

  it('an account from before there were parts is found by its beginning, and after a minute by what is inside', async () => {
    const { api, find } = await office()
    const old = { usernameParts: undefined, emailParts: undefined }
    const session = { _id: new Types.ObjectId(), rotatedAt: new Date('2025-03-01T10:20:30Z') }
    await accounts(api, ['hopper', 'rehopped'], () => ({
      ...old,
      refreshTokens: [session],
    }))
    // Another version may write a field that ours takes for none.
    await usersOf(api).updateOne({ usernameKey: 'rehopped' }, { $set: { usernameParts: null } })
    await usersOf(api).updateMany({}, { $unset: { emailParts: 1 } })
    await usersOf(api).updateOne({ usernameKey: 'hopper' }, { $unset: { usernameParts: 1 } })
    expect(names(await find({ query: 'hop' }))).toEqual(['hopper'])
    await api.services.searchParts.complete()
    const found = await find({ query: 'hop' })
    expect(names(found)).toEqual(['rehopped', 'hopper'])
    expect(found.users.map(({ lastSeenAt }) => lastSeenAt)).toEqual(Array(2).fill('2025-03-01T10:00:00.000Z'))
    expect(names(await find({ query: 'opper@e' }))).toEqual(['hopper'])
  })

  it('looks at a thousand accounts at most, and says that there may be more', async () => {
    const { api, find } = await office()
    await accounts(api, numbered('clone', 1200), (at) => (at > 1190 ? { disabledAt: new Date() } : {}))
    expect((await find({ query: 'lone' })).total).toEqual({ count: 1000, isMore: true })
    expect((await find({ query: 'lone1199' })).total).toEqual({ count: 1, isMore: false })
    // What the filter can tell in full is told in full.
    expect((await find({ query: 'lone', filter: 'disabled' })).total).toEqual({ count: 9, isMore: false })
    expect((await find()).total).toEqual({ count: 1201, isMore: false })
  })
})

describe('sorting and filtering', () => {
  let api: TestApi
  let ask: (question: Question) => Promise<UserList>
  beforeAll(async () => {
    const made = await office(startApi())
    api = made.api
    ask = made.find
    await accounts(api, numbered('user', 120), (at) => ({
      // Some were seen at the same time, and some never.
      lastSeenAt: at % 3 === 0 ? null : new Date(Date.UTC(2025, 1, 1 + (at % 7))),
      ...(at % 40 === 0 && { roles: ['user', 'admin'] }),
      ...(at % 30 === 0 && { disabledAt: new Date() }),
      ...(at % 20 === 0 && { emailVerifiedAt: null }),
    }))
  })
  afterAll(() => api.close())

  it.each(['joined', '-joined', 'username', '-username', 'lastSeen', '-lastSeen'] as const)(
    'by %s every account is on one page, forwards and back',
    async (sort) => {
      for (const question of [{ sort }, { sort, query: 'user' }]) {
        const there = await pages(ask, question)
        const all = there.flatMap(names)
        expect(all).toHaveLength('query' in question ? 120 : 121)
        expect(new Set(all).size).toBe(all.length)
        const keys = there.flatMap(({ users }) =>
          users.map((user) => ({
            joined: user.createdAt,
            username: user.username,
            lastSeen: user.lastSeenAt ?? '',
          })),
        )
        const values = keys.map((each) => each[sort.replace('-', '') as keyof typeof each])
        const expected = values.toSorted()
        expect(values).toEqual(sort.startsWith('-') ? expected.reverse() : expected)
        const back = []
        for (let before = there.at(-1)?.previous; before; before = back.at(-1)?.previous)
          back.push(await ask({ ...question, before }))
        expect(back.map(names)).toEqual(there.slice(0, -1).reverse().map(names))
        expect(back.at(-1)?.next).not.toBeNull()
      }
    },
  )

  it('filters, and counts what is left', async () => {
    const filtered = async (question: Question) => {
      const { users, total } = await ask(question)
      expect(total).toEqual({ count: users.length, isMore: false })
      return names({ users } as UserList).filter((name) => name.startsWith('user'))
    }
    expect(await filtered({ filter: 'administrators', sort: 'username' })).toEqual([
      'user0000',
      'user0040',
      'user0080',
    ])
    expect(await filtered({ filter: 'disabled', sort: '-username' })).toEqual([
      'user0090',
      'user0060',
      'user0030',
      'user0000',
    ])
    expect(await filtered({ filter: 'unconfirmed', query: 'user01' })).toEqual(['user0100'])
    expect(await filtered({ filter: 'disabled', query: 'user0001' })).toEqual([])
  })

  it('a page stays where it is when accounts come and go, also the one that it ended with', async () => {
    const first = await ask({ sort: 'username' })
    const second = await ask({ sort: 'username', after: first.next ?? '' })
    const [gone] = await usersOf(api)
      .find({ username: first.users.at(-1)?.username })
      .toArray()
    await usersOf(api).deleteOne({ usernameKey: gone?.usernameKey })
    await accounts(api, ['aaaa'])
    expect(names(await ask({ sort: 'username', after: first.next ?? '' }))).toEqual(names(second))
    await usersOf(api).deleteOne({ usernameKey: 'aaaa' })
    if (gone) await usersOf(api).insertOne(gone)
  })

  it('a place that nobody was ever given is refused', async () => {
    for (const after of ['x', 'W10', Buffer.from('[1e99,"6543210fedcba9876543210f"]').toString('base64url')])
      await expect(ask({ after })).rejects.toThrow('400')
    await expect(ask({ sort: 'name' as never })).rejects.toThrow('400')
    // Of a list that is sorted by names, in one that is sorted by dates; and the other way round.
    const id = new Types.ObjectId().toHexString()
    const place = (value: unknown) => Buffer.from(JSON.stringify([value, id])).toString('base64url')
    for (const sort of ['joined', '-joined', 'lastSeen', '-lastSeen'] as const)
      await expect(ask({ sort, after: place('ada') })).rejects.toThrow('validation_failed')
    await expect(ask({ sort: 'username', before: place(1) })).rejects.toThrow('validation_failed')
  })

  it('no question scans the collection, and none sorts more than it may look at', async () => {
    const asked: { filter: object; options: { sort?: object; limit?: number } }[] = []
    const { connection } = api.services.database
    connection.set('debug', (collection: string, method: string, filter: object, options: object) => {
      if (collection === 'users' && method.startsWith('find')) asked.push({ filter, options })
    })
    const first = await ask({ sort: '-lastSeen' })
    for (const sort of ['joined', '-joined', 'username', '-username', 'lastSeen', '-lastSeen'] as const) {
      const { next } = await ask({ sort })
      await ask({ sort, after: next ?? '' })
    }
    for (const filter of ['all', 'administrators', 'disabled', 'unconfirmed'] as const)
      for (const query of ['', 'ser00', 'user0001@example.com']) await ask({ filter, query })
    connection.set('debug', false)
    expect(first.users).toHaveLength(50)
    expect(asked.length).toBeGreaterThan(40)
    for (const { filter, options } of asked) {
      const cursor = usersOf(api).find(filter, options as never)
      const explained = JSON.stringify(await cursor.explain('executionStats'))
      expect(explained, JSON.stringify({ filter, options })).not.toContain('"COLLSCAN"')
      // A walk along all accounts reads its page, and never sorts.
      if (options.limit === 51 && !('lastSeenAt' in filter && filter.lastSeenAt === null))
        expect(explained, JSON.stringify({ filter, options })).not.toContain('"SORT"')
    }
  })
})

describe('last seen', () => {
  it('is the hour of the last sign-in or refresh', async () => {
    const { api, find } = await office()
    const person = await registered(api)
    const seen = async () => (await stored(api, person)).lastSeenAt?.toISOString()
    const hour = () => `${api.clock.now().toISOString().slice(0, 13)}:00:00.000Z`
    expect((await find({ query: person.username })).users[0]?.lastSeenAt).toBe(hour())
    await accounts(api, ['never'])
    expect((await find({ query: 'never' })).users[0]?.lastSeenAt).toBeNull()
    api.clock.advance(3600)
    expect(await seen()).not.toBe(hour())
    await refresh(api, person.jar).expect(200)
    expect(await seen()).toBe(hour())
    api.clock.advance(7200)
    await login(api, person)
    expect(await seen()).toBe(hour())
  })
})

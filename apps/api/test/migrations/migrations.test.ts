import { readFileSync } from 'node:fs'
import { Types } from 'mongoose'
import { describe, expect, it } from 'vitest'
import type { Migration } from '../../src/maintenance/migrations.ts'
import { createMigrations } from '../../src/maintenance/run-migrations.ts'
import { apiForTest, type TestApi } from '../support/api.ts'
import { movableClock } from '../support/clock.ts'
import { eventually } from '../support/eventually.ts'
import { protectedWith, registered, stored } from '../support/people.ts'
import { jsonLines, latchkey } from '../support/terminal.ts'
import { displayNameOf, displayNames } from './display-name.ts'

const dbOf = (api: TestApi) => api.services.database.connection.getClient().db()
const usersOf = (api: TestApi) => dbOf(api).collection('users')

async function people(api: TestApi, number: number): Promise<void> {
  await usersOf(api).insertMany(
    Array.from({ length: number }, () => {
      const name = `person-${new Types.ObjectId().toHexString()}`
      return { username: name, usernameKey: name, email: `${name}@a.example`, emailKey: `${name}@a.example` }
    }),
  )
}

/** As another process has them, with the clock of the API. */
const migrationsOf = (api: TestApi, list: readonly Migration[]) =>
  createMigrations({ db: () => dbOf(api), list, clock: api.clock, log: { info: () => {}, warn: () => {} } })

const running = () => ({ stopping: new AbortController().signal })

/** Does ten documents at a time, and `each` before that. */
const tens = (name: string, each: () => Promise<void> | void = () => {}, breaking = false): Migration => ({
  name,
  breaking,
  async batch(db, position) {
    const users = db.collection('users')
    const found = await users
      .find(position ? { _id: { $gt: position } } : {})
      .sort({ _id: 1 })
      .limit(10)
      .toArray()
    const last = found.at(-1)
    if (!last) return null
    await each()
    const { modifiedCount } = await users.updateMany(
      { _id: { $in: found.map(({ _id }) => _id) }, [name]: null },
      { $set: { [name]: 1 } },
    )
    return { last: last._id, changed: modifiedCount }
  },
})

describe('a migration', () => {
  it('is run by an API that is ready, by itself, once', async () => {
    const before = await apiForTest()
    await people(before, 25)
    const api = await apiForTest({ mongoUri: before.mongoUri, migrations: [tens('first'), tens('second')] })
    const states = async () => (await api.services.migrations.status()).map(({ state }) => state)
    await eventually(async () => expect(await states()).toEqual(['done', 'done']))
    expect(await usersOf(api).countDocuments({ first: 1, second: 1 })).toBe(25)
    expect(await api.services.migrations.open()).toEqual([])
    expect(await api.services.migrations.status()).toMatchObject([{ changed: 25 }, { changed: 25 }])
  })

  it('is run by one process at a time, the others wait', async () => {
    const api = await apiForTest()
    await people(api, 25)
    let inside = 0
    const alone = async () => {
      expect(++inside).toBe(1)
      await new Promise((done) => setTimeout(done, 5))
      inside--
    }
    const nodes = Array.from({ length: 4 }, () => migrationsOf(api, [tens('field', alone)]))
    const outcomes = await Promise.all(nodes.map(async (node) => node.run(await node.open(), running())))
    expect(outcomes.filter(({ taken }) => taken === 'field')).toHaveLength(3)
    expect(outcomes.flatMap(({ ran }) => ran)).toEqual([{ name: 'field', changed: 25 }])
  })

  it('goes on where a process died, once its lease is over', async () => {
    const api = await apiForTest({ clock: movableClock() })
    await people(api, 25)
    let batches = 0
    const dead = migrationsOf(api, [
      tens('field', () => (++batches === 2 ? new Promise<never>(() => {}) : undefined)),
    ])
    void dead.run(await dead.open(), running())
    await eventually(() => expect(batches).toBe(2))

    const seen: number[] = []
    const another = migrationsOf(api, [tens('field', () => void seen.push(seen.length))])
    expect(await another.run(await another.open(), running())).toEqual({ ran: [], taken: 'field' })
    api.clock.advance(61)
    expect(await another.run(await another.open(), running())).toEqual({
      ran: [{ name: 'field', changed: 25 }],
      taken: null,
    })
    // The first ten were done.
    expect(seen).toHaveLength(2)
  })

  it('is left by a process that slept through its lease, with nothing of it undone', async () => {
    const api = await apiForTest({ clock: movableClock() })
    await people(api, 25)
    let wake = () => {}
    let isAsleep = false
    const asleep = () =>
      isAsleep
        ? undefined
        : new Promise<void>((done) => {
            isAsleep = true
            wake = done
          })
    const sleeper = migrationsOf(api, [tens('field', asleep)])
    const slept = sleeper.run(await sleeper.open(), running())
    await eventually(() => expect(isAsleep).toBe(true))
    api.clock.advance(61)
    const another = migrationsOf(api, [tens('field')])
    await another.run(await another.open(), running())
    wake()
    expect(await slept).toEqual({ ran: [], taken: 'field' })
    expect(await another.status()).toMatchObject([{ state: 'done', changed: 25 }])
  })

  it('that fails is tried again from where it was, and those after it wait', async () => {
    const api = await apiForTest()
    await people(api, 25)
    let batches = 0
    const list = [
      tens('first', () => {
        if (++batches === 2) throw new Error('a document that nobody expected')
      }),
      tens('second'),
    ]
    const node = migrationsOf(api, list)
    await expect(node.run(await node.open(), running())).rejects.toThrow('nobody expected')
    expect(await node.status()).toMatchObject([{ state: 'begun', changed: 10 }, { state: 'open' }])
    const { ran } = await node.run(await node.open(), running())
    expect([ran.map(({ name }) => name), batches]).toEqual([['first', 'second'], 4])
  })
})

describe('a breaking migration', () => {
  it('waits for the command, which asks; then older versions do not start', async () => {
    const before = await apiForTest()
    await people(before, 5)
    const { mongoUri } = before
    const list = [tens('first'), tens('second', undefined, true), tens('third')]
    const api = await apiForTest({ mongoUri, migrations: list })
    const states = async () => (await api.services.migrations.status()).map(({ state }) => state)
    await eventually(async () => expect(await states()).toEqual(['done', 'open', 'open']))
    await api.services.migrations.sweep(new AbortController().signal)
    expect(await states()).toEqual(['done', 'open', 'open'])

    const unasked = await latchkey(api, ['migrate'])
    expect([unasked.status, unasked.stderr]).toEqual([2, expect.stringContaining('Are they all stopped?')])
    const { status, stdout } = await latchkey(api, ['migrate', '--yes', '--json'])
    expect([status, JSON.parse(stdout)]).toEqual([
      0,
      {
        ran: [
          { name: 'second', changed: 5 },
          { name: 'third', changed: 5 },
        ],
      },
    ])
    await expect(apiForTest({ mongoUri })).rejects.toThrow('migrated by a newer version (second)')
  })

  it('that is not breaking only makes older versions warn', async () => {
    const before = await apiForTest()
    const api = await apiForTest({ mongoUri: before.mongoUri, migrations: [tens('first')] })
    const isDone = async () => (await api.services.migrations.status())[0]?.state === 'done'
    await eventually(async () => expect(await isDone()).toBe(true))
    const older = await apiForTest({ mongoUri: before.mongoUri })
    expect(older.logged()).toContain('a newer version has migrated this database')
    expect((await older.services.migrations.status())[0]).toMatchObject({ name: 'first', state: 'unknown' })
  })
})

describe('latchkey migrate', () => {
  it('has nothing to do today, and says so', async () => {
    const api = await apiForTest()
    const status = await latchkey(api, ['migrate', '--status'])
    expect(status).toEqual({ status: 0, stdout: '', stderr: 'This version has no migrations.\n' })
    const { status: code, stdout } = await latchkey(api, ['migrate'])
    expect([code, stdout]).toEqual([0, 'Everything is in the shape of this version.\n'])
  })

  it('says how far it is, for people and programs; interrupted, how to go on', async () => {
    const api = await apiForTest()
    await people(api, 12)
    const { services, ...rest } = api
    const on = { ...rest, services: { ...services, migrations: migrationsOf(api, [tens('first')]) } }
    const stopped = await latchkey(on, ['migrate'], { interrupted: true })
    expect([stopped.status, stopped.stderr]).toEqual([
      1,
      expect.stringContaining('Go on with: latchkey migrate'),
    ])
    expect(jsonLines((await latchkey(on, ['migrate', '--status', '--json'])).stdout)).toEqual([
      expect.objectContaining({ name: 'first', state: 'open', changed: 0 }),
    ])
    expect((await latchkey(on, ['migrate'])).stdout).toMatch(/^first: 12 documents changed\.$/m)
    expect((await latchkey(on, ['migrate', '--status'])).stdout).toMatch(/^first +done +12 +\d+ \w+ \d{4}/m)
  })
})

describe('the worked example', () => {
  it('gives every account a display name, beside processes of the version before, and takes none that was chosen', async () => {
    const before = await apiForTest()
    const [ada, eve] = [await registered(before), await registered(before)]
    await usersOf(before).updateOne({ emailKey: eve.email }, { $set: { displayName: 'Eve herself' } })
    expect(displayNameOf(await stored(before, ada))).toBe(ada.username)

    const api = await apiForTest({ mongoUri: before.mongoUri, migrations: [displayNames] })
    await eventually(async () => expect((await stored(api, ada)).displayName).toBe(ada.username))
    expect((await stored(api, eve)).displayName).toBe('Eve herself')
    // The process of the version before goes on, and leaves alone what it does not know.
    expect((await protectedWith(before, ada.body.accessToken)).status).toBe(200)
    const late = await registered(before)
    expect(displayNameOf(await stored(api, late))).toBe(late.username)
    const name = { username: `renamed-${ada.username}`, password: ada.password }
    await before.http
      .patch('/api/me')
      .set('Authorization', `Bearer ${ada.body.accessToken}`)
      .send(name)
      .expect(200)
    expect((await stored(api, ada)).displayName).toBe(ada.username)
  })

  it('stands in the docs as it is tested', () => {
    const page = readFileSync(new URL('../../../../docs/upgrades.md', import.meta.url), 'utf8')
    const tested = readFileSync(new URL('./display-name.ts', import.meta.url), 'utf8')
    const quoted = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
    expect(quoted).toHaveLength(2)
    for (const code of quoted) expect(tested).toContain(code)
  })
})

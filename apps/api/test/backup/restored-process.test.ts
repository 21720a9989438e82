import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { mongo } from 'mongoose'
import { expect, inject } from 'vitest'
import { apiForTest } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { type Person, somebody } from '../support/people.ts'
import { apiProcess, command, ownEnvironment, ready, temporaryFolder } from '../support/process.ts'
import { lockOwner } from '../support/refresh-lock.ts'
import { accessWith, browserOf, refreshAs, stealWith } from '../support/restored-browser.ts'
import { sideBySide as it } from '../support/side-by-side.ts'
import { latchkey } from '../support/terminal.ts'

it('backed up while people refresh, killed and restored: they go on, and copies open nothing', async () => {
  const environment = { DATA_DIR: temporaryFolder() }
  const file = join(temporaryFolder(), 'latchkey.gz')
  const run = (...words: string[]) => command('latchkey', words, '', environment)
  const first = await apiProcess(environment)
  await ready(first)
  const people = [somebody(), somebody(), somebody()]
  const browsers = await Promise.all(people.map((person) => browserOf(first.url, '/api/register', person)))
  const unbound = await browserOf(first.url, '/api/login', people[0] as Person, false)

  let isOver = false
  const refreshing = browsers.map(async (browser) => {
    let times = 0
    for (; !isOver; times++) expect(await refreshAs(first.url, browser)).toBe('ok')
    return times
  })
  const backedUp = await run('backup', file, '--json')
  expect([backedUp.status, JSON.parse(backedUp.stdout)]).toMatchObject([
    0,
    { oneMoment: true, documents: { users: 3 } },
  ])
  isOver = true
  for (const times of await Promise.all(refreshing)) expect(times).toBeGreaterThan(0)

  const copies = browsers.map((browser) => ({ ...browser }))
  for (let times = 0; times < 10; times++)
    for (const browser of browsers) expect(await refreshAs(first.url, browser)).toBe('ok')
  expect(await refreshAs(first.url, unbound)).toBe('ok')
  const later = somebody()
  const since = await browserOf(first.url, '/api/register', later)

  const served = await run('restore', file, '--replace', '--yes')
  expect([served.status, served.stderr]).toEqual([1, expect.stringContaining('Stop the API first')])
  first.child.kill('SIGKILL')
  await first.exited
  const restored = await run('restore', file, '--replace', '--yes', '--json')
  expect([restored.status, JSON.parse(restored.stdout)]).toMatchObject([0, { sessions: 3, ended: 1 }])

  const second = await apiProcess(environment)
  await ready(second)
  for (const browser of [...browsers, ...copies]) expect(await accessWith(second.url, browser)).toBe(401)
  for (const copy of [...copies, ...browsers]) {
    expect(await stealWith(second.url, copy, null)).toBe('refresh_token_locked')
    expect(await stealWith(second.url, copy, lockOwner())).toBe('refresh_token_locked')
  }
  for (const browser of browsers) {
    expect(await refreshAs(second.url, browser)).toBe('ok')
    expect(await refreshAs(second.url, browser)).toBe('ok')
    expect(await accessWith(second.url, browser)).toBe(200)
  }
  expect(await refreshAs(second.url, unbound)).toBe('refresh_token_revoked')
  expect(await refreshAs(second.url, since)).toBe('refresh_token_revoked')
  await expect(browserOf(second.url, '/api/login', later)).rejects.toThrow('401')
})

it('from an embedded database to a MongoDB and back', async () => {
  const development = { DATA_DIR: temporaryFolder() }
  const api = await apiProcess(development)
  await ready(api)
  const person = somebody()
  await browserOf(api.url, '/api/register', person)
  const folder = temporaryFolder()
  expect((await command('latchkey', ['backup', join(folder, 'one.gz')], '', development)).status).toBe(0)

  const production = testDatabaseUri()
  const moved = await command('latchkey', ['restore', join(folder, 'one.gz'), '--yes'], production)
  // Its secrets are others.
  expect([moved.status, moved.stderr]).toEqual([0, expect.stringContaining('JWT_REFRESH_SECRET')])
  const there = await apiForTest({ mongoUri: production })
  await browserOf(there.url, '/api/login', person)
  expect((await latchkey(there, ['backup', join(folder, 'two.gz')])).status).toBe(0)

  const another = { DATA_DIR: temporaryFolder() }
  const back = await command('latchkey', ['restore', join(folder, 'two.gz'), '--yes'], '', another)
  expect([back.status, back.stdout]).toEqual([0, expect.stringContaining('1 account')])
  // It is there for a process of its own.
  const shown = await command('latchkey', ['users', 'show', person.email, '--json'], '', another)
  expect(JSON.parse(shown.stdout)).toMatchObject({ username: person.username })
})

it('a restore that is killed while it loads has changed nothing, is not served, and can be repeated', async () => {
  const uri = testDatabaseUri()
  const client = await new mongo.MongoClient(uri).connect()
  const db = client.db()
  await db
    .collection('things')
    .insertMany(Array.from({ length: 6000 }, (_, n) => ({ n, text: 'x'.repeat(300) })))
  const folder = temporaryFolder()
  const file = join(folder, 'things.gz')
  const before = await apiForTest({ mongoUri: uri })
  expect((await latchkey(before, ['backup', file])).status).toBe(0)
  expect(readdirSync(folder)).toEqual(['things.gz'])
  await db.collection('things').updateOne({ n: 0 }, { $set: { text: 'newer' } })

  const child = spawn(
    process.execPath,
    [join(inject('apiBuild'), 'latchkey.js'), 'restore', file, '--replace', '--yes'],
    { env: { ...ownEnvironment(), MONGO_URI: uri }, stdio: 'ignore' },
  )
  const gone = new Promise((done) => child.on('exit', (_code, signal) => done(signal)))
  const isLoading = async () => {
    const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
    const beside = names.find((name) => /^restoring\..*\.things$/.test(name))
    expect(beside && (await db.collection(beside).findOne())).toBeTruthy()
  }
  await eventually(isLoading, { interval: 1 })
  child.kill('SIGKILL')
  expect(await gone).toBe('SIGKILL')
  expect(await db.collection('maintenance').findOne()).toMatchObject({ phase: 'loading' })
  expect((await db.collection('things').findOne({ n: 0 }))?.text).toBe('newer')
  const refused = await apiProcess({ MONGO_URI: uri })
  expect(await refused.exited).toBe(1)
  expect(refused.output()).toContain('latchkey restore --abandon')

  // Nobody knows yet that it is dead.
  const atOnce = await latchkey(before, ['restore', file, '--replace', '--yes'])
  expect([atOnce.status, atOnce.stderr]).toEqual([1, expect.stringContaining('Another restore is at work')])
  before.clock.advance(90)
  const unsaid = await latchkey(before, ['restore', file, '--yes'])
  expect([unsaid.status, unsaid.stderr]).toEqual([1, expect.stringContaining('With --replace')])
  expect((await latchkey(before, ['restore', file, '--replace', '--yes'])).status).toBe(0)
  expect((await db.collection('things').findOne({ n: 0 }))?.text).toBe('x'.repeat(300))
  expect((await db.listCollections().toArray()).filter(({ name }) => name.startsWith('restoring.'))).toEqual(
    [],
  )
  await apiForTest({ mongoUri: uri })
  await client.close()
})

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { mongo } from 'mongoose'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { checkBackup, restoreBackup } from '../../src/backup/restore-backup.ts'
import { apiForTest, startApi, type TestApi } from '../support/api.ts'
import { enrolled } from '../support/authenticator.ts'
import { login, protectedWith, refresh, registered, type SignedInPerson, stored } from '../support/people.ts'
import { temporaryFolder } from '../support/process.ts'
import { lockOwner } from '../support/refresh-lock.ts'
import { latchkey } from '../support/terminal.ts'

let api: TestApi
let person: SignedInPerson
let folder: string
let file: string

beforeAll(async () => {
  api = await startApi()
  person = await registered(api, lockOwner().signIn)
  await enrolled(api, person)
  await registered(api)
})
afterAll(() => api.close())

/** A backup of the API of this file, for one test. */
async function backedUp(of: TestApi = api) {
  folder = temporaryFolder()
  file = join(folder, 'latchkey.gz')
  return await latchkey(of, ['backup', file, '--json'])
}

/** What accounts are made of. Mails and limits go on by themselves meanwhile. */
const accountsIn = async (uri: string) => {
  const client = await new mongo.MongoClient(uri).connect()
  try {
    const names = (await client.db().listCollections().toArray()).map(({ name }) => name)
    const found: Record<string, unknown> = { beside: names.filter((name) => name.startsWith('restoring.')) }
    for (const name of ['users', 'securityEvents'])
      found[name] = await client.db().collection(name).find({}, { promoteValues: false }).toArray()
    return mongo.BSON.EJSON.stringify(found, { relaxed: false })
  } finally {
    await client.close()
  }
}

/** On another server than the embedded one it depends. */
const oneMoment = process.env.MONGO_URI || process.env.MONGO_ENGINE ? expect.any(Boolean) : true

const usersOf = (of: TestApi) => of.services.database.connection.collection('users')

describe('a backup', () => {
  it('is one file of its owner, whole, that says what is in it', async () => {
    const { status, stdout, stderr } = await backedUp()
    expect(status).toBe(0)
    const said = JSON.parse(stdout)
    expect(said).toMatchObject({ file, oneMoment, documents: { users: 2 } })
    expect(JSON.parse(stderr.split('\n')[0] ?? '')).toMatchObject({
      command: 'backup',
      documents: { users: 2 },
    })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(file).size).toBe(said.bytes)
    expect(readdirSync(folder)).toEqual(['latchkey.gz'])

    const checked = await latchkey(null, ['restore', file, '--check', '--json'])
    expect(checked.status).toBe(0)
    expect(JSON.parse(checked.stdout)).toMatchObject({ documents: said.documents, oneMoment })
  })

  it('holds no key, no token, and nothing that is good for once or a few minutes', async () => {
    const passing = [
      'rateLimits',
      'passkeyChallenges',
      'signInAttempts',
      'mailJobs',
      'noticeCaps',
      'webhookDeliveries',
    ]
    for (const name of passing)
      await api.services.database.connection.collection(name).insertOne({ dueAt: new Date('2100-01-01') })
    await backedUp()
    const text = gunzipSync(readFileSync(file)).toString()
    const { accessToken, refreshToken, factors } = api.config
    for (const secret of [accessToken.key, refreshToken.key, ...factors.secrets, person.jar.refreshToken])
      expect(text).not.toContain(secret)
    expect(text).toContain(person.email)
    for (const name of passing) expect(text).not.toContain(`"collection":"${name}"`)
  })

  it('of a server that knows no snapshots is whole all the same, and says that it is not of one moment', async () => {
    const { find } = mongo.Collection.prototype
    // As a mongod answers that is no member of a replica set.
    const refusing = vi.spyOn(mongo.Collection.prototype, 'find').mockImplementation(function (
      this: mongo.Collection,
      filter = {},
      options = {},
    ) {
      const found = find.call(this, filter, options)
      const code = { code: 123, codeName: 'NotAReplicaSet', errmsg: 'node needs to be a replica set member' }
      if (options.session) found.hasNext = () => Promise.reject(new mongo.MongoServerError(code))
      return found
    })
    const { status, stdout, stderr } = await backedUp().finally(() => refusing.mockRestore())
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { oneMoment: false, documents: { users: 2 } }])
    expect(stderr).toContain('This MongoDB is no replica set')
    const checked = await latchkey(null, ['restore', file, '--check'])
    expect([checked.status, checked.stdout]).toEqual([0, expect.stringContaining('not of one moment')])
  })

  it('overwrites nothing', async () => {
    await backedUp()
    const before = readFileSync(file)
    const again = await latchkey(api, ['backup', file])
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('exists already')])
    expect(readFileSync(file)).toEqual(before)
    expect(readdirSync(folder)).toEqual(['latchkey.gz'])
  })

  it('that is interrupted, or has no folder, leaves no file', async () => {
    folder = temporaryFolder()
    const interrupted = await latchkey(api, ['backup', join(folder, 'one')], { interrupted: true })
    expect([interrupted.status, interrupted.stderr]).toEqual([1, expect.stringContaining('Interrupted')])
    const nowhere = await latchkey(api, ['backup', join(folder, 'none', 'one')])
    expect([nowhere.status, nowhere.stderr]).toEqual([1, expect.stringContaining('There is no folder')])
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a restore', () => {
  it('into another database has every account, event and index, with each value of its type', async () => {
    const things = api.services.database.connection.collection('things')
    await things.createIndex({ when: 1 }, { partialFilterExpression: { when: { $gt: new Date(0) } } })
    await things.insertOne({
      ...{ text: 'a\u2028b\r\nc', when: new Date(5), int: new mongo.Int32(7), double: new mongo.Double(7) },
      ...{
        long: mongo.Long.fromString('9007199254740993'),
        bytes: new mongo.Binary(Buffer.from([0, 10, 255])),
      },
    })
    await backedUp()
    const target = await apiForTest()
    const { status, stdout, stderr } = await latchkey(target, ['restore', file, '--yes', '--json'])
    expect([status, stderr]).toEqual([0, expect.stringContaining('Is the API stopped on every node?')])
    expect(JSON.parse(stdout)).toMatchObject({ documents: { users: 2, things: 1 }, sessions: 1, ended: 1 })

    // A process that was there meanwhile is started again.
    const started = await apiForTest({ mongoUri: target.mongoUri })
    const typed = { promoteValues: false, projection: { _id: 0 } }
    const restored = started.services.database.connection.collection('things')
    expect(await restored.findOne({}, typed)).toEqual(await things.findOne({}, typed))
    expect(
      (await restored.indexes()).map(({ key, partialFilterExpression }) => [key, partialFilterExpression]),
    ).toEqual(
      (await things.indexes()).map(({ key, partialFilterExpression }) => [key, partialFilterExpression]),
    )
    await things.drop()

    const before = await stored(api, person)
    const after = await stored(started, person)
    const anew = { epoch: 0, lapseRemindedAt: null, lapseReminderDueAt: expect.any(Date) }
    expect({ ...after, epoch: 0 }).toEqual({ ...before, ...anew })
    expect((await usersOf(started).indexes()).map(({ name }) => name).sort()).toEqual(
      (await usersOf(api).indexes()).map(({ name }) => name).sort(),
    )
    // Whatever was issued before is dead, and what is issued now lives.
    expect((await protectedWith(started, person.body.accessToken)).status).toBe(401)
    const fresh = await registered(started)
    expect((await protectedWith(started, fresh.body.accessToken)).status).toBe(200)
    expect(await login(started, person).catch((error) => String(error))).toContain('factor')
  })

  it('replaces what is there only when that is said, and asks', async () => {
    await backedUp()
    const target = await apiForTest()
    const lost = await registered(target)
    const before = await accountsIn(target.mongoUri)
    const without = await latchkey(target, ['restore', file, '--yes'])
    expect([without.status, without.stderr]).toEqual([1, expect.stringContaining('--replace')])
    const unasked = await latchkey(target, ['restore', file, '--replace'])
    expect([unasked.status, unasked.stderr]).toEqual([2, expect.stringContaining('add --yes')])
    const refused = await latchkey(target, ['restore', file, '--replace'], { answer: 'no' })
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('Nothing was done.')])
    expect(await accountsIn(target.mongoUri)).toBe(before)

    expect((await latchkey(target, ['restore', file, '--replace', '--yes'])).status).toBe(0)
    expect(await usersOf(target).countDocuments()).toBe(2)
    expect(await usersOf(target).findOne({ emailKey: lost.email })).toBeNull()
  })

  it('with --end-sessions leaves nobody signed in and no browser trusted', async () => {
    const trust = { lock: 'a', since: new Date(), until: new Date(Date.now() + 86_400_000) }
    await usersOf(api).updateOne({ emailKey: person.email }, { $set: { 'knownDevices.0.trust': trust } })
    await backedUp()
    const target = await apiForTest()
    const { stdout } = await latchkey(target, ['restore', file, '--yes', '--end-sessions', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ sessions: 0 })
    const after = await stored(target, person)
    expect([after.refreshTokens, after.knownDevices.length, after.knownDevices[0].trust]).toEqual([
      [],
      1,
      undefined,
    ])
    await usersOf(api).updateOne({ emailKey: person.email }, { $unset: { 'knownDevices.0.trust': 1 } })
  })

  it('keeps ended what the replaced database still knew to have ended', async () => {
    const source = await apiForTest()
    const [owner, another] = [lockOwner(), lockOwner()]
    const somebody = await registered(source, owner.signIn)
    const living = await login(source, somebody, another.signIn)
    const deleted = await registered(source, lockOwner().signIn)
    await backedUp(source)
    await source.services.sessions.revoke(somebody.body.user.id, somebody.sessionId)
    const cause = { userId: new mongo.ObjectId(deleted.body.user.id), reason: 'account_deleted' }
    await source.services.sessions.revocations.revokeEnded([cause.userId], cause)
    const { status, stdout } = await latchkey(source, ['restore', file, '--replace', '--yes', '--json'])
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { sessions: 1, ended: 2 }])

    // Also once what forbids its tokens has lapsed.
    await source.services.database.connection.collection('revocations').deleteMany({ epoch: null })
    const started = await apiForTest({ mongoUri: source.mongoUri })
    const refused = await refresh(started, somebody.jar, owner.at(0))
    expect(refused.body.code).toBe('refresh_token_revoked')
    expect((await stored(started, deleted)).refreshTokens).toEqual([])
    expect((await refresh(started, living.jar, another.at(0))).status).toBe(200)
  })

  it('lets nothing fall due that may have been settled since', async () => {
    const source = await apiForTest()
    const somebody = await registered(source)
    const past = new Date(source.clock.now().getTime() - 90 * 86_400_000)
    await usersOf(source).updateOne(
      { emailKey: somebody.email },
      {
        $set: {
          ...{ createdAt: past, lapseReminderDueAt: past, lapseRemindedAt: past, emailVerifiedAt: null },
          factorReset: { requestedAt: past, dueAt: past },
          totp: { secret: 'x', confirmedAt: past, lastStep: 1 },
        },
      },
    )
    const kinds = ['verify_email', 'reset_password', 'confirm_new_email', 'undo_email']
    const links = kinds.map((kind) => ({ _id: kind as never, kind, expiresAt: new Date(4e12) }))
    await source.services.database.connection.collection('actionTokens').insertMany(links)
    await backedUp(source)

    const target = await apiForTest()
    expect((await latchkey(target, ['restore', file, '--yes'])).status).toBe(0)
    await target.services.factorResets.sweep()
    const { factorReset, totp, lapseRemindedAt, lapseReminderDueAt } = await stored(target, somebody)
    expect({ factorReset, totp, lapseRemindedAt }).toMatchObject({
      ...{ factorReset: null, lapseRemindedAt: null },
      totp: { secret: 'x' },
    })
    // As of an account that was imported now.
    expect(lapseReminderDueAt).toEqual(
      target.services.unprovedAccounts.reminderDueFor(target.services.clock.now()),
    )
    expect(await target.services.unprovedAccounts.lapsed(10)).toEqual([])
    const ours = { _id: { $in: links.map(({ _id }) => _id) } }
    const left = await target.services.database.connection.collection('actionTokens').find(ours).toArray()
    expect(left.map(({ kind }) => kind)).toEqual(['verify_email'])
  })

  it('has collections of any name, and a backup says what it leaves out', async () => {
    const source = await apiForTest()
    const { connection } = source.services.database
    const names = ['my things', 'größen', 'a..b', "it's 1/2"]
    for (const name of names) await connection.collection(name).insertOne({ n: 1 })
    await connection.collection('restoring.mine').insertOne({ n: 1 })
    const { stderr } = await backedUp(source)
    expect(stderr).toContain('Not in the backup')
    expect(stderr).toContain('restoring.mine')
    const target = await apiForTest()
    const { status, stdout } = await latchkey(target, ['restore', file, '--yes', '--json'])
    const documents = Object.fromEntries(names.map((name) => [name, 1]))
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { documents }])
    for (const name of names)
      expect(await target.services.database.connection.collection(name).countDocuments()).toBe(1)
  })

  it('wants a file that can be read twice', async () => {
    const { status, stderr } = await latchkey(api, ['restore', '/dev/null', '--replace', '--yes'])
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^\S+ must be a regular file/)])
  })

  it('is refused by a version that does not know a breaking migration that had begun', async () => {
    const source = await apiForTest()
    const begun = { _id: 'migration/2027-01-01 newer' as never, doneAt: null, breaking: true, term: 1 }
    await source.services.database.connection.collection('maintenance').insertOne(begun)
    await backedUp(source)
    const checked = await latchkey(null, ['restore', file, '--check', '--json'])
    expect(JSON.parse(checked.stdout)).toMatchObject({ migrations: ['2027-01-01 newer'] })
    const target = await apiForTest()
    await registered(target)
    const before = await accountsIn(target.mongoUri)
    const { status, stderr } = await latchkey(target, ['restore', file, '--replace', '--yes'])
    expect([status, stderr]).toEqual([1, expect.stringContaining('newer version (2027-01-01 newer)')])
    expect(await accountsIn(target.mongoUri)).toBe(before)
  })

  it('says when the secrets are others than those of the backup', async () => {
    await backedUp()
    const target = await apiForTest({
      configure: (config) => ({
        ...config,
        refreshToken: { ...config.refreshToken, key: 'another secret for refresh tokens' },
        factors: { ...config.factors, secrets: ['another secret for apps'] },
      }),
    })
    const { status, stderr } = await latchkey(target, ['restore', file], { answer: 'no' })
    expect(status).toBe(1)
    expect(stderr).toContain('JWT_REFRESH_SECRET is not the one of the backup')
    expect(stderr).toContain('no app works')
    const same = await latchkey(await apiForTest(), ['restore', file], { answer: 'no' })
    expect(same.stderr).not.toMatch(/SECRET/)
  })

  it('says when only former secrets of the backup are missing', async () => {
    const withFormer = (refresh: string[], factor: string[]) =>
      apiForTest({
        configure: (config) => ({
          ...config,
          refreshToken: { ...config.refreshToken, previousKeys: refresh },
          factors: { ...config.factors, secrets: [...config.factors.secrets, ...factor] },
        }),
      })
    await backedUp(await withFormer(['a former key of tokens'], ['a former key of apps']))
    const answer = { answer: 'no' }
    const { stderr } = await latchkey(await withFormer([], []), ['restore', file], answer)
    expect(stderr).toContain('1 of the 2 refresh secrets of the backup is missing')
    expect(stderr).toMatch(/1 of the \d keys of authenticator apps of the backup is missing/)
    expect(stderr).not.toMatch(/everybody|no app works/)
    const whole = await withFormer(['a former key of tokens'], ['a former key of apps'])
    expect((await latchkey(whole, ['restore', file], answer)).stderr).not.toMatch(/missing/)
    // Of those in force a former one is no stand-in.
    const others = await apiForTest({
      configure: (config) => ({
        ...config,
        refreshToken: {
          ...config.refreshToken,
          key: 'another secret for refresh tokens',
          previousKeys: ['a former key of tokens'],
        },
        factors: { ...config.factors, secrets: ['another secret for apps', 'a former key of apps'] },
      }),
    })
    const lost = (await latchkey(others, ['restore', file], answer)).stderr
    expect(lost).toMatch(/everybody has to sign in again/)
    expect(lost).toMatch(/no app works/)
  })
})

describe('a file that is no whole backup is refused before anything is changed', () => {
  let target: TestApi
  let before: string
  let whole: Buffer
  let damaged: string
  beforeAll(async () => {
    target = await startApi()
    await registered(target)
    damaged = mkdtempSync(join(tmpdir(), 'latchkey-'))
    const path = join(damaged, 'whole.gz')
    await latchkey(api, ['backup', path])
    whole = readFileSync(path)
    before = await accountsIn(target.mongoUri)
  })
  afterAll(async () => {
    await target.close()
    rmSync(damaged, { recursive: true })
  })

  const lines = () => gunzipSync(whole).toString().split('\n')
  const zipped = (text: string) => gzipSync(text)
  const cases: [string, RegExp, () => Buffer | null][] = [
    ['none', /There is no file/, () => null],
    ['empty', /not a backup/, () => Buffer.alloc(0)],
    ['text', /not a backup/, () => Buffer.from('{"users":[]}\n')],
    ['another archive', /not a backup/, () => zipped('{"users":[]}\n')],
    ['cut in the middle', /cut off|not a backup/, () => whole.subarray(0, whole.length / 2)],
    ['cut by a byte', /cut off|damaged/, () => whole.subarray(0, -1)],
    ['cut at a line', /cut off/, () => zipped(`${lines().slice(0, -2).join('\n')}\n`)],
    ['a byte changed', /damaged|cut off|not a backup/, () => flipped(whole, Math.floor(whole.length / 3))],
    ['a value changed', /checksum/, () => zipped(lines().join('\n').replace('"user"', '"admin"'))],
    ['a document missing', /checksum/, () => zipped(without(lines(), (line) => line.startsWith('{')))],
    ['a collection missing', /checksum|damaged/, () => zipped(withoutUsers(lines()))],
    ['something added', /goes on/, () => zipped(`${lines().join('\n')}{}\n`)],
    [
      'of a newer version',
      /newer version/,
      () => zipped(lines().join('\n').replace('Backup":1', 'Backup":2')),
    ],
  ]

  it.each(cases)('%s', async (_what, sentence, make) => {
    const path = join(damaged, 'damaged.gz')
    const content = make()
    if (content) writeFileSync(path, content)
    const { status, stdout, stderr } = await latchkey(target, [
      ...['restore', content ? path : join(damaged, 'nothing.gz')],
      ...['--replace', '--yes'],
    ])
    expect([status, stdout, stderr]).toEqual([1, '', expect.stringMatching(sentence)])
    expect(await accountsIn(target.mongoUri)).toBe(before)
  })

  it('but for the changes it would have been taken', async () => {
    const path = join(damaged, 'again.gz')
    writeFileSync(path, zipped(lines().join('\n')))
    expect((await latchkey(null, ['restore', path, '--check'])).status).toBe(0)
  })
})

describe('a restore that was interrupted', () => {
  const interrupted = async (uri: string, path: string) => {
    const client = await new mongo.MongoClient(uri).connect()
    await expect(
      restoreBackup({
        client,
        backup: await checkBackup(path),
        endSessions: false,
        clock: api.clock,
        stopping: new AbortController().signal,
        reminderDueFor: (now) => now,
        onDocument: () => {},
        revokeUsersBelow: () => Promise.reject(new Error('killed')),
      }),
    ).rejects.toThrow('killed')
    await client.close()
  }

  it('while it replaced what was there: nobody serves it, backs it up or takes it back, and it can be repeated', async () => {
    await backedUp()
    const mongoUri = testDatabaseUri()
    await interrupted(mongoUri, file)
    await expect(apiForTest({ mongoUri })).rejects.toThrow('half one and half the other')
    const on = { ...api, mongoUri }
    const half = await latchkey(on, ['backup', join(folder, 'half.gz')])
    expect([half.status, half.stderr]).toEqual([1, expect.stringContaining('half one and half the other')])
    const abandoned = await latchkey(on, ['restore', '--abandon'])
    expect([abandoned.status, abandoned.stderr]).toEqual([1, expect.stringContaining('Too late')])
    expect((await latchkey(on, ['restore', file, '--yes'])).status).toBe(0)
    const started = await apiForTest({ mongoUri })
    expect(await usersOf(started).countDocuments()).toBe(2)
  })

  it('while it was loading: it is repeated, or taken back with everything as it was', async () => {
    await backedUp()
    const target = await apiForTest()
    await registered(target)
    const { connection } = target.services.database
    const before = await accountsIn(target.mongoUri)
    // As a process leaves it that is killed.
    const mark = { _id: 'restore' as never, phase: 'loading', startedAt: new Date(), takenAt: new Date() }
    await connection.collection('maintenance').insertOne(mark)
    await connection.collection('restoring.users').insertOne({ half: true })
    const { mongoUri } = target
    await expect(apiForTest({ mongoUri })).rejects.toThrow('has not ended')
    expect((await latchkey(target, ['restore', '--abandon'])).stdout).toContain('as it was')
    expect(await accountsIn(mongoUri)).toBe(before)
    const none = await latchkey(target, ['restore', '--abandon'])
    expect([none.status, none.stderr]).toEqual([1, 'No restore was interrupted here.\n'])
  })
})

describe('while a restore loads', () => {
  let target: TestApi
  beforeEach(async () => {
    await backedUp()
    target = await apiForTest()
    await registered(target)
  })
  const restoring = () => latchkey(target, ['restore', file, '--replace', '--yes'])

  /** Does this once the first account is loaded. */
  function meanwhile(act: (beside: mongo.Collection) => Promise<unknown>) {
    const { insertMany } = mongo.Collection.prototype
    const spy = vi.spyOn(mongo.Collection.prototype, 'insertMany').mockImplementation(async function (
      this: mongo.Collection,
      documents,
      options,
    ) {
      const inserted = await insertMany.call(this, documents, options)
      if (!this.collectionName.endsWith('.users')) return inserted
      spy.mockRestore()
      await act(this)
      return inserted
    })
    onTestFinished(() => spy.mockRestore())
  }

  const namesIn = async (of: TestApi) =>
    (await of.services.database.connection.listCollections()).map(({ name }) => name)

  const full = async () => {
    throw new mongo.MongoServerError({ message: 'the disk is full', code: 14_031 })
  }

  it('a disk that becomes full is told, and the database is as it was', async () => {
    const before = await accountsIn(target.mongoUri)
    meanwhile(full)
    const { status, stdout, stderr } = await restoring()
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain(
      'The disk of the database is full. Nothing was replaced: the database is as it was.',
    )
    expect(await accountsIn(target.mongoUri)).toBe(before)
    expect((await restoring()).status).toBe(0)
  })

  it('a disk too full even to take back what was loaded is told, with what to do', async () => {
    meanwhile(async () => {
      const spy = vi.spyOn(mongo.Db.prototype, 'dropCollection').mockImplementation(full)
      onTestFinished(() => spy.mockRestore())
      await full()
    })
    const { status, stderr } = await restoring()
    expect([status, stderr]).toEqual([1, expect.stringContaining('latchkey restore --abandon')])
    await expect(apiForTest({ mongoUri: target.mongoUri })).rejects.toThrow('has not ended')
  })

  it('a disk that becomes full while places change is told, and that the database is incomplete', async () => {
    const spy = vi.spyOn(mongo.Db.prototype, 'renameCollection').mockImplementation(full)
    onTestFinished(() => spy.mockRestore())
    const { status, stderr } = await restoring()
    expect([status, stderr]).toEqual([1, expect.stringContaining('The database is incomplete')])
    spy.mockRestore()
    expect((await restoring()).status).toBe(0)
  })

  it('a second one and --abandon are refused, and leave it to its work', async () => {
    const others: string[] = []
    meanwhile(async () => {
      others.push((await restoring()).stderr, (await latchkey(target, ['restore', '--abandon'])).stderr)
    })
    expect((await restoring()).status).toBe(0)
    const busy = expect.stringContaining('Another restore is at work')
    expect(others).toEqual([busy, busy])
    expect(await usersOf(target).countDocuments()).toBe(2)
    const indexes = async (of: TestApi) => (await usersOf(of).indexes()).map(({ name }) => name).sort()
    expect(await indexes(target)).toEqual(await indexes(api))
    await apiForTest({ mongoUri: target.mongoUri })
  })

  it('one that was taken for dead replaces nothing any more', async () => {
    const others: unknown[] = []
    meanwhile(async () => {
      target.clock.advance(61)
      others.push((await latchkey(target, ['restore', '--abandon'])).stdout)
      const mark = {
        _id: 'restore' as never,
        phase: 'loading',
        heldUntil: target.clock.now(),
        holder: 'another',
      }
      await target.services.database.connection.collection('maintenance').insertOne(mark)
    })
    const before = await accountsIn(target.mongoUri)
    const { status, stderr } = await restoring()
    expect([status, stderr]).toEqual([1, expect.stringContaining('has taken this one for dead')])
    expect(others).toEqual([expect.stringContaining('as it was')])
    expect(await accountsIn(target.mongoUri)).toBe(before)
    const { connection } = target.services.database
    expect(await connection.collection('maintenance').findOne({ holder: 'another' })).not.toBeNull()
  })

  it('replaces nothing when what it has loaded is not there any more', async () => {
    meanwhile(async (beside) => await beside.deleteOne({}))
    const before = await accountsIn(target.mongoUri)
    const { status, stderr } = await restoring()
    expect([status, stderr]).toEqual([1, expect.stringContaining('changed what was loaded (users)')])
    expect(await accountsIn(target.mongoUri)).toBe(before)

    meanwhile(async (beside) => await beside.dropIndexes())
    expect((await restoring()).stderr).toContain('changed what was loaded (users)')
    expect(await namesIn(target)).not.toContainEqual(expect.stringMatching(/^restoring/))
    expect((await restoring()).status).toBe(0)
  })
})

const flipped = (bytes: Buffer, at: number) => {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ 0xff
  return changed
}

function without(all: string[], isIt: (line: string) => boolean): string {
  const at = all.findIndex(isIt)
  return all.filter((_, i) => i !== at).join('\n')
}

function withoutUsers(all: string[]): string {
  const from = all.findIndex((line) => line.startsWith('#{"collection":"users"'))
  const to = all.findIndex((line) => line.startsWith('#{"end":"users"'))
  return all.filter((_, i) => i < from || i > to).join('\n')
}

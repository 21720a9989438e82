import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import bcrypt from 'bcryptjs'
import { mongo } from 'mongoose'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { usernamesFrom } from '../src/import/usernames.ts'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { mailServer } from './support/mail-server.ts'
import { password, registered, stored } from './support/people.ts'
import { command, ownEnvironment, temporaryFolder } from './support/process.ts'
import { jsonLines, latchkey } from './support/terminal.ts'

const hash = bcrypt.hashSync(password, 4)

/** A file of that name. */
function fileOf(name: string, ...parts: (string | Buffer)[]): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, Buffer.concat(parts.map((part) => Buffer.from(part))))
  return path
}

const lines = (...entries: object[]) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
const usersOf = (api: TestApi) => api.services.database.connection.collection('users')
const signIn = (api: TestApi, email: string) => api.http.post('/api/login').send({ email, password })

/** Imports a file. `result`: what it answers. `refused`: what it reports. */
async function importing(api: TestApi, file: string, ...words: string[]) {
  const report = join(temporaryFolder(), 'refused.jsonl')
  const ran = await latchkey(api, ['import', file, '--json', '--report', report, ...words])
  // An import that stops before it refuses anything leaves none.
  const text = existsSync(report) ? readFileSync(report, 'utf8') : ''
  return {
    ...ran,
    result: ran.stdout === '' ? null : JSON.parse(ran.stdout),
    refused: jsonLines(text),
    text,
    report,
  }
}

const refusal = (line: number, reason: string) => expect.objectContaining({ line, reason })

describe('an import', () => {
  it('writes what a registration writes, from CSV with all its liberties', async () => {
    const api = await apiForTest()
    const person = await registered(api)
    const file = fileOf(
      'users.csv',
      '\uFEFF"E-Mail";user_name;password;email_verified;created_at;bio\r\n',
      `Ada.Lovelace@Example.com;ada;${hash};t;2019-05-04 12:30:00;"first; ""second""\r\nthird"\r\n`,
      '\r\n',
      `grace@example.com;;;false;1556973000;\r\n`,
    )
    const { status, result, stderr } = await importing(api, file, '--map', 'email=E-Mail')
    expect(result).toEqual({ dryRun: false, entries: 2, imported: 2, present: 0, refused: 0, reasons: {} })
    expect(status).toBe(0)
    expect(
      jsonLines(
        stderr
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .join('\n'),
      ),
    ).toEqual([expect.objectContaining({ command: 'import', file: 'users.csv', entries: 2, imported: 2 })])
    expect(stderr).toContain('Of 1 account nobody has confirmed the address')

    const ada = await stored(api, { email: 'ada.lovelace@example.com' })
    const { refreshTokens, knownDevices, ...own } = await stored(api, person)
    expect(Object.keys(ada).sort()).toEqual(
      Object.keys({ ...own, refreshTokens, knownDevices })
        .filter((name) => name !== 'language')
        .sort(),
    )
    expect(ada).toMatchObject({
      ...{ username: 'ada', usernameKey: 'ada', email: 'Ada.Lovelace@Example.com' },
      ...{ emailKey: 'ada.lovelace@example.com', roles: ['user'], disabledAt: null, refreshTokens: [] },
      heldEmails: [{ key: 'ada.lovelace@example.com', until: null }],
      heldUsernames: [{ key: 'ada', until: null }],
      usernameParts: ['ada', 'da', 'a'],
      emailVerifiedAt: api.clock.now(),
      createdAt: new Date('2019-05-04T12:30:00Z'),
    })
    await signIn(api, 'ada').expect(200)
    const grace = await stored(api, { email: 'grace@example.com' })
    expect(grace).toMatchObject({ username: 'grace', passwordHash: null, emailVerifiedAt: null })
    expect(grace.createdAt).toEqual(ada.createdAt)
    await signIn(api, 'grace').expect(401)
    const found = await latchkey(api, ['users', 'find', 'lovelace', '--json'])
    expect(jsonLines(found.stdout)).toEqual([expect.objectContaining({ username: 'ada' })])
  })

  it('that is large is found by beginnings at once, and by any part once the API has gone through it', async () => {
    const api = await apiForTest()
    const people = Array.from({ length: 1201 }, (_, i) => ({ email: `person-${i}@example.com` }))
    const { result, stderr } = await importing(api, fileOf('users.jsonl', lines(...people)))
    expect(result).toMatchObject({ imported: 1201 })
    expect(stderr).toContain('find 201 accounts by the beginning')
    const found = async (text: string) =>
      jsonLines((await latchkey(api, ['users', 'find', text, '--json'])).stdout).map(({ email }) => email)

    expect(await found('erson-999')).toEqual(['person-999@example.com'])
    expect(await found('erson-1200')).toEqual([])
    expect(await found('person-1200')).toEqual(['person-1200@example.com'])
    await api.services.searchParts.complete()
    expect(await found('erson-1200')).toEqual(['person-1200@example.com'])
  })

  it('passes over what is broken, reports it without the hash, and goes on', async () => {
    const api = await apiForTest()
    const there = await registered(api)
    const secret = bcrypt.hashSync('another', 4)
    const file = fileOf(
      'users.jsonl',
      '\uFEFF',
      lines({ email: 'first@example.com', passwordHash: secret }),
      '{"email": "second@exam\n',
      '["third@example.com"]\n',
      Buffer.from('{"email": "fourth\xff@example.com"}\n', 'latin1'),
      `{"email": "fifth@example.com", "bio": "${'x'.repeat(10_000_000)}"}\n`,
      '\n  \r\n',
      lines(
        { email: 'no address', passwordHash: secret },
        { email: 'admin@example.com', username: 'admin' },
        { email: 'long@example.com', username: 'x'.repeat(33) },
        { email: 'ninth@example.com', passwordHash: 'in the clear' },
        { email: 'tenth@example.com', passwordHash: { $gt: '' } },
        { email: 'boss@example.com', role: 'admin' },
        { email: 'editor@example.com', roles: ['editor'] },
        { email: 'future@example.com', createdAt: '2999-01-01' },
        { email: 'when@example.com', createdAt: 'yesterday' },
        { email: 'maybe@example.com', emailVerified: 'maybe' },
        { email: 'FIRST@example.com', username: 'first-again' },
        { email: there.email.toUpperCase(), username: 'somebody-else' },
        { email: 'nineteenth@example.com', username: there.username.toUpperCase() },
        { email: 'twentieth@example.com', username: 'first' },
      ),
      '{"email":"last@example.com"}',
    )
    const { status, result, refused, text, stdout, stderr, report } = await importing(api, file)
    expect(refused).toEqual([
      refusal(2, 'line_broken'),
      refusal(3, 'line_broken'),
      refusal(4, 'line_not_utf8'),
      refusal(5, 'line_long'),
      refusal(8, 'email_malformed'),
      refusal(9, 'username_reserved'),
      refusal(10, 'username_long'),
      refusal(11, 'hash_unreadable'),
      refusal(12, 'hash_unreadable'),
      refusal(13, 'role_admin'),
      refusal(14, 'role_unknown'),
      refusal(15, 'created_malformed'),
      refusal(16, 'created_malformed'),
      refusal(17, 'verified_malformed'),
      refusal(18, 'email_taken'),
      refusal(19, 'email_taken'),
      refusal(20, 'username_taken'),
      refusal(21, 'username_taken'),
    ])
    expect(refused[14]).toEqual({
      line: 18,
      email: 'FIRST@example.com',
      reason: 'email_taken',
      message: 'There is already an account with this email address.',
    })
    expect(result).toMatchObject({ entries: 20, imported: 2, refused: 18, reasons: { email_taken: 2 } })
    expect([status, stderr]).toEqual([1, expect.stringMatching('18 lines refused.')])
    for (const shown of [text, stdout, stderr]) expect(shown).not.toMatch(/\$2|in the clear/)
    expect(statSync(report).mode & 0o077).toBe(0)
    const emails = await usersOf(api).distinct('emailKey')
    expect(emails.sort()).toEqual([there.email, 'first@example.com', 'last@example.com'].sort())

    // Without a file for it the first of them are shown.
    const people = await latchkey(api, ['import', file])
    expect(people.stdout).toMatch(/^0 accounts imported\.\nPassed over, .*: 2 accounts\.\n/)
    expect(people.stdout).toContain(
      'Refused: 2 lines. This is not one JSON object, or nothing can be made of what is in it.\n',
    )
    expect(people.stderr).toContain(
      'line 2: This is not one JSON object, or nothing can be made of what is in it.\n',
    )
    expect(people.stderr).not.toContain('line 14')
  })

  it('goes on after an entry that is made to break whoever reads it', async () => {
    const api = await apiForTest()
    const trap = { toString: 1, valueOf: 1 }
    const credential = { type: 'password', secretData: { salt: trap, value: trap }, credentialData: {} }
    const entries = [
      { email: trap },
      { email: ['list@example.com'] },
      { email: 'name@example.com', username: trap },
      { email: 'role@example.com', role: [trap] },
      { email: 'verified@example.com', emailVerified: trap },
      { email: 'disabled@example.com', enabled: trap },
      { email: 'created@example.com', createdAt: [trap] },
      { email: 'keycloak@example.com', credentials: [credential] },
      { email: 'id@example.com', _id: { $oid: 'zz' } },
      { email: 'long@example.com', createdAt: { $numberLong: '1556973000000' } },
    ]
    const reasons = ['email_malformed', 'email_malformed', 'username_characters', 'role_unknown']
    reasons.push(
      'verified_malformed',
      'disabled_malformed',
      'created_malformed',
      'line_broken',
      'line_broken',
    )
    for (const text of [lines(...entries), JSON.stringify(entries)]) {
      const { result, refused } = await importing(api, fileOf('users.json', text))
      expect([result.entries, result.imported + result.present]).toEqual([10, 1])
      expect(refused).toEqual(reasons.map((reason, at) => refusal(at + 1, reason)))
    }
    const stopped = await importing(api, fileOf('users.json', '[7,{]'))
    expect(stopped.refused).toEqual([refusal(1, 'line_broken')])
    expect(stopped.stderr).toMatch(/the same command goes on, with another --report\.\n$/)
  })

  it('takes no number for a time that is none, and no day that no calendar has', async () => {
    const api = await apiForTest()
    const created = [20200101, '20200101', '20201301', 1, 99_999_999, '2024-02-31', '2024-02-29T24:00:01Z']
    const proved = [2, '20190504', '2023-02-29', '0001-01-01T00:00:00Z', '2999-01-01', '-1', 1_556_973_000]
    const entries = [
      ...created.map((createdAt, at) => ({ email: `created-${at}@example.com`, createdAt })),
      ...proved.map((emailVerified, at) => ({ email: `proved-${at}@example.com`, emailVerified })),
    ]
    const { refused } = await importing(api, fileOf('users.jsonl', lines(...entries)))
    expect(refused).toEqual([
      ...[3, 4, 5, 6, 7].map((line) => refusal(line, 'created_malformed')),
      ...[8, 10, 11, 12, 13].map((line) => refusal(line, 'verified_malformed')),
    ])
    for (const at of [0, 1]) {
      const { createdAt } = await stored(api, { email: `created-${at}@example.com` })
      expect(createdAt).toEqual(new Date('2020-01-01'))
    }
    expect(await stored(api, { email: 'proved-1@example.com' })).toMatchObject({
      emailVerifiedAt: new Date('2019-05-04'),
    })
  })

  it('of CSV passes over what is broken, too', async () => {
    const api = await apiForTest()
    const file = fileOf(
      'users.csv',
      'email,username\n',
      'one@example.com,person-one\n',
      'two@example.com\n',
      'three@example.com,person-three,more\n',
      'fo"ur@example.com,person-four\n',
      Buffer.from('fi\xffve@example.com,person-five\n', 'latin1'),
      `six@example.com,${'x'.repeat(10_000_000)}\n`,
      '"seven@example.com",person-seven\n',
      'eight@example.com,"person-eight',
    )
    const { refused, result } = await importing(api, file)
    expect(refused.sort((a, b) => a.line - b.line)).toEqual([
      refusal(3, 'line_columns'),
      refusal(4, 'line_columns'),
      refusal(5, 'line_quotes'),
      refusal(6, 'line_not_utf8'),
      refusal(7, 'line_long'),
      refusal(9, 'line_quotes'),
    ])
    expect(result).toMatchObject({ imported: 2 })
    const open = fileOf('open.csv', 'email\nten@example.com\n"', `${'x'.repeat(70)}\n`.repeat(70_000))
    const stopped = await importing(api, open)
    expect([stopped.status, stopped.stderr]).toEqual([
      1,
      expect.stringMatching(/A quote is not closed for 4 MB/),
    ])
  })

  it('that only tries says the same, and changes nothing', async () => {
    const api = await apiForTest()
    const there = { username: 'there', email: 'there@example.com' }
    const nobody = { session: null, knownDevice: null, language: null }
    await api.services.accounts.create({ ...there, ...nobody, passwordHash: hash })
    const file = fileOf(
      'users.jsonl',
      lines(
        { email: 'ada@example.com', username: 'ada', passwordHash: bcrypt.hashSync(password, 6) },
        { email: 'ADA@example.com', username: 'ada-two' },
        { email: 'eve@example.com', username: 'Ada' },
        { email: there.email, username: 'nobody-else' },
        { email: 'ada@example.net' },
        { email: 'broken' },
      ),
    )
    const dump = async () => {
      const { db } = api.services.database.connection
      const names = ((await db?.listCollections().toArray()) ?? []).map(({ name }) => name).sort()
      return JSON.stringify(await Promise.all(names.map((name) => db?.collection(name).find().toArray())))
    }
    const before = await dump()
    const tried = await importing(api, file, '--dry-run', '--allow-slow-hashes')
    expect(await dump()).toBe(before)
    expect(tried.stderr).toContain('takes as long as bcrypt at cost 6. So would every sign-in')
    expect(tried.stderr).not.toContain('"command"')
    const done = await importing(api, file, '--allow-slow-hashes')
    expect(tried.result).toEqual({ ...done.result, dryRun: true })
    expect(done.result.reasons).toEqual({ email_malformed: 1, email_taken: 2, username_taken: 1 })
    expect(tried.refused).toEqual(done.refused)
    expect(await api.services.hashCosts.highest()).toBe(6)
    const again = await importing(api, file, '--dry-run', '--allow-slow-hashes')
    expect(again.result).toMatchObject({ imported: 0, present: 2 })
  })

  it('makes sign-ins slower only on request, and for no line that is refused', async () => {
    const api = await apiForTest()
    const there = await registered(api)
    const slow = { passwordHash: bcrypt.hashSync(password, 6) }
    const file = fileOf(
      'users.jsonl',
      lines(
        { email: there.email, username: 'nobody-else', ...slow },
        { email: 'ada@example.com', username: 'ada' },
        { email: 'ADA@example.com', username: 'ada-two', ...slow },
      ),
    )
    const done = await importing(api, file, '--allow-slow-hashes')
    expect([done.result.imported, done.result.reasons]).toEqual([1, { email_taken: 2 }])
    expect(done.stderr).not.toContain('every sign-in')
    expect(await api.services.hashCosts.highest()).toBe(4)

    const one = fileOf('users.jsonl', lines({ email: 'grace@example.com', ...slow }))
    const refused = await importing(api, one)
    expect(refused.refused).toEqual([refusal(1, 'hash_slow')])
    expect(refused.refused[0]).toMatchObject({ message: expect.stringContaining('--allow-slow-hashes') })
    expect(await api.services.hashCosts.highest()).toBe(4)
    expect((await importing(api, one, '--allow-slow-hashes')).result).toMatchObject({ imported: 1 })
    expect(await api.services.hashCosts.highest()).toBe(6)
  })

  it('goes on after a kill -9 where it was, with everybody once', async () => {
    const api = await apiForTest()
    const entries = Array.from({ length: 2500 }, (_, i) => ({
      email: `person-${i}@example.com`,
      passwordHash: hash,
    }))
    entries[2400] = { email: 'person-3@example.com', passwordHash: hash }
    const text = lines(...entries)
    const child = spawn(
      process.execPath,
      [join(inject('apiBuild'), 'latchkey.js'), 'import', '-', '--format', 'jsonl'],
      { env: { ...ownEnvironment(), MONGO_URI: api.mongoUri }, stdio: ['pipe', 'ignore', 'ignore'] },
    )
    child.stdin.on('error', () => {})
    // Not all of it, so that it cannot end by itself.
    child.stdin.write(text.slice(0, text.length / 2))
    const imported = () => usersOf(api).countDocuments({})
    await eventually(async () => expect(await imported()).toBeGreaterThan(0), { interval: 10 })
    child.kill('SIGKILL')
    await once(child, 'exit')
    const before = await imported()

    const again = await command('latchkey', ['import', fileOf('users.jsonl', text), '--json'], api.mongoUri)
    expect(JSON.parse(again.stdout)).toEqual({
      ...{ dryRun: false, entries: 2500, imported: 2499 - before, present: before, refused: 1 },
      reasons: { email_taken: 1 },
    })
    expect(await imported()).toBe(2499)
    await signIn(api, 'person-2499@example.com').expect(200)
  }, 240_000)

  it('waits for a database that goes away, and says how to go on when it is interrupted or fails', async () => {
    const api = await apiForTest()
    const entries = Array.from({ length: 1450 }, (_, i) => ({ email: `person-${i}@example.com` }))
    const file = fileOf('users.jsonl', lines(...entries))
    const interrupted = await latchkey(api, ['import', file], { interrupted: true })
    expect(interrupted).toMatchObject({ status: 1, stdout: '' })
    expect(interrupted.stderr).toMatch(/Interrupted\. 0 accounts are there; the same command goes on\.\n$/)

    const { insert, foresee } = api.services.importedAccounts
    const stored = vi.spyOn(api.services.importedAccounts, 'insert')
    const isLost: typeof insert = async (...args) => {
      await insert(...args)
      throw new mongo.MongoNetworkError('the answer was lost')
    }
    stored
      .mockImplementationOnce(isLost)
      .mockImplementationOnce((...args) => insert(...args))
      .mockRejectedValueOnce(new Error('no\u001b[2K room'))
    const broken = await latchkey(api, ['import', file])
    stored.mockReset()
    expect([broken.status, broken.stdout]).toEqual([1, ''])
    const [audit = '', sentence] = broken.stderr.trim().split('\n')
    expect(JSON.parse(audit)).toMatchObject({ command: 'import', imported: 1000, stopped: true })
    expect(sentence).toBe('no\uFFFD[2K room. 1,000 accounts are there; the same command goes on.')

    // Those that were there before are told from those whose answer is lost this time.
    stored.mockImplementationOnce((...args) => insert(...args)).mockImplementationOnce(isLost)
    stored.mockImplementation((...args) => insert(...args))
    expect((await importing(api, file)).result).toMatchObject({ imported: 450, present: 1000, refused: 0 })
    expect(stored).toHaveBeenCalledTimes(3)
    stored.mockImplementationOnce(isLost)
    expect((await importing(api, file)).result).toMatchObject({ imported: 0, present: 1450, refused: 0 })
    stored.mockRestore()

    vi.spyOn(api.services.importedAccounts, 'foresee')
      .mockRejectedValueOnce(new mongo.MongoNetworkError('the answer was lost'))
      .mockImplementation((...args) => foresee(...args))
    const { result } = await importing(api, file, '--dry-run')
    expect(result).toMatchObject({ imported: 0, present: 1450, refused: 0 })
  })

  it('lets a name go whose rest is over, and no other', async () => {
    const api = await apiForTest()
    const now = api.clock.now().getTime()
    const renamed = async (former: string, until: number) => {
      const { email } = await registered(api)
      const rests = { key: former, until: new Date(until) }
      await usersOf(api).updateOne(
        { emailKey: email },
        { $push: { heldUsernames: rests, heldEmails: { ...rests, key: `${former}@example.com` } } as never },
      )
    }
    await renamed('rests', now + 60_000)
    await renamed('free-again', now - 60_000)
    const file = fileOf(
      'users.jsonl',
      lines(
        { email: 'rests@example.com', username: 'other-name' },
        { email: 'other@example.com', username: 'rests' },
        { email: 'free-again@example.com', username: 'free-again' },
      ),
    )
    const { refused, result } = await importing(api, file)
    expect(refused).toEqual([refusal(1, 'email_taken'), refusal(2, 'username_taken')])
    expect(result.imported).toBe(1)
  })

  it('makes a name of the address for whoever has none, which is nobody else’s', async () => {
    const api = await apiForTest()
    const emails = [
      'jo@example.com',
      'info@example.com',
      'anna.de@example.com',
      'Ørsted+x@example.com',
      'иван@example.com',
    ]
    const twice = ['ada@example.com', 'ada@example.net', 'ada@example.org']
    const file = fileOf('users.csv', ['email', ...emails, ...twice].join('\n'))
    expect((await importing(api, file)).result).toMatchObject({ imported: 8, refused: 0 })
    const names = await usersOf(api)
      .find({}, { sort: { _id: 1 } })
      .toArray()
    const nameOf = (email: string) => names.find((user) => user.email === email)?.username
    expect(nameOf('jo@example.com')).toMatch(/^jo-[0-9a-f]{4}$/)
    expect(nameOf('info@example.com')).toMatch(/^info-[0-9a-f]{4}$/)
    expect(nameOf('anna.de@example.com')).toBe('anna-de')
    expect(nameOf('Ørsted+x@example.com')).toBe('rsted')
    expect(nameOf('иван@example.com')).toMatch(/^user-[0-9a-f]{8}$/)
    expect(twice.map(nameOf)).toEqual([
      'ada',
      expect.stringMatching(/^ada-[0-9a-f]{4}$/),
      expect.stringMatching(/^ada-[0-9a-f]{4}$/),
    ])
    expect(usernamesFrom('http@example.com')).toEqual([expect.stringMatching(/^user-[0-9a-f]{8}$/)])
  })

  it('keeps out whom the other system kept out, and takes administrators on request alone', async () => {
    const api = await apiForTest()
    const file = fileOf(
      'users.csv',
      'email,password,is_active,role,email_verified\n',
      `boss@example.com,${hash},1,admin,1\n`,
      `gone@example.com,${hash},0,user,2020-01-01\n`,
    )
    expect((await importing(api, file, '--allow-admins')).result).toMatchObject({ imported: 2 })
    expect(await stored(api, { email: 'boss@example.com' })).toMatchObject({
      roles: ['user', 'admin'],
      disabledAt: null,
    })
    expect((await signIn(api, 'gone@example.com')).body.code).toBe('account_disabled')
    expect((await stored(api, { email: 'gone@example.com' })).emailVerifiedAt).toEqual(new Date('2020-01-01'))
  })

  it('keeps out whom any of several columns keeps out, and takes what is filled for what is empty', async () => {
    const api = await apiForTest()
    const file = fileOf(
      'users.csv',
      'email,mail,blocked,is_active,username,login\n',
      ',,,,,\n',
      ',one@example.com,,0,NULL,person-one\n',
      'two@example.com,old@example.com,0,false,person-two,\n',
      'three@example.com,,1,1,,\n',
      'four@example.com,,0,1,,\n',
      'five@example.com,,perhaps,1,,\n',
      'six@example.com,,perhaps,0,,\n',
    )
    const { result, refused } = await importing(api, file)
    expect([result.imported, refused]).toEqual([
      5,
      [refusal(2, 'email_missing'), refusal(7, 'disabled_malformed')],
    ])
    const people = await usersOf(api).find({}).toArray()
    const byEmail = people.map(({ email, disabledAt }) => [email, disabledAt !== null])
    expect(Object.fromEntries(byEmail)).toEqual({
      ...{ 'one@example.com': true, 'two@example.com': true, 'three@example.com': true },
      ...{ 'four@example.com': false, 'six@example.com': true },
    })
    expect(people.map(({ username }) => username)).toEqual(
      expect.arrayContaining(['person-one', 'person-two']),
    )
  })

  it('gives whoever has not confirmed their address the whole time for it', async () => {
    const mail = await mailServer()
    const api = await apiForTest({ environment: { SMTP_URL: mail.url, UNVERIFIED_ACCOUNT_EXPIRY: '20d' } })
    const file = fileOf('users.jsonl', lines({ email: 'late@example.com', createdAt: '2019-01-01' }))
    await importing(api, file)
    const reminded = async () => (await stored(api, { email: 'late@example.com' })).lapseReminderDueAt as Date
    const early = await reminded()
    api.clock.advance(14 * 86_400)
    await api.services.lapse.sweep()
    expect(await reminded()).toEqual(early)
    api.clock.advance(86_400)
    await api.services.lapse.sweep()
    expect(await reminded()).toEqual(api.clock.now())
  })
})

describe('what other systems write', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startApi()
  })
  // All of them know the same person.
  afterEach(() => usersOf(api).deleteMany({}))
  afterAll(() => api.close())

  const pbkdf2 = {
    // Of "password", RFC 7914 §11 and RFC 6070.
    sha1: 'SwB5AbdlSJq+rUnZJvch0GWkKcE=',
    salt: Buffer.from('salt').toString('base64'),
  }
  it.each<[string, string, string, object]>([
    [
      'mongoexport',
      'users.json',
      lines({
        _id: { $oid: '60425dc43519d90068f82973' },
        emails: [{ address: 'mongo@example.com', verified: true }],
        services: { password: { bcrypt: hash } },
        createdAt: { $date: { $numberLong: '1556973000000' } },
      }),
      { createdAt: new Date(1_556_973_000_000) },
    ],
    [
      'mongoexport --jsonArray',
      'users.json',
      JSON.stringify([
        {
          emails: [{ address: 'mongo@example.com', verified: true }],
          services: { password: { bcrypt: hash } },
          createdAt: { $date: '2019-05-04T12:30:00Z' },
        },
      ]),
      { createdAt: new Date(1_556_973_000_000) },
    ],
  ])('%s, with fields inside of fields', async (_, name, text, expected) => {
    const map = 'email=emails.0.address,emailVerified=emails.0.verified,passwordHash=services.password.bcrypt'
    expect((await importing(api, fileOf(name, text), '--map', map)).result).toMatchObject({ imported: 1 })
    expect(await stored(api, { email: 'mongo@example.com' })).toMatchObject(expected)
    await signIn(api, 'mongo@example.com').expect(200)
  })

  it.each<[string, string, string]>([
    [
      'Auth0',
      'users.json',
      lines({
        _id: { $oid: '60425dc43519d90068f82973' },
        email_verified: false,
        email: 'ada@example.com',
        passwordHash: hash,
        password_set_date: { $date: '2021-03-05T16:34:16.775Z' },
        connection: 'Username-Password-Authentication',
      }),
    ],
    [
      'firebase auth:export',
      'users.json',
      JSON.stringify(
        {
          users: [
            {
              localId: 'x',
              email: 'ada@example.com',
              emailVerified: true,
              createdAt: '1486324170000',
              providerUserInfo: [],
            },
            7,
          ],
        },
        null,
        2,
      ),
    ],
    [
      'Devise',
      'users.csv',
      `id,email,encrypted_password,confirmed_at,created_at\n1,ada@example.com,${hash},2021-03-05 16:34:16.775 UTC,2021-03-05 16:34:16\n`,
    ],
    [
      'Laravel',
      'users.csv',
      `id,name,email,email_verified_at,password,created_at\n1,Ada,ada@example.com,NULL,${hash.replace('$2b$', '$2y$')},2021-03-05 16:34:16\n`,
    ],
    [
      'Django',
      'users.csv',
      `id,password,is_superuser,username,email,is_active,date_joined\n1,pbkdf2_sha1$4096$salt$${pbkdf2.sha1},f,ada,ada@example.com,t,2021-03-05 16:34:16.123456+00\n`,
    ],
    [
      'Keycloak',
      'users.jsonl',
      lines({
        username: 'ada',
        email: 'ada@example.com',
        enabled: true,
        emailVerified: true,
        createdTimestamp: 1_556_973_000_000,
        credentials: [
          {
            type: 'password',
            secretData: JSON.stringify({ value: pbkdf2.sha1, salt: pbkdf2.salt, additionalParameters: {} }),
            credentialData: JSON.stringify({
              hashIterations: 4096,
              algorithm: 'pbkdf2',
              additionalParameters: {},
            }),
          },
        ],
      }),
    ],
    [
      'Keycloak, with Argon2',
      'users.jsonl',
      lines({
        username: 'ada',
        email: 'ada@example.com',
        credentials: [
          {
            type: 'password',
            secretData: JSON.stringify({
              value: 'nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4=',
              salt: 'c29tZXNhbHQ=',
            }),
            credentialData: JSON.stringify({
              hashIterations: 2,
              algorithm: 'argon2',
              additionalParameters: {
                hashLength: ['32'],
                memory: ['256'],
                type: ['id'],
                version: ['1.3'],
                parallelism: ['1'],
              },
            }),
          },
        ],
      }),
    ],
  ])('%s, as it is', async (system, name, text) => {
    const { result } = await importing(api, fileOf(name, text), '--allow-slow-hashes')
    expect(result).toMatchObject({ imported: 1 })
    const { passwordHash, createdAt } = await stored(api, { email: 'ada@example.com' })
    if (system.startsWith('firebase'))
      expect([passwordHash, createdAt]).toEqual([null, new Date(1_486_324_170_000)])
    else {
      const typed = /Django|Keycloak/.test(system) ? 'password' : password
      await api.http.post('/api/login').send({ email: 'ada@example.com', password: typed }).expect(200)
    }
  })
})

it('what cannot be understood is wrong usage, and what cannot be read fails; nothing is imported', async () => {
  const api = await apiForTest()
  const csv = fileOf('users.csv', 'mail_address,login\nada@example.com,ada\n')
  for (const [words, status, sentence] of [
    [['import'], 2, /Say which file to import/],
    [['import', csv], 2, /Say which column has the email addresses.*There are: mail_address, login\./],
    [['import', csv, '--map', 'email=mail'], 2, /No column is called mail\./],
    [['import', csv, '--map', 'mail=email'], 2, /--map is like email=mail/],
    [['import', csv, '--format', 'xml'], 2, /--format is one of/],
    [['import', csv, '--hash', 'md5'], 2, /--hash begins with one of/],
    [['import', csv, '--hash', 'sha256'], 2, /--hash sha256 needs order=/],
    [['import', csv, '--hash', 'scrypt,n=many'], 2, /n=a number/],
    [['import', csv, '--hash', 'sha1,order=first'], 2, /salt-password or password-salt/],
    [
      ['import', csv, '--map', 'email=mail_address', '--report', csv],
      2,
      /There is already a file .*users\.csv\./,
    ],
    [['import', join(temporaryFolder(), 'none.csv')], 1, /There is no file .*none\.csv\./],
    [['import', fileOf('users.csv.gz', Buffer.from([0x1f, 0x8b, 8]))], 1, /compressed/],
    [['import', fileOf('users.csv', Buffer.from('\uFEFFemail\n', 'utf16le'))], 1, /UTF-16/],
    [
      ['import', fileOf('users.json', '[{"email":"ada@example.com"},{]')],
      1,
      /Entry 2 is not JSON.*1 account is there/,
    ],
  ] as const) {
    const ran = await latchkey(api, [...words])
    expect([words, ran.status, ran.stdout]).toEqual([words, status, ''])
    expect(ran.stderr).toMatch(sentence)
  }
  const link = join(temporaryFolder(), 'report.jsonl')
  symlinkSync(csv, link)
  const linked = await latchkey(api, ['import', csv, '--map', 'email=mail_address', '--report', link])
  expect([linked.status, linked.stderr]).toEqual([2, expect.stringContaining('There is already a file')])
  expect(readFileSync(csv, 'utf8')).toBe('mail_address,login\nada@example.com,ada\n')
  const nothing = join(temporaryFolder(), 'report.jsonl')
  expect((await latchkey(api, ['import', csv, '--report', nothing])).status).toBe(2)
  expect(existsSync(nothing)).toBe(false)
  const headless = [`ada@example.com,ada`, `ada,${hash}`, `ada,${'0'.repeat(64)}`]
  for (const text of headless)
    for (const words of [[], ['--map', 'email=mail']]) {
      const file = fileOf('users.csv', `${text}\n${text}\n`)
      const ran = await latchkey(api, ['import', file, ...words])
      expect([ran.status, ran.stderr]).toEqual([
        2,
        expect.stringContaining('first line does not name columns'),
      ])
      expect(ran.stderr).not.toMatch(/ada|\$2|000/)
    }
  expect(await usersOf(api).countDocuments({})).toBe(1)
  const empty = await latchkey(api, ['import', '-', '--json'], { input: Readable.from([]) })
  expect([empty.status, JSON.parse(empty.stdout)]).toMatchObject([0, { entries: 0 }])
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOutput } from '../src/commands/output.ts'
import { groups } from '../src/commands/table.ts'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { enrolled } from './support/authenticator.ts'
import { mailServer } from './support/mail-server.ts'
import { login, protectedWith, refresh, registered, stored, verified } from './support/people.ts'
import { command } from './support/process.ts'
import { jsonLines, latchkey } from './support/terminal.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const kindsOf = async (id: string) => (await api.services.events.page(id)).events.map(({ kind }) => kind)

describe('the command line', () => {
  it('says what there is, for each level, with examples and exit codes', async () => {
    const all = await latchkey(null, ['--help'])
    expect(all.status).toBe(0)
    for (const { name, commands } of groups) {
      for (const { name, summary, examples } of commands) {
        expect(all.stdout).toContain(`${name} `)
        const help = await latchkey(null, [...name.split(' '), '--help'])
        expect(help.status).toBe(0)
        expect(help.stdout).toContain(`${summary}.`)
        expect(help.stdout).toContain(`Usage: latchkey ${name}`)
        for (const example of examples) expect(help.stdout).toContain(`  latchkey ${example}\n`)
        expect(help.stdout).toMatch(/3 {2}no such account or session/)
      }
      const group = await latchkey(null, [name, '--help'])
      for (const each of commands) expect(group.stdout).toContain(each.name)
    }
  })

  it('what it does not know is wrong usage, said on stderr alone', async () => {
    for (const [words, sentence] of [
      [[], /^Runs Latchkey/],
      [['user'], /There is no command user\./],
      [['users', 'fnd'], /There is no command users fnd\./],
      [['users', 'show'], /Say whom: a username, an email address or an id\./],
      [['users', 'find', 'ada', 'eve'], /one word too many: eve/],
      [['users', 'find', '--sort', 'age'], /sort/],
      [['users', 'find', '--limit', '0'], /--limit is a number/],
      [['users', 'make-admin', 'ada', '--force'], /--force/],
      [['users', 'roles', 'ada', '--add', 'juggler'], /juggler is no role that can be given.*admin/],
      [['users', 'roles', 'ada', '--add', 'admin'], /users make-admin/],
      [['users', 'roles', 'ada', '--remove', 'user'], /user is no role/],
      [['users', 'reset-factors', 'ada', '--after', '90d'], /30d at most/],
    ] as const) {
      const { status, stdout, stderr } = await latchkey(api, [...words])
      expect([words, status, stdout]).toEqual([words, 2, ''])
      expect(stderr).toMatch(sentence)
    }
  })

  it('as a process it answers in JSON and nothing else, and ends with its exit code', async () => {
    const person = await registered(api)
    const shown = await command('latchkey', ['users', 'show', person.email, '--json'], api.mongoUri)
    expect([shown.status, shown.stderr]).toEqual([0, ''])
    expect(JSON.parse(shown.stdout)).toMatchObject({ id: person.body.user.id, username: person.username })
    const unknown = await command('latchkey', ['users', 'show', 'nobody', '--json'], api.mongoUri)
    expect(unknown).toEqual({ status: 3, stdout: '', stderr: 'There is no account nobody.\n' })
  }, 240_000)

  it('without the database it fails with a sentence', async () => {
    const { status, stderr } = await latchkey(null, ['users', 'find'], {
      openServices: () => Promise.reject(new Error('The database cannot be reached.')),
    })
    expect([status, stderr]).toEqual([1, 'The database cannot be reached.\n'])
  })
})

describe('users', () => {
  it('are found by a part, as in the list of users', async () => {
    const person = await registered(api)
    const part = person.username.slice(4)
    const { status, stdout } = await latchkey(api, ['users', 'find', part])
    expect(status).toBe(0)
    const [head, row, ...more] = stdout.trimEnd().split('\n')
    expect(head).toMatch(/^ID +USERNAME +EMAIL +ROLES +SESSIONS +LAST SEEN$/)
    expect(row).toContain(`${person.email} (not confirmed)`)
    expect(more).toEqual([])
    const found = jsonLines((await latchkey(api, ['users', 'find', part, '--json'])).stdout)
    expect(found).toEqual([expect.objectContaining({ id: person.body.user.id, sessionCount: 1 })])
  })

  it('are found beyond the first page, as many as are asked for', async () => {
    const many = await apiForTest()
    for (let i = 0; i < 60; i++)
      await many.services.accounts.create({
        username: `person-${i}`,
        email: `person-${i}@example.com`,
        passwordHash: 'none',
        session: null,
        knownDevice: null,
        language: null,
      })
    const find = async (...words: string[]) => {
      const { stdout, stderr } = await latchkey(many, ['users', 'find', '--json', ...words])
      return { found: jsonLines(stdout).map(({ username }) => username as string), stderr }
    }
    const all = await find('--limit', '100')
    expect([new Set(all.found).size, all.stderr]).toEqual([60, ''])
    const some = await find('person', '--limit', '55')
    expect([new Set(some.found).size, some.stderr]).toEqual([55, expect.stringMatching('There are more')])
  })

  it('are shown by username, address or id, and nothing of it opens anything', async () => {
    const person = await registered(api)
    const { app, recoveryCodes } = await enrolled(api, person)
    for (const whom of [person.username, person.email.toUpperCase(), person.body.user.id]) {
      const { status, stdout } = await latchkey(api, ['users', 'show', whom])
      expect(status).toBe(0)
      expect(stdout).toMatch(new RegExp(`^id +${person.body.user.id}$`, 'm'))
      expect(stdout).toMatch(/^app +yes, 10 recovery codes left$/m)
      expect(stdout).toContain(person.sessionId)
    }
    const { stdout } = await latchkey(api, ['users', 'show', person.username, '--json'])
    const { passwordHash, totp } = await stored(api, person)
    for (const secret of [passwordHash, totp.secret, app.secret, ...recoveryCodes, person.jar.refreshToken])
      expect(stdout).not.toContain(secret)
  })

  it('have roles, which are shown and taken, and their owner reads of it', async () => {
    const person = await registered(api)
    await latchkey(api, ['users', 'make-admin', person.username, '--unverified'])
    const shown = await latchkey(api, ['users', 'roles', person.username])
    expect([shown.status, shown.stdout]).toEqual([0, `${person.username}: user, admin\n`])
    const words = ['users', 'roles', person.username, '--remove', 'admin', '--json']
    const unasked = await latchkey(api, words)
    expect([unasked.status, unasked.stderr]).toEqual([
      2,
      expect.stringMatching(`^This takes the role admin from 1 account, ${person.username}\\.\nNobody`),
    ])
    const no = await latchkey(api, words, { answer: 'no' })
    expect([no.status, no.stderr]).toEqual([1, expect.stringMatching('Nothing was done.')])
    expect((await stored(api, person)).roles).toEqual(['user', 'admin'])
    // What is not held is not taken, and nobody is asked.
    for (let times = 0; times < 2; times++)
      expect(JSON.parse((await latchkey(api, times ? words : [...words, '--yes'])).stdout)).toEqual({
        id: person.body.user.id,
        roles: ['user'],
      })
    expect((await stored(api, person)).roles).toEqual(['user'])
    const changes = (await kindsOf(person.body.user.id)).filter((kind) => kind === 'roles_changed')
    // Made an administrator, and no longer one: what changes nothing is no event.
    expect(changes).toHaveLength(2)
    expect((await protectedWith(api, person.body.accessToken)).status).toBe(401)
  })

  it('a role that somebody takes while another is asked does not come back', async () => {
    const person = await registered(api)
    await latchkey(api, ['users', 'make-admin', person.username, '--unverified'])
    const words = ['users', 'roles', person.username, '--remove', 'admin', '--json']
    const meanwhile = async () => {
      await api.services.administration.setRoles(person.body.user.id, ['user'])
      return 'yes'
    }
    const { stdout } = await latchkey(api, words, { answer: meanwhile })
    expect(JSON.parse(stdout)).toMatchObject({ roles: ['user'] })
  })

  it('a word that is the id of one and the name of another means nobody', async () => {
    const person = await registered(api)
    await api.services.accounts.create({
      username: person.body.user.id,
      email: 'impostor@example.com',
      passwordHash: 'none',
      session: null,
      knownDevice: null,
      language: null,
    })
    const { status, stderr } = await latchkey(api, ['users', 'disable', person.body.user.id, '--yes'])
    expect([status, stderr]).toEqual([2, expect.stringMatching('Say the email address instead')])
    await protectedWith(api, person.body.accessToken).expect(200)
  })

  it('disabling says what it ends, asks, and is told to the owner; enabling takes it back', async () => {
    const person = await registered(api)
    await login(api, person)
    const disable = ['users', 'disable', person.username]
    const unasked = await latchkey(api, disable)
    expect([unasked.status, unasked.stderr]).toEqual([2, expect.stringMatching('add --yes')])
    const no = await latchkey(api, disable, { answer: 'no' })
    expect([no.status, no.stderr]).toEqual([1, expect.stringMatching('Nothing was done.')])
    await protectedWith(api, person.body.accessToken).expect(200)

    const done = await latchkey(api, disable, { answer: 'yes' })
    expect(done.status).toBe(0)
    expect(done.stderr).toContain(`This ends 2 sessions of 1 account and keeps ${person.username} out`)
    await protectedWith(api, person.body.accessToken).expect(401)
    expect((await refresh(api, person.jar)).status).toBe(403)
    const again = await latchkey(api, [...disable, '--yes'])
    expect([again.status, again.stderr]).toEqual([1, `${person.username} is disabled already.\n`])

    expect((await latchkey(api, ['users', 'enable', person.username])).status).toBe(0)
    await login(api, person)
    expect((await kindsOf(person.body.user.id)).slice(1, 3)).toEqual(['account_enabled', 'account_disabled'])
  })

  it('the owner learns of factors that are to be removed, and of it being taken back', async () => {
    const mail = await mailServer()
    const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
    const person = await registered(api)
    await verified(api, mail, person)
    const reset = ['users', 'reset-factors', person.username]
    expect(await latchkey(api, [...reset, '--yes'])).toMatchObject({
      status: 1,
      stderr: `${person.username} has no second factor.\n`,
    })
    await enrolled(api, person)
    expect((await latchkey(api, reset)).status).toBe(2)
    const done = await latchkey(api, [...reset, '--after', '2h', '--yes', '--json'])
    expect(done.stderr).toContain('the authenticator app of 1 account')
    expect(JSON.parse(done.stdout)).toEqual({
      id: person.body.user.id,
      dueAt: new Date(api.clock.now().getTime() + 7_200_000).toISOString(),
    })
    await mail.mailTo(person.email, /second factor|two-step|sign-in/i)
    expect((await latchkey(api, [...reset, '--cancel'])).status).toBe(0)
    expect((await latchkey(api, [...reset, '--cancel'])).status).toBe(1)
  })
})

it('JSON moves no cursor either', async () => {
  const hostile = 'a\u007f\u009b2J\u0085\u202e\u2028\u2066\u200b\ufeff\u{e0041}\u001b[31m é 👩‍💻'
  const person = await registered(api, { 'User-Agent': 'curl/8' })
  await api.services.database.connection
    .collection('users')
    .updateOne({ emailKey: person.email }, { $set: { 'refreshTokens.0.name': hostile } })
  for (const words of [
    ['sessions', 'list', person.username, '--json'],
    ['users', 'show', person.username, '--json'],
    ['export', '--user', person.username, '--json'],
    ['export', '--user', person.username],
  ]) {
    const { status, stdout } = await latchkey(api, words)
    expect(status).toBe(0)
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}|[\u2028\u2029]/u)
    expect(stdout).toContain('a\\u007f\\u009b2J')
    const { sessions = [], name = sessions[0]?.name } = JSON.parse(stdout)
    expect(name).toBe(hostile)
  }
  let written = ''
  const err = (text: string) => {
    written += text
  }
  createOutput({ out: err, err, overwrites: false }, true).audit('users find', { asked: hostile })
  expect(written).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}|[\u2028\u2029]/u)
  expect(JSON.parse(written)).toMatchObject({ asked: hostile })
})

it('an account is exported as its owner downloads it', async () => {
  const person = await registered(api)
  const own = await api.http
    .get('/api/me/export')
    .set('Authorization', `Bearer ${person.body.accessToken}`)
    .expect(200)
  const exported = await latchkey(api, ['export', '--user', person.email, '--json'])
  expect(exported.status).toBe(0)
  const { sessions, knownDevices, ...rest } = JSON.parse(exported.stdout)
  expect(rest).toEqual(Object.fromEntries(Object.keys(rest).map((name) => [name, own.body[name]])))
  expect(Object.keys(own.body).sort()).toEqual([...Object.keys(rest), 'sessions', 'knownDevices'].sort())
  expect(sessions).toEqual([{ ...own.body.sessions[0], current: false }])
  expect(knownDevices).toHaveLength(1)
  const { passwordHash, refreshTokens } = await stored(api, person)
  for (const secret of [passwordHash, refreshTokens[0].lock ?? person.jar.refreshToken])
    expect(exported.stdout).not.toContain(secret)
  expect((await latchkey(api, ['export'])).status).toBe(2)
})

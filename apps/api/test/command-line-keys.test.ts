import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'dotenv'
import { expect, it } from 'vitest'
import { openEnvFile } from '../src/commands/env-file.ts'
import { openServices } from '../src/commands/open-services.ts'
import { apiForTest } from './support/api.ts'
import { enrolled, factorStep, ticketOf } from './support/authenticator.ts'
import { movableClock } from './support/clock.ts'
import { protectedWith, refresh, registered } from './support/people.ts'
import { temporaryFolder } from './support/process.ts'
import { latchkey } from './support/terminal.ts'
import { isSignedWith, secret, webhookReceiver } from './support/webhook-receiver.ts'

const before = {
  JWT_ACCESS_SECRET: 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1EuRi0ToWvBxN4M',
  JWT_REFRESH_SECRET: 'Zx5Cv8Bn1Mq4Wr7Et0Yu3Io6Pa9Sd2Fg5Hj8Kl1QwE',
  FACTOR_SECRET: 'Nn4Bb7Vv1Cc8Xx5Zz2Ll9Kk6Jj3Hh0Gg4Ff7Dd1SsAA',
}

/** A file of settings, and commands that change it, at the time of a clock. */
function settingsFile(settings: Record<string, string> = before) {
  const path = join(temporaryFolder(), '.env')
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  writeFileSync(path, `# Ours.\n${lines.join('\n')}\nPORT=4001 # behind nginx\n`, { mode: 0o640 })
  const clock = movableClock()
  const api = { current: null as Parameters<typeof latchkey>[0] }
  const said: string[] = []
  /** What the environment of the command says. */
  const environment: Record<string, string> = {}
  return {
    path,
    clock,
    api,
    said,
    environment,
    text: () => readFileSync(path, 'utf8'),
    read: () => parse(readFileSync(path)) as Record<string, string>,
    async keys(...words: string[]) {
      const outcome = await latchkey(api.current, ['keys', ...words, '--file', path], { clock, environment })
      said.push(outcome.stdout, outcome.stderr)
      return outcome
    },
  }
}

it('a key is changed without signing anybody out, and nothing of it is shown', async () => {
  const file = settingsFile()
  const first = await apiForTest({ environment: file.read() })
  const person = await registered(first)
  for (const key of ['access', 'refresh']) expect((await file.keys('rotate', key)).status).toBe(0)
  const { JWT_ACCESS_SECRET, JWT_ACCESS_SECRET_PREVIOUS, JWT_REFRESH_SECRET_PREVIOUS } = file.read()
  expect([JWT_ACCESS_SECRET_PREVIOUS, JWT_REFRESH_SECRET_PREVIOUS]).toEqual([
    before.JWT_ACCESS_SECRET,
    before.JWT_REFRESH_SECRET,
  ])
  expect(JWT_ACCESS_SECRET).not.toBe(before.JWT_ACCESS_SECRET)
  expect(file.text()).toMatch(/^# Ours\.\n[\s\S]*\nPORT=4001 # behind nginx\n/)

  const next = await apiForTest({ environment: file.read(), mongoUri: first.mongoUri, clock: first.clock })
  await protectedWith(next, person.body.accessToken).expect(200)
  expect((await refresh(next, person.jar)).status).toBe(200)
  for (const key of Object.values(file.read()).filter((value) => value.length > 20))
    expect(file.said.join('')).not.toContain(key)
})

it('a former key goes when its time is over; the refresh secret still opens secrets of apps', async () => {
  const file = settingsFile()
  await file.keys('rotate', 'access')
  await file.keys('rotate', 'refresh')
  const early = await file.keys('retire', 'access')
  expect([early.status, early.stderr]).toEqual([
    2,
    expect.stringMatching(
      /^Until .* UTC at least, counted from the restart, .* Was every process restarted since/,
    ),
  ])
  expect(file.read().JWT_ACCESS_SECRET_PREVIOUS).toBe(before.JWT_ACCESS_SECRET)
  file.clock.advance(901)
  expect((await file.keys('retire', 'access')).status).toBe(0)
  expect(file.read().JWT_ACCESS_SECRET_PREVIOUS).toBe('')
  expect((await file.keys('retire', 'access')).status).toBe(1)

  file.clock.advance(13 * 86_400)
  expect((await file.keys('retire', 'refresh')).status).toBe(2)
  file.clock.advance(86_400)
  expect((await file.keys('retire', 'refresh')).status).toBe(0)
  expect(file.read()).toMatchObject({
    JWT_REFRESH_SECRET_PREVIOUS: '',
    FACTOR_SECRET_PREVIOUS: before.JWT_REFRESH_SECRET,
  })
  expect(file.text()).not.toContain('since')
})

it('with several processes, each knows the new key before one uses it', async () => {
  const file = settingsFile()
  expect((await file.keys('rotate', 'access', '--announce')).status).toBe(0)
  const announced = file.read()
  expect(announced.JWT_ACCESS_SECRET).toBe(before.JWT_ACCESS_SECRET)
  expect((await file.keys('rotate', 'access', '--announce')).status).toBe(1)
  expect((await file.keys('retire', 'access', '--yes')).status).toBe(1)
  expect((await file.keys('rotate', 'access')).status).toBe(0)
  expect(file.read()).toMatchObject({
    JWT_ACCESS_SECRET: announced.JWT_ACCESS_SECRET_PREVIOUS,
    JWT_ACCESS_SECRET_PREVIOUS: before.JWT_ACCESS_SECRET,
  })
  const old = await apiForTest({ environment: announced })
  const next = await apiForTest({ environment: file.read(), mongoUri: old.mongoUri, clock: old.clock })
  for (const [here, there] of [
    [old, next],
    [next, old],
  ] as const)
    await protectedWith(there, (await registered(here)).body.accessToken).expect(200)
})

it('the former key of factors goes only when no app needs it', async () => {
  const file = settingsFile()
  const first = await apiForTest({ environment: file.read() })
  const person = await registered(first)
  const { app } = await enrolled(first, person)
  expect((await file.keys('rotate', 'factor')).status).toBe(0)
  const next = await apiForTest({ environment: file.read(), mongoUri: first.mongoUri, clock: first.clock })
  file.api.current = next
  Object.assign(file.environment, file.read(), { MONGO_URI: next.mongoUri })
  const early = await file.keys('retire', 'factor')
  expect([early.status, early.stderr]).toEqual([
    2,
    expect.stringMatching(/^1 authenticator app would be lost: encrypted with a former key/),
  ])
  // A secret is encrypted anew when its owner shows a code.
  await factorStep(next, await ticketOf(next, person), app.code()).expect(200)
  expect((await file.keys('retire', 'factor')).status).toBe(0)
  expect(file.read().FACTOR_SECRET_PREVIOUS).toBe('')
})

it('while the secret of webhooks changes, receivers with either take what is sent', async () => {
  const file = settingsFile({ ...before, WEBHOOK_SECRET: secret })
  const receiver = await webhookReceiver()
  expect((await file.keys('rotate', 'webhook', '--announce')).status).toBe(2)
  const rotated = await file.keys('rotate', 'webhook')
  expect([rotated.status, rotated.stdout]).toEqual([
    0,
    expect.stringContaining('Give each receiver the new one'),
  ])
  const { WEBHOOK_SECRET: fresh = '', WEBHOOK_SECRET_PREVIOUS: former } = file.read()
  expect([fresh !== secret, former]).toEqual([true, secret])
  const api = await apiForTest({ environment: { ...file.read(), WEBHOOK_URL: receiver.url } })
  await registered(api)
  const told = await receiver.next('session.started')
  expect([isSignedWith(fresh, told), isSignedWith(secret, told)]).toEqual([true, true])

  const asked = await file.keys('retire', 'webhook')
  expect([asked.status, asked.stderr]).toEqual([
    2,
    expect.stringMatching(/^Has every receiver the new secret/),
  ])
  expect(file.read().WEBHOOK_SECRET_PREVIOUS).toBe(secret)
  expect((await file.keys('retire', 'webhook', '--yes')).status).toBe(0)
  expect(file.read()).toMatchObject({ WEBHOOK_SECRET: fresh, WEBHOOK_SECRET_PREVIOUS: '' })
  for (const each of [fresh, secret]) expect(file.said.join('')).not.toContain(each)

  const several = settingsFile({ WEBHOOK_SECRET: `${fresh},${secret}` })
  const refused = await several.keys('rotate', 'webhook')
  expect([refused.status, refused.stderr]).toEqual([
    1,
    'WEBHOOK_SECRET holds a secret for each endpoint. Change it by hand (docs/webhooks.md).\n',
  ])
  const none = await settingsFile({}).keys('rotate', 'webhook')
  expect(none.stderr).toContain('Make one with: latchkey keys make webhook >>')
})

it('what cannot be changed here is said', async () => {
  const file = settingsFile()
  const elsewhere = await latchkey(null, ['keys', 'rotate', 'access', '--file', file.path], {
    environment: { JWT_ACCESS_SECRET: 'another' },
  })
  expect([elsewhere.status, elsewhere.stderr]).toEqual([
    1,
    `JWT_ACCESS_SECRET is set elsewhere, not by ${file.path}. Change it there (docs/keys.md).\n`,
  ])
  const nowhere = await latchkey(null, ['keys', 'rotate', 'access', '--file', '/nowhere/.env'])
  expect([nowhere.status, nowhere.stderr]).toEqual([1, expect.stringMatching(/^There is no file/)])
  expect((await file.keys('rotate', 'cookie')).status).toBe(2)
  writeFileSync(file.path, `${file.text()}JWT_ACCESS_SECRET=twice\n`)
  expect((await file.keys('rotate', 'access')).stderr).toMatch('more than once')
  expect((await settingsFile({}).keys('rotate', 'refresh')).stderr).toMatch('does not set JWT_REFRESH_SECRET')
})

it('a count of apps that may be that of another database is an objection', async () => {
  const file = settingsFile()
  await file.keys('rotate', 'factor')
  const api = await apiForTest({ environment: file.read() })
  file.api.current = api
  const written = file.text()
  const all = { ...file.read(), MONGO_URI: api.mongoUri }
  const objection = async (environment: Record<string, string>) => {
    for (const name of Object.keys(file.environment)) delete file.environment[name]
    Object.assign(file.environment, environment)
    const { status, stderr } = await file.keys('retire', 'factor')
    expect([status, file.text()]).toEqual([2, written])
    return stderr
  }
  expect(await objection(all)).toMatch(/^The database .* has no account/)
  await registered(api)
  expect(await objection({ ...all, MONGO_URI: '' })).toMatch(/^MONGO_URI is not set here/)
  expect(await objection({ MONGO_URI: api.mongoUri })).toMatch(/^The settings in force here do not come from/)

  writeFileSync(file.path, `${written}MONGO_URI=${api.mongoUri}\n`)
  Object.assign(file.environment, all, { MONGO_URI: 'mongodb://elsewhere/latchkey' })
  expect((await file.keys('retire', 'factor')).stderr).toMatch(/^The settings in force here do not come from/)
  Object.assign(file.environment, all)
  expect((await file.keys('retire', 'factor')).status).toBe(0)
})

it('without a database, none is made to be asked', async () => {
  const file = settingsFile()
  await file.keys('rotate', 'factor')
  const written = file.text()
  const DATA_DIR = join(dirname(file.path), 'data')
  const { status, stderr } = await latchkey(
    null,
    ['keys', 'retire', 'factor', '--yes', '--file', file.path],
    { openServices: () => openServices({ ...file.read(), DATA_DIR }, { indexes: true }) },
  )
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining(`MONGO_URI is not set, and DATA_DIR (${DATA_DIR}) holds none.`),
  ])
  expect([existsSync(DATA_DIR), file.text()]).toEqual([false, written])
})

it.each(['a#b', 'a,b', 'a$b', "a'b", 'a"b', 'a b', 'a\\nb'])(
  'the key %j, which only quotes keep whole, is left to hands',
  async (odd) => {
    const file = settingsFile()
    const quote = odd.includes("'") ? '`' : "'"
    for (const setting of ['JWT_ACCESS_SECRET', 'FACTOR_SECRET_PREVIOUS'] as const) {
      // Of a list, the keys are between the commas.
      if (setting === 'FACTOR_SECRET_PREVIOUS' && odd === 'a,b') continue
      const name = setting === 'JWT_ACCESS_SECRET' ? 'access' : 'factor'
      const settings = { JWT_ACCESS_SECRET_PREVIOUS: 'former', ...before, FACTOR_SECRET_PREVIOUS: 'former' }
      const lines = Object.entries({ ...settings, [setting]: `${quote}${odd}${quote}` })
      writeFileSync(file.path, lines.map(([key, value]) => `${key}=${value}\n`).join(''))
      const written = file.text()
      expect(file.read()[setting]).toBe(odd)
      for (const verb of ['rotate', 'retire']) {
        const { status, stderr } = await file.keys(verb, name)
        expect([status, stderr, file.text()]).toEqual([
          1,
          `${setting} holds a key with characters that only quotes keep whole. Change it by hand (docs/keys.md).\n`,
          written,
        ])
      }
    }
  },
)

it('what would be read back as something else is not written', () => {
  const file = settingsFile()
  const env = openEnvFile(file.path)
  const written = file.text()
  for (const value of ['a # b', ' a', "'a'", '"a"', 'a\nPORT=1'])
    expect(() => env.set('FACTOR_SECRET', value)).toThrow('Change it by hand')
  env.save()
  expect(file.text()).toBe(written)

  // The second line would be left, and would be a setting from then on.
  writeFileSync(file.path, 'FACTOR_SECRET="a\nPORT=1"\n')
  expect(() => openEnvFile(file.path).set('FACTOR_SECRET', 'b')).toThrow('Change it by hand')
})

it('a line that is changed keeps its export and its comment, and a new one has the export of its key', async () => {
  const file = settingsFile()
  const { JWT_ACCESS_SECRET: access, JWT_REFRESH_SECRET: refresh } = before
  writeFileSync(
    file.path,
    `export JWT_ACCESS_SECRET=${access} # ours, see the vault\n  export JWT_REFRESH_SECRET='${refresh}'#tight\r\nJWT_REFRESH_SECRET_PREVIOUS= # none yet\n`,
  )
  const lines = () =>
    file
      .text()
      .replaceAll(/=[\w-]{40,}/g, '=KEY')
      .split(/\r?\n/)
  for (const key of ['access', 'refresh', 'factor']) expect((await file.keys('rotate', key)).status).toBe(0)
  expect(lines().filter((line) => !line.startsWith('# latchkey'))).toEqual([
    'export JWT_ACCESS_SECRET=KEY # ours, see the vault',
    '  export JWT_REFRESH_SECRET=KEY #tight',
    'JWT_REFRESH_SECRET_PREVIOUS=KEY # none yet',
    'export JWT_ACCESS_SECRET_PREVIOUS=KEY',
    '  export FACTOR_SECRET=KEY',
    '  export FACTOR_SECRET_PREVIOUS=',
    '',
  ])
  expect(file.read()).toMatchObject({
    JWT_ACCESS_SECRET_PREVIOUS: access,
    JWT_REFRESH_SECRET_PREVIOUS: refresh,
  })

  // Behind nothing, Compose would take a comment for the value.
  expect((await file.keys('retire', 'refresh', '--yes')).status).toBe(0)
  expect(lines().slice(1, 5)).toEqual([
    '  export JWT_REFRESH_SECRET=KEY #tight',
    '# none yet',
    'JWT_REFRESH_SECRET_PREVIOUS=',
    'export JWT_ACCESS_SECRET_PREVIOUS=KEY',
  ])
  expect(lines()).toContain('  export FACTOR_SECRET_PREVIOUS=KEY')
  expect(file.read().FACTOR_SECRET_PREVIOUS).toBe(refresh)
})

it('the file stays where it is, whose it is, and closed to others; no draft is left', async () => {
  const file = settingsFile()
  const folder = dirname(file.path)
  const target = join(realpathSync(folder), 'settings', 'env')
  mkdirSync(dirname(target))
  writeFileSync(target, file.text(), { mode: 0o640 })
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(target, 12_345, 12_346)
  const { uid, gid } = statSync(target)
  rmSync(file.path)
  symlinkSync(target, file.path)
  // What an attempt of a former version left, and somebody's link to elsewhere.
  writeFileSync(`${target}.new`, 'a former draft', { mode: 0o644 })
  symlinkSync('/nowhere', `${file.path}.new`)

  expect((await file.keys('rotate', 'access')).status).toBe(0)
  expect(lstatSync(file.path).isSymbolicLink()).toBe(true)
  const after = statSync(target)
  expect([after.uid, after.gid, after.mode & 0o777]).toEqual([uid, gid, 0o640])
  expect(file.read().JWT_ACCESS_SECRET_PREVIOUS).toBe(before.JWT_ACCESS_SECRET)
  expect(readFileSync(`${target}.new`, 'utf8')).toBe('a former draft')
  expect(readdirSync(dirname(target)).sort()).toEqual(['env', 'env.new'])

  const env = openEnvFile(target)
  rmSync(target)
  mkdirSync(target)
  expect(() => env.save()).toThrow(/EISDIR|EPERM|ENOTEMPTY|EEXIST/)
  expect(readdirSync(dirname(target)).sort()).toEqual(['env', 'env.new'])
})

it('every setting that would be written is compared with the one in force', async () => {
  const file = settingsFile()
  await file.keys('rotate', 'access')
  await file.keys('rotate', 'refresh')
  await file.keys('rotate', 'factor')
  const written = file.text()
  for (const [words, setting, value] of [
    [['rotate', 'access'], 'JWT_ACCESS_SECRET_PREVIOUS', 'another'],
    // Set to nothing is set.
    [['rotate', 'factor'], 'FACTOR_SECRET', ''],
    [['retire', 'access', '--yes'], 'JWT_ACCESS_SECRET_PREVIOUS', ''],
    [['retire', 'refresh', '--yes'], 'FACTOR_SECRET_PREVIOUS', 'another'],
    [['retire', 'factor', '--yes'], 'FACTOR_SECRET_PREVIOUS', 'another'],
  ] as const) {
    const { status, stderr } = await latchkey(null, ['keys', ...words, '--file', file.path], {
      environment: { ...file.read(), [setting]: value },
    })
    expect([words, status, stderr, file.text()]).toEqual([
      words,
      1,
      `${setting} is set elsewhere, not by ${file.path}. Change it there (docs/keys.md).\n`,
      written,
    ])
  }
})

it('how long a former key is needed is what the API goes by', async () => {
  const file = settingsFile({ ...before, ACCESS_TOKEN_EXPIRY: '5m', REFRESH_TOKEN_EXPIRY: '1h' })
  // The environment overrides the file, and what is empty there is what it is by default.
  Object.assign(file.environment, { ACCESS_TOKEN_EXPIRY: '1h', REFRESH_TOKEN_EXPIRY: '' })
  const rotated = await file.keys('rotate', 'access')
  expect(rotated.stdout).toMatch(
    /Counted from the restart, and so at the earliest after .* UTC: latchkey keys/,
  )
  await file.keys('rotate', 'refresh')
  file.clock.advance(3599)
  expect((await file.keys('retire', 'access')).status).toBe(2)
  file.clock.advance(2)
  expect((await file.keys('retire', 'access')).status).toBe(0)
  file.clock.advance(13 * 86_400)
  expect((await file.keys('retire', 'refresh')).status).toBe(2)
  file.clock.advance(86_400)
  expect((await file.keys('retire', 'refresh')).status).toBe(0)
})

it('without a duration that can be read nothing is done', async () => {
  const file = settingsFile()
  await file.keys('rotate', 'access')
  file.environment.ACCESS_TOKEN_EXPIRY = '15 minutes'
  const written = file.text()
  for (const verb of ['rotate', 'retire']) {
    const { status, stderr } = await file.keys(verb, 'access', ...(verb === 'retire' ? ['--yes'] : []))
    expect([status, stderr, file.text()]).toEqual([
      1,
      'ACCESS_TOKEN_EXPIRY is not a duration like 15m.\n',
      written,
    ])
  }
})

it('a remark that cannot be read says nothing of when', async () => {
  const file = settingsFile()
  await file.keys('rotate', 'access')
  file.clock.advance(86_400)
  writeFileSync(file.path, file.text().replace(/ since .*/, ' since last Tuesday'))
  const { status, stderr } = await file.keys('retire', 'access')
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/^Nothing says since when .* Was every process/),
  ])
})

it('a key is changed whatever other settings name files that this user may not read', async () => {
  const file = settingsFile()
  // As in a container of docker-compose.yml, for another user than its own.
  const others = { SECRETS_FILE: '/', MONGO_PASSWORD_FILE: '/', SMTP_URL_FILE: '/nowhere' }
  Object.assign(file.environment, others)
  expect((await file.keys('rotate', 'access')).status).toBe(0)
  expect((await file.keys('retire', 'access', '--yes')).status).toBe(0)
  expect(file.read().JWT_ACCESS_SECRET).not.toBe(before.JWT_ACCESS_SECRET)

  const after = file.text()
  Object.assign(file.environment, { JWT_ACCESS_SECRET_PREVIOUS_FILE: '/' })
  expect(await file.keys('rotate', 'access')).toMatchObject({
    status: 1,
    stderr: 'JWT_ACCESS_SECRET_PREVIOUS_FILE names /, which cannot be read (EISDIR).\n',
  })
  expect((await file.keys('rotate', 'webhook')).stderr).not.toContain('EISDIR')
  const inSecrets = await latchkey(null, ['keys', 'rotate', 'refresh'], { environment: others })
  expect([inSecrets.status, inSecrets.stderr]).toEqual([
    1,
    'SECRETS_FILE names /, which cannot be read (EISDIR).\n',
  ])
  expect(file.text()).toBe(after)
})

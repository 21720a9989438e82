import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'dotenv'
import { describe, expect, it } from 'vitest'
import { makeMissingKeys } from '../src/commands/missing-keys.ts'
import { ConfigError, readConfig } from '../src/config.ts'
import { settingsWithFiles, withFiles } from '../src/environment.ts'
import { temporaryFolder } from './support/process.ts'
import { latchkey } from './support/terminal.ts'

const uri = 'mongodb://latchkey@mongo:27017/latchkey?authSource=admin'
const secret = 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1EuRi0ToWvBxN4M'
const own = { JWT_ACCESS_SECRET: secret, JWT_REFRESH_SECRET: `${secret}2` }

/** What docker-compose.yml says, with other files. */
function installation(given: Record<string, string> = {}) {
  const folder = temporaryFolder()
  const files = {
    secrets: join(folder, 'secrets', 'latchkey.env'),
    password: join(folder, 'database', 'password'),
  }
  const settings = {
    NODE_ENV: 'production',
    SECRETS_FILE: files.secrets,
    MONGO_URI: uri,
    MONGO_PASSWORD_FILE: files.password,
    JWT_ACCESS_SECRET: '',
    JWT_REFRESH_SECRET: '',
    FACTOR_SECRET: '',
    ...given,
  }
  /** That of a process that starts now. */
  const environment = () => {
    const started: Record<string, string | undefined> = { ...settings }
    withFiles(started)
    return started
  }
  return {
    files,
    settings,
    environment,
    start: () => readConfig(environment(), unused),
    make: () =>
      latchkey(null, ['keys', 'make', '--missing'], { environment: environment() as Record<string, string> }),
    secrets: () => parse(readFileSync(files.secrets)) as Record<string, string>,
    password: () => readFileSync(files.password, 'utf8'),
  }
}

const unused = () => {
  throw new Error('these are for development')
}

const problemsOf = (start: () => unknown): string[] => {
  try {
    start()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('the first start', () => {
  it('makes every secret once, for its owner alone, and shows none', async () => {
    const here = installation()
    expect(problemsOf(here.start).join()).toMatch(/MONGO_PASSWORD_FILE names .*JWT_ACCESS_SECRET is missing/)
    const { status, stdout, stderr } = await here.make()
    expect([status, stdout]).toEqual([
      0,
      [
        `Secrets were made: JWT_ACCESS_SECRET, JWT_REFRESH_SECRET, FACTOR_SECRET, in ${here.files.secrets}.`,
        `Secrets were made: MONGO_PASSWORD, in ${here.files.password}.`,
        'They are used from now on. Whoever loses them signs everybody out: keep a copy.\n',
      ].join('\n'),
    ])
    const made = [...Object.values(here.secrets()), here.password()]
    expect(new Set(made).size).toBe(4)
    for (const each of made) {
      expect(each).toMatch(/^[\w-]{64}$/)
      expect(stdout + stderr).not.toContain(each)
    }
    for (const file of Object.values(here.files)) expect(statSync(file).mode & 0o777).toBe(0o600)

    const config = here.start()
    expect(config.accessToken.key).toBe(here.secrets().JWT_ACCESS_SECRET)
    expect(config.refreshToken.key).toBe(here.secrets().JWT_REFRESH_SECRET)
    expect(config.factors.secrets[0]).toBe(here.secrets().FACTOR_SECRET)
    expect(config.database.uri).toBe(uri.replace('@', `:${here.password()}@`))
  })

  it('makes none a second time', async () => {
    const here = installation()
    await here.make()
    const before = [here.secrets(), here.password()]
    expect((await here.make()).stdout).toBe('All secrets are there.\n')
    expect([here.secrets(), here.password()]).toEqual(before)
  })

  it('of two that begin together, both have the same', () => {
    const here = installation()
    const [one, two] = [here.environment(), here.environment()]
    makeMissingKeys(one)
    const before = [here.secrets(), here.password()]
    makeMissingKeys(two)
    expect([here.secrets(), here.password()]).toEqual(before)
  })

  it('makes only what .env lacks, and gives the database the password that stands there', async () => {
    const here = installation({ JWT_ACCESS_SECRET: secret, MONGO_PASSWORD: 'an:old@password/%' })
    const { stdout } = await here.make()
    expect(stdout).toMatch(/^Secrets were made: JWT_REFRESH_SECRET, in .*\n/)
    expect(Object.keys(here.secrets())).toEqual(['JWT_REFRESH_SECRET'])
    expect(here.password()).toBe('an:old@password/%')
    expect(here.start().accessToken.key).toBe(secret)
    expect(here.start().database.uri).toBe(uri.replace('@', ':an%3Aold%40password%2F%25@'))
  })

  it('another password than the database’s is refused, and changes nothing', async () => {
    const here = installation()
    await here.make()
    const before = here.password()
    Object.assign(here.settings, { MONGO_PASSWORD: 'another one' })
    const { status, stderr } = await here.make()
    expect([status, stderr, here.password()]).toEqual([
      1,
      expect.stringMatching(
        /^MONGO_PASSWORD is not the one that the database was made with, which stands in/,
      ),
      before,
    ])
    Object.assign(here.settings, { MONGO_PASSWORD: before })
    expect((await here.make()).stdout).toBe('All secrets are there.\n')
  })

  it('secrets that are lost are not replaced in silence', async () => {
    const elsewhere = installation({ JWT_ACCESS_SECRET: secret, JWT_REFRESH_SECRET: `${secret}2` })
    const inTheVolume = installation()
    for (const here of [elsewhere, inTheVolume]) {
      await here.make()
      rmSync(here.files.secrets, { force: true })
      Object.assign(here.settings, { JWT_ACCESS_SECRET: '', JWT_REFRESH_SECRET: '' })
      const { status, stderr } = await here.make()
      expect([status, stderr]).toEqual([1, expect.stringContaining('had its secrets elsewhere')])
      expect(existsSync(here.files.secrets)).toBe(false)
      const anew = await latchkey(null, ['keys', 'make', '--missing', '--anew'], {
        environment: here.environment() as Record<string, string>,
      })
      expect(anew.stdout).toMatch(/^Secrets were made: JWT_ACCESS_SECRET, JWT_REFRESH_SECRET, FACTOR_SECRET/)
    }
  })

  it('a password that is lost is not replaced in silence, but put back', async () => {
    const here = installation()
    await here.make()
    const before = here.password()
    rmSync(here.files.password)
    const { status, stderr } = await here.make()
    expect([status, stderr]).toEqual([1, expect.stringContaining('Put it back, as MONGO_PASSWORD')])
    expect(existsSync(here.files.password)).toBe(false)
    Object.assign(here.settings, { MONGO_PASSWORD: before })
    expect((await here.make()).status).toBe(0)
    expect(here.password()).toBe(before)
  })

  it('an empty file, as a power failure leaves it, is filled', async () => {
    const here = installation()
    for (const file of Object.values(here.files)) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, '')
    }
    expect((await here.make()).status).toBe(0)
    expect(here.password()).toHaveLength(64)
    expect(Object.keys(here.secrets())).toHaveLength(3)
  })

  it('a file that cannot be read, or none where one was named, makes nothing', async () => {
    const typo = installation({ JWT_ACCESS_SECRET_FILE: '/run/secrets/typo' })
    const unreadable = installation()
    mkdirSync(unreadable.files.secrets, { recursive: true })
    for (const [here, sentence] of [
      [typo, 'JWT_ACCESS_SECRET_FILE names /run/secrets/typo, which cannot be read (ENOENT).'],
      [unreadable, `SECRETS_FILE names ${unreadable.files.secrets}, which cannot be read (EISDIR).`],
    ] as const) {
      const { status, stderr } = await here.make()
      expect([status, stderr]).toEqual([1, `${sentence}\n`])
      expect(existsSync(here.files.password)).toBe(false)
      const environment = here.environment() as Record<string, string>
      const rotated = await latchkey(null, ['keys', 'rotate', 'access'], { environment })
      expect([rotated.status, rotated.stderr]).toEqual([1, expect.stringContaining('which cannot be read')])
      expect(problemsOf(here.start)).toContain(sentence.slice(0, -1))
    }
  })

  it('a folder that cannot be written to is named', async () => {
    const here = installation({ SECRETS_FILE: '/proc/secrets.env' })
    const { status, stderr } = await here.make()
    expect([status, stderr]).toEqual([1, expect.stringMatching(/\/proc/)])
  })

  it('makes nothing where every secret is set, and says where to put one that is not', async () => {
    const set = installation({
      JWT_ACCESS_SECRET: secret,
      JWT_REFRESH_SECRET: `${secret}2`,
      MONGO_PASSWORD_FILE: '',
    })
    expect((await set.make()).status).toBe(0)
    expect(existsSync(set.files.secrets)).toBe(false)
    const nowhere = await installation({ SECRETS_FILE: '', JWT_ACCESS_SECRET: secret }).make()
    expect([nowhere.status, nowhere.stderr]).toEqual([
      1,
      expect.stringMatching(
        /^JWT_REFRESH_SECRET is missing\. Say in SECRETS_FILE where to keep what is made/,
      ),
    ])
    const two = await latchkey(null, ['keys', 'make', 'es256', '--missing'])
    expect([two.status, two.stderr]).toEqual([2, expect.stringMatching('say no kind')])
  })

  it('they change like those of .env', async () => {
    const here = installation()
    await here.make()
    const before = here.secrets()
    const environment = here.environment() as Record<string, string>
    expect((await latchkey(null, ['keys', 'rotate', 'access'], { environment })).status).toBe(0)
    expect(here.secrets()).toMatchObject({ JWT_ACCESS_SECRET_PREVIOUS: before.JWT_ACCESS_SECRET })
    const config = here.start()
    expect(config.accessToken.key).not.toBe(before.JWT_ACCESS_SECRET)
    expect(config.accessToken.previousKeys).toEqual([before.JWT_ACCESS_SECRET])
  })
})

describe('a secret in a file by itself', () => {
  it.each(settingsWithFiles)('%s_FILE', (name) => {
    const file = join(temporaryFolder(), 'secret')
    writeFileSync(file, `${secret}\n`)
    const from = (given: Record<string, string>) => {
      const environment: Record<string, string | undefined> = { ...given }
      withFiles(environment)
      return environment[name]
    }
    expect(from({ [`${name}_FILE`]: file })).toBe(secret)
    expect(from({ [`${name}_FILE`]: file, [name]: ' ' })).toBe(secret)
    expect(from({ [`${name}_FILE`]: file, [name]: 'set' })).toBe('set')
    const lines = join(temporaryFolder(), 'lines')
    writeFileSync(lines, `${name}=from the lines\n`)
    expect(from({ [`${name}_FILE`]: file, SECRETS_FILE: lines })).toBe(secret)
    expect(from({ SECRETS_FILE: lines })).toBe('from the lines')
  })

  it('does not give way to SECRETS_FILE when it gives nothing', () => {
    const lines = join(temporaryFolder(), 'lines')
    writeFileSync(lines, `JWT_ACCESS_SECRET=${secret}\n`)
    const environment: Record<string, string | undefined> = {
      JWT_ACCESS_SECRET_FILE: '/run/secrets/typo',
      SECRETS_FILE: lines,
    }
    withFiles(environment)
    expect(environment.JWT_ACCESS_SECRET).toBeUndefined()
  })

  it('stops the start where another value is set, which would count in silence', () => {
    const file = join(temporaryFolder(), 'smtp')
    writeFileSync(file, 'smtps://mail.example.com\n')
    const problems = (set: string, named = file) => {
      const environment = { SMTP_URL_FILE: named, SMTP_URL: set, ...own }
      withFiles(environment)
      return problemsOf(() => readConfig(environment, unused))
    }
    // As docker-compose.yml sets it, whatever an override adds.
    expect(problems('smtp://mailpit:1025?requireTLS=false')).toEqual([
      `SMTP_URL is set, and SMTP_URL_FILE names ${file}, which holds another value: leave one of them empty`,
    ])
    expect([problems('smtps://mail.example.com '), problems(' ')]).toEqual([[], []])
    expect(problems('smtps://mail.example.com', '/')).toEqual([])
  })

  it('is named when it cannot be read, or holds nothing; of former keys there may be none', () => {
    const empty = join(temporaryFolder(), 'empty')
    writeFileSync(empty, '\n')
    const environment = {
      SMTP_URL_FILE: '/nowhere',
      JWT_ACCESS_SECRET_FILE: empty,
      JWT_ACCESS_SECRET_PREVIOUS_FILE: empty,
    }
    expect(problemsOf(() => readConfig(environment, unused))).toEqual([
      `JWT_ACCESS_SECRET_FILE names ${empty}, which is empty`,
      'SMTP_URL_FILE names /nowhere, which cannot be read (ENOENT)',
    ])
  })
})

describe('the password of the database', () => {
  it.each([
    ['mongodb://ada@host/db', 'mongodb://ada:p%40ss@host/db'],
    ['mongodb+srv://ada@host/db', 'mongodb+srv://ada:p%40ss@host/db'],
    ['mongodb://ada:own@host/db', 'mongodb://ada:own@host/db'],
    ['mongodb://ada@one:27017,two:27017/db', 'mongodb://ada:p%40ss@one:27017,two:27017/db'],
  ])('goes into %s', (given, expected) => {
    const { database } = readConfig(
      {
        MONGO_URI: given,
        MONGO_PASSWORD: 'p@ss',
        JWT_ACCESS_SECRET: secret,
        JWT_REFRESH_SECRET: `${secret}2`,
      },
      unused,
    )
    expect(database.uri).toBe(expected)
  })

  it('is refused where no user is named whose it is', () => {
    const environment = { MONGO_URI: 'mongodb://host/db', MONGO_PASSWORD: 'p@ss' }
    expect(problemsOf(() => readConfig(environment, unused))).toEqual([
      expect.stringContaining('MONGO_URI names no user'),
    ])
  })
})

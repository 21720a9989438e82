import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from '../src/config.ts'
import { developmentSecrets } from '../src/development-secrets.ts'
import { defaultLimits } from '../src/limits/limits.ts'
import { temporaryFolder } from './support/process.ts'

const good = {
  NODE_ENV: 'production',
  MONGO_URI: 'mongodb://127.0.0.1/latchkey',
  JWT_ACCESS_SECRET: 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1EuRi0ToWvBxN4M',
  JWT_REFRESH_SECRET: 'Zx5Cv8Bn1Mq4Wr7Et0Yu3Io6Pa9Sd2Fg5Hj8Kl1QwE',
}
const noSecrets = () => {
  throw new Error('asked for development secrets')
}
const problemsOf = (environment: Record<string, string | undefined>) => {
  try {
    readConfig(environment, noSecrets)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('in production', () => {
  it('starts with two good secrets', () => {
    expect(problemsOf(good)).toEqual([])
  })

  it.each([
    ['missing', { JWT_ACCESS_SECRET: undefined }, /^JWT_ACCESS_SECRET is missing/],
    ['empty', { JWT_REFRESH_SECRET: '  ' }, /^JWT_REFRESH_SECRET is missing/],
    [
      'short',
      { JWT_ACCESS_SECRET: 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1Eu' },
      /^JWT_ACCESS_SECRET is shorter than 32 bytes/,
    ],
    [
      'a sample',
      { JWT_REFRESH_SECRET: 'your-super-secret-refresh-key-change-me' },
      /^JWT_REFRESH_SECRET looks like a sample/,
    ],
    [
      'an instruction',
      { JWT_REFRESH_SECRET: '<generate-with-openssl-rand-hex-32>' },
      /^JWT_REFRESH_SECRET looks like a sample/,
    ],
    [
      'a row of the keyboard',
      { JWT_REFRESH_SECRET: 'qwertyuiopasdfghjklzxcvbnmqwertyuiop' },
      /^JWT_REFRESH_SECRET looks like a sample/,
    ],
    ['one letter', { JWT_ACCESS_SECRET: 'x'.repeat(64) }, /^JWT_ACCESS_SECRET looks like a sample/],
    [
      'the same twice',
      { JWT_REFRESH_SECRET: good.JWT_ACCESS_SECRET },
      /^JWT_REFRESH_SECRET is the same as JWT_ACCESS_SECRET/,
    ],
  ])('a secret that is %s stops the start and names the variable', (_, change, sentence) => {
    const problems = problemsOf({ ...good, ...change })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(sentence)
    // The sentence never repeats the secret.
    expect(problems[0]).not.toContain(String(Object.values(change)[0] ?? 'nothing'))
  })

  it('says everything that is wrong at once', () => {
    expect(problemsOf({ NODE_ENV: 'production', PORT: 'http', ACCESS_TOKEN_EXPIRY: '900' })).toEqual([
      expect.stringMatching(/^PORT must be a whole number/),
      expect.stringMatching(/^ACCESS_TOKEN_EXPIRY must be a whole number with a unit/),
      expect.stringMatching(/^JWT_ACCESS_SECRET is missing/),
      expect.stringMatching(/^JWT_REFRESH_SECRET is missing/),
      expect.stringMatching(/^EMBEDDED_DATABASE is not set/),
    ])
  })

  it('the embedded database has to be allowed, and the refusal says why', () => {
    const withoutDatabase = { ...good, MONGO_URI: undefined }
    expect(problemsOf(withoutDatabase)).toEqual([
      expect.stringMatching(/^EMBEDDED_DATABASE is not set.*made for development: one process, no replica/),
    ])
    const allowed = readConfig({ ...withoutDatabase, EMBEDDED_DATABASE: 'allow' }, noSecrets)
    expect(allowed.database.uri).toBeUndefined()
  })
})

it('in development missing secrets are made, and what is given counts', () => {
  const config = readConfig({ JWT_ACCESS_SECRET: 'mine' }, () => ({ accessSecret: 'a', refreshSecret: 'b' }))
  expect(config.accessToken.key).toBe('mine')
  expect(config.refreshToken.key).toBe('b')
})

it('the defaults are the documented ones', () => {
  const config = readConfig({}, () => ({ accessSecret: 'a', refreshSecret: 'b' }))
  expect(config).toMatchObject({
    server: { port: 4000, host: '127.0.0.1', trustedProxies: 0, clientOrigins: ['http://localhost:5173'] },
    metrics: undefined,
    database: { uri: undefined, dataDir: '.data' },
    accessToken: { ttlSeconds: 900 },
    refreshToken: { ttlSeconds: 604_800, leewaySeconds: 10 },
    session: { maxAgeSeconds: 7_776_000, limit: 50 },
    password: { bcryptCost: 12, minLength: 8, breachedUrl: undefined },
    mail: { requireVerifiedEmail: false, unverifiedLifetimeSeconds: 30 * 86_400 },
    cookie: { sameSite: 'strict', secure: false },
  })
})

it('the secrets of apps have a key of their own, or one derived from the refresh secret, and former ones still open', () => {
  const read = (environment: Record<string, string>) => readConfig(environment, noSecrets).factors
  const refresh = { JWT_ACCESS_SECRET: 'a', JWT_REFRESH_SECRET: 'r', JWT_REFRESH_SECRET_PREVIOUS: 'q' }
  expect(read(refresh)).toMatchObject({ secrets: ['r', 'r', 'q'], requiredFor: [] })
  const own = { FACTOR_SECRET: 'f', FACTOR_SECRET_PREVIOUS: 'e,d', REQUIRE_FACTOR_FOR: 'admin, user' }
  expect(read({ ...refresh, ...own })).toMatchObject({
    secrets: ['f', 'e', 'd', 'r', 'q'],
    requiredFor: ['admin', 'user'],
  })
  expect(problemsOf({ ...good, FACTOR_SECRET: 'short', REQUIRE_FACTOR_FOR: 'boss' })).toEqual([
    expect.stringMatching(/^REQUIRE_FACTOR_FOR must be roles separated by commas, of: user, admin$/),
    expect.stringMatching(/^FACTOR_SECRET is shorter than 32 bytes/),
  ])
})

it('an account has a week to be proved where that is asked for, or as long as is set', () => {
  const mail = { SMTP_URL: 'smtp://mail.example.com', PUBLIC_URL: 'https://app.example.com' }
  const lifetime = (environment: Record<string, string>) =>
    readConfig({ ...good, ...mail, ...environment }, noSecrets).mail.unverifiedLifetimeSeconds
  expect(lifetime({ REQUIRE_VERIFIED_EMAIL: 'true' })).toBe(7 * 86_400)
  expect(lifetime({ REQUIRE_VERIFIED_EMAIL: 'true', UNVERIFIED_ACCOUNT_EXPIRY: '2d' })).toBe(2 * 86_400)
  expect(lifetime({ UNVERIFIED_ACCOUNT_EXPIRY: '0s' })).toBe(0)
})

it.each([
  ['PORT', '70000'],
  ['METRICS_PORT', 'on'],
  ['METRICS_PORT', '4000'],
  ['MONGO_URI', 'postgres://localhost'],
  ['MONGO_URI', 'mongodb://ada:p@ss@127.0.0.1/latchkey'],
  ['MONGO_URI', 'mongodb://ada:100%@127.0.0.1/latchkey'],
  ['MONGO_URI', 'mongodb://127.0.0.1:99999/latchkey'],
  ['MONGO_URI', 'mongodb://127.0.0.1/latchkey?bogus=1'],
  ['CLIENT_URL', 'https://app.example.com/path'],
  ['EMBEDDED_DATABASE', 'yes'],
  ['CLIENT_URL', '*'],
  ['PUBLIC_URL', 'app.example.com'],
  ['REFRESH_TOKEN_EXPIRY', '7 days'],
  ['REFRESH_TOKEN_EXPIRY', '999999999999d'],
  ['ACCESS_TOKEN_EXPIRY', '0s'],
  ['ACCESS_TOKEN_EXPIRY', '61m'],
  ['JWT_ACCESS_SECRET_PREVIOUS', 'es256:AAAA'],
  ['SMTP_URL', 'mail.example.com'],
  ['SMTP_URL', 'smtp://mail.example.com:port'],
  ['SMTP_URL', 'smtp://mail.example.com?requireTLS=maybe'],
  ['REQUIRE_VERIFIED_EMAIL', 'yes'],
  ['UNVERIFIED_ACCOUNT_EXPIRY', '30 days'],
  ['SESSION_LIMIT', '0'],
  ['BCRYPT_COST', '31'],
  ['PASSWORD_MIN_LENGTH', '7'],
  ['PASSWORD_MIN_LENGTH', '65'],
  ['PASSWORD_MIN_LENGTH', 'long'],
  ['BREACHED_PASSWORDS_URL', 'api.pwnedpasswords.com'],
  ['BREACHED_PASSWORDS_URL', 'file:///etc/passwd'],
  ['TRUST_PROXY', 'true'],
  ['COOKIE_SAMESITE', 'Strictly'],
  ['COOKIE_SAMESITE', 'none'],
  ['LOG_LEVEL', 'loud'],
  ['NODE_ENV', 'prod'],
  ['LIMIT_LOGIN_PER_ADDRESS', '100'],
  ['LIMIT_LOGIN_PER_ADDRESS', '0/15m'],
  ['LIMIT_LOGIN_PER_ADDRESS', '100/0m'],
  ['LIMIT_LOGIN_PER_ADDRESS', '100 in 15m'],
  ['LIMIT_LOGIN_PER_ADDRESS', '100/999999999999d'],
  ['LIMIT_LOGIN_PER_ADRESS', '100/15m'],
])('%s=%s is refused with a sentence that names it', (name, value) => {
  const problems = problemsOf({ [name]: value })
  expect(problems).toHaveLength(1)
  expect(problems[0]?.startsWith(name)).toBe(true)
})

it('a limit is set by a variable of its own', () => {
  const config = readConfig(
    { ...good, LIMIT_LOGIN_PER_ADDRESS: '7/2h', LIMIT_MAIL_PER_ADDRESS: '' },
    noSecrets,
  )
  expect(config.rateLimits).toEqual({
    ...defaultLimits,
    loginPerAddress: { points: 7, windowSeconds: 7200 },
  })
})

it('metrics are for this machine alone, unless another address is set', () => {
  const metrics = (environment: Record<string, string>) =>
    readConfig({ ...good, ...environment }, noSecrets).metrics
  expect(metrics({ METRICS_PORT: '9464' })).toEqual({ port: 9464, host: '127.0.0.1' })
  expect(metrics({ METRICS_PORT: '9464', METRICS_HOST: '0.0.0.0' })).toEqual({ port: 9464, host: '0.0.0.0' })
  expect(metrics({ METRICS_HOST: '0.0.0.0' })).toBeUndefined()
})

it('an origin is read as browsers write it', () => {
  const config = readConfig({ ...good, PUBLIC_URL: 'https://App.Example.com:443/' }, noSecrets)
  expect(config.server.publicUrl).toBe('https://app.example.com')
  expect(config.cookie.secure).toBe(true)
})

it.each([
  ['smtp://mail.example.com', true],
  ['smtp://10.0.0.7:25', true],
  ['smtp://user:secret@mail.example.com:587', true],
  ['smtp://localhost.example.com', true],
  ['smtp://mail.example.com?requireTLS=false', false],
  ['smtp://localhost:1025', false],
  ['smtp://LOCALHOST:1025', false],
  ['smtp://127.0.0.1:1025', false],
  ['smtp://[::1]:1025', false],
  ['smtp://127.0.0.1:1025?requireTLS=true', true],
])('mail to %s waits for an encrypted connection: %s', (SMTP_URL, requireTls) => {
  expect(
    readConfig({ ...good, SMTP_URL, PUBLIC_URL: 'https://app.example.com' }, noSecrets).mail.requireTls,
  ).toBe(requireTls)
})

it('a leeway of nothing is one', () => {
  expect(readConfig({ ...good, REFRESH_LEEWAY: '0s' }, noSecrets).refreshToken.leewaySeconds).toBe(0)
})

it('development secrets are made once, whole, for whoever starts', () => {
  const folder = temporaryFolder()
  const first = developmentSecrets(folder)
  expect(developmentSecrets(folder)).toEqual(first)
  expect(readdirSync(folder)).toEqual(['development-secrets.json'])
  expect(statSync(join(folder, 'development-secrets.json')).mode & 0o777).toBe(0o600)
  writeFileSync(join(folder, 'development-secrets.json'), '')
  expect(() => developmentSecrets(folder)).toThrow(/does not hold two secrets; delete it/)
})

it('nobody changes a setting later', () => {
  const config = readConfig(good, noSecrets)
  expect(() => Object.assign(config.session, { limit: 1 })).toThrow(TypeError)
})

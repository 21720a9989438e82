import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConfigError, readConfig } from '../src/config.ts'
import { checkConfiguration } from '../src/doctor/configuration.ts'
import { checkDatabase } from '../src/doctor/database.ts'
import type { Finding } from '../src/doctor/finding.ts'
import { checkMailServer } from '../src/doctor/mail-server.ts'
import { doctorProof } from '../src/doctor/proof.ts'
import { checkSecrets } from '../src/doctor/secrets.ts'
import { checkService } from '../src/doctor/service.ts'
import { apiForTest, type TestApi } from './support/api.ts'
import { movableClock } from './support/clock.ts'
import { eventually } from './support/eventually.ts'
import { freePort } from './support/free-port.ts'
import { mailServer } from './support/mail-server.ts'
import { registered } from './support/people.ts'
import { apiProcess, command, ready } from './support/process.ts'
import { tamperingProxy } from './support/tampering-proxy.ts'
import { jsonLines, latchkey } from './support/terminal.ts'

const strong = {
  JWT_ACCESS_SECRET: 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1EuRi0ToWvBxN4M',
  JWT_REFRESH_SECRET: 'Zx5Cv8Bn1Mq4Wr7Et0Yu3Io6Pa9Sd2Fg5Hj8Kl1QwE',
}
const production = { NODE_ENV: 'production', MONGO_URI: 'mongodb://mongo.internal/latchkey' }
const sound = {
  ...strong,
  ...production,
  PUBLIC_URL: 'https://app.example.com',
  TRUST_PROXY: '1',
  SMTP_URL: 'smtp://mail.example.com',
  MAIL_FROM: 'no-reply@example.com',
}

/** What is not as it should be. */
const wrong = (found: readonly Finding[]) =>
  found
    .filter(({ finding }) => finding !== 'ok')
    .map(({ name, finding, sentence }) => `${finding} ${name}: ${sentence}`)

const ofSettings = async (environment: Record<string, string>) =>
  wrong(
    await checkConfiguration(
      environment,
      readConfig(environment, () => ({
        accessSecret: strong.JWT_ACCESS_SECRET,
        refreshSecret: strong.JWT_REFRESH_SECRET,
      })),
    ),
  )

const exactlyOne = (found: string[], beginning: string) => {
  expect(found).toEqual([expect.stringContaining(beginning)])
}

describe('the settings', () => {
  it('nothing is wrong with those of a sound production, nor of a new checkout', async () => {
    expect(await ofSettings(sound)).toEqual([])
    expect(await ofSettings({})).toEqual([])
    // One thing that is said twice, and a password that people choose.
    const twice = { MONGO_URI: 'mongodb://latchkey:short@mongo.internal/latchkey', MONGO_PASSWORD: 'short' }
    expect(await ofSettings({ ...sound, ...twice })).toEqual([])
    const compose = { PUBLIC_URL: 'http://localhost:4000', SMTP_URL: 'smtp://mailpit:1025', TRUST_PROXY: '0' }
    expect(await ofSettings({ ...sound, ...compose, MAIL_FROM: 'no-reply@localhost' })).toEqual([])
  })

  it.each([
    ['short', { JWT_ACCESS_SECRET: 'tooshort' }, 'JWT_ACCESS_SECRET is shorter than 32 bytes.'],
    [
      'a sample',
      { JWT_REFRESH_SECRET: 'your-refresh-secret-change-me-in-production' },
      'JWT_REFRESH_SECRET looks like a sample from a tutorial.',
    ],
    [
      'a former one that is short',
      { JWT_ACCESS_SECRET_PREVIOUS: 'tooshort' },
      'JWT_ACCESS_SECRET_PREVIOUS is shorter than 32 bytes.',
    ],
    [
      'the same for both tokens',
      { JWT_REFRESH_SECRET: strong.JWT_ACCESS_SECRET },
      'JWT_REFRESH_SECRET is the same as JWT_ACCESS_SECRET: whoever learns one has both.',
    ],
    [
      'the same for factors and tokens',
      { FACTOR_SECRET: strong.JWT_ACCESS_SECRET },
      'FACTOR_SECRET is the same as JWT_ACCESS_SECRET: whoever learns one has both.',
    ],
    [
      'the same as the password of the database',
      { MONGO_URI: `mongodb://latchkey:${strong.JWT_ACCESS_SECRET}@a.internal,b.internal/latchkey` },
      'the password in MONGO_URI is the same as JWT_ACCESS_SECRET: whoever learns one has both.',
    ],
    [
      'the same as that password apart from its address',
      { MONGO_PASSWORD: strong.JWT_ACCESS_SECRET },
      'MONGO_PASSWORD is the same as JWT_ACCESS_SECRET: whoever learns one has both.',
    ],
  ])('a secret that is %s is named and never shown', (_, change, sentence) => {
    const environment = { ...sound, ...change }
    const found = checkSecrets(environment, true)
    exactlyOne(wrong(found), `problem secrets: ${sentence}`)
    for (const { sentence, mend } of found)
      for (const secret of Object.values(strong)) expect(`${sentence} ${mend}`).not.toContain(secret)
    expect(wrong(checkSecrets(environment, false))[0]).toMatch(/^warning secrets/)
  })

  it('a former refresh secret may stay where it opens secrets of apps', async () => {
    const former = 'Nn4Bb7Vv1Cc8Xx5Zz2Ll9Kk6Jj3Hh0Gg4Ff7Dd1SsAA'
    const both = { JWT_REFRESH_SECRET_PREVIOUS: former, FACTOR_SECRET_PREVIOUS: former }
    expect(await ofSettings({ ...sound, ...both })).toEqual([])
  })

  it.each([
    [
      'http in production',
      { PUBLIC_URL: 'http://app.example.com' },
      'problem public-url: PUBLIC_URL is http://app.example.com',
    ],
    [
      'no PUBLIC_URL in production',
      { PUBLIC_URL: '', SMTP_URL: '' },
      'warning public-url: PUBLIC_URL is not',
    ],
    ['https and no trusted proxy', { TRUST_PROXY: '0' }, 'warning proxies: PUBLIC_URL is https, so a proxy'],
    [
      'the page itself in CLIENT_URL',
      { CLIENT_URL: 'https://app.example.com' },
      'warning cors: CLIENT_URL repeats PUBLIC_URL',
    ],
    [
      'the page in CLIENT_URL without encryption',
      { CLIENT_URL: 'http://app.example.com' },
      'problem cors: CLIENT_URL has http://app.example.com and PUBLIC_URL is https://app.example.com',
    ],
    [
      'a page of another site whose cookies never come back',
      { CLIENT_URL: 'https://shop.example.net, https://www.example.com' },
      'problem cors: CLIENT_URL has https://shop.example.net, which is another site than',
    ],
    ['a sender that does not exist', { MAIL_FROM: 'no-reply@localhost' }, 'problem mail: MAIL_FROM is'],
    ['no mail in production', { SMTP_URL: '' }, 'warning mail: SMTP_URL is not set'],
    [
      'the embedded database in production',
      { MONGO_URI: '', EMBEDDED_DATABASE: 'allow' },
      'warning database: The embedded database is in use',
    ],
  ])('%s', async (_, change, beginning) => {
    expect(await ofSettings({ ...sound, ...change })).toContainEqual(expect.stringContaining(beginning))
  })

  it('cookies of another site come back with SameSite=None', async () => {
    const change = { CLIENT_URL: 'https://shop.example.net', COOKIE_SAMESITE: 'none' }
    expect(await ofSettings({ ...sound, ...change })).toEqual([])
  })
})

describe('the database', () => {
  const checked = ({ services: { database, clock, migrations } }: TestApi) =>
    checkDatabase({ connection: database.connection, clock, migrations, webhooks: null })
  const ofDatabase = async (api: TestApi) => wrong(await checked(api))

  it('nothing is wrong with that of an API that has just started', async () => {
    expect(await ofDatabase(await apiForTest())).toEqual([])
  })

  it('nothing is missing in one that no API has started with', async () => {
    const api = await apiForTest()
    await api.services.database.connection.dropDatabase()
    const found = await checked(api)
    expect(wrong(found)).toEqual([])
    expect(found.find(({ name }) => name === 'indexes')?.sentence).toMatch('The database is empty')
  })

  it('a clock that is off', async () => {
    const api = await apiForTest()
    // Asking takes a moment, on a busy machine a second.
    api.clock.advance(45)
    exactlyOne(await ofDatabase(api), 'warning clock: The clock of the database is 4')
    api.clock.advance(1200)
    exactlyOne(await ofDatabase(api), 'problem clock: The clock of the database is 12')
    api.clock.advance(-3600)
    exactlyOne(await ofDatabase(api), 'ahead of the one of this machine')
  })

  it('an index that is missing, and one that cannot be built', async () => {
    const api = await apiForTest()
    const users = api.services.database.connection.collection('users')
    await users.dropIndex('createdAt_1__id_1')
    exactlyOne(await ofDatabase(api), 'problem indexes: The index createdAt, _id of users is missing.')
    const [one, other] = [await registered(api), await registered(api)]
    await users.dropIndex('emailKey_1')
    await users.updateOne({ emailKey: other.email }, { $set: { emailKey: one.email } })
    const found = await ofDatabase(api)
    expect(found).toHaveLength(2)
    expect(found).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `index emailKey of users is missing and cannot be built: these documents share "${one.email}": \\w{24}, \\w{24}`,
        ),
      ),
    )
    await expect(users.indexExists('emailKey_1')).resolves.toBe(false)
  })

  it('a restore that was interrupted, and a migration that is not done', async () => {
    const migrations = [{ name: 'some', breaking: true, batch: async () => null }]
    const api = await apiForTest({ migrations })
    exactlyOne(await ofDatabase(api), 'warning maintenance: The migration “some” is not done.')
    const maintenance = api.services.database.connection.collection<{ _id: string }>('maintenance')
    await maintenance.insertOne({ _id: 'restore' })
    exactlyOne(await ofDatabase(api), 'problem maintenance: A restore of this database was interrupted')
  })

  it('mail that bounces at once, and mail that cannot be sent', async () => {
    const mail = await mailServer()
    mail.mood = 'refuse the recipient'
    const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
    await registered(api)
    const jobs = api.services.database.connection.collection('mailJobs')
    await eventually(async () => expect(await jobs.countDocuments({ refusedAt: { $ne: null } })).toBe(1))
    exactlyOne(await ofDatabase(api), 'warning mail-queue: The mail server refused mails for good')
    expect((await ofDatabase(api))[0]).toContain('1 (550 5.1.1)')
    // It is told for as long as the sentence says. What has expired the database removes, by its own clock.
    const later = async (seconds: number) => {
      api.clock.advance(seconds)
      await jobs.deleteMany({ expiresAt: { $lte: api.clock.now() } })
      return (await ofDatabase(api)).filter((each) => each.includes('mail-queue'))
    }
    exactlyOne(await later(7 * 86_400 - 60), 'warning mail-queue: The mail server refused mails for good')
    expect(await later(120)).toEqual([])
    mail.mood = 'refuse the sender'
    await registered(api)
    await eventually(
      async () => {
        api.clock.advance(3600)
        const found = (await ofDatabase(api)).filter((each) => each.includes('mail-queue'))
        exactlyOne(found, 'warning mail-queue: Mails that could not be sent yet are waiting: 1.')
      },
      { interval: 200 },
    )
  })

  it('a mail server that is not there', async () => {
    const up = await mailServer()
    const api = await apiForTest({ environment: { SMTP_URL: up.url } })
    expect(wrong(await checkMailServer(api.services.mailer))).toEqual([])
    const down = await apiForTest({ environment: { SMTP_URL: `smtp://127.0.0.1:${await freePort()}` } })
    exactlyOne(
      wrong(await checkMailServer(down.services.mailer)),
      'problem mail-server: The mail server does not let us in: connect ECONNREFUSED',
    )
  })
})

describe('the service, through what is in front of it', () => {
  type Tampering = Parameters<typeof tamperingProxy>[0]

  /** An API behind proxies, the nearest to people first; and what the doctor finds at the first of them. */
  async function behind(
    tamperings: Tampering[],
    environment: Record<string, string> | ((url: string) => Record<string, string>) = {},
  ) {
    const proxies = await Promise.all(tamperings.map(tamperingProxy))
    const url = proxies[0]?.url ?? ''
    const api = await apiForTest({
      environment: {
        TRUST_PROXY: String(tamperings.length),
        PUBLIC_URL: url,
        ...(typeof environment === 'function' ? environment(url) : environment),
      },
    })
    for (const [i, proxy] of proxies.entries()) proxy.to(proxies[i + 1]?.url ?? api.url)
    return { api, url, found: wrong(await checkService(url, api.config, api.clock)) }
  }

  it('nothing is wrong behind proxies that are counted and leave everything as it is', async () => {
    const { api, found } = await behind([{}, {}], { CLIENT_URL: 'http://127.0.0.1:5555' })
    expect(found).toEqual([])
    const direct = await apiForTest({ environment: { TRUST_PROXY: '0' } })
    expect(wrong(await checkService(direct.url, direct.config, direct.clock))).toEqual([])
    const counted = api.services.database.connection.collection('users')
    expect(await counted.countDocuments()).toBe(0)
  })

  it('a proxy too few, or none at all, is trusted', async () => {
    for (const trusted of ['0', '1'])
      exactlyOne(
        (await behind([{}, {}], { TRUST_PROXY: trusted })).found,
        `problem proxies: 2 proxies tell whom a request is from, and TRUST_PROXY is ${trusted}: everybody seems`,
      )
  })

  it('a proxy too many is trusted, so that anybody can invent an address', async () => {
    const invented = 'whoever sends an X-Forwarded-For of their own is believed'
    exactlyOne((await behind([{}], { TRUST_PROXY: '2' })).found, invented)
    const direct = await apiForTest({ environment: { TRUST_PROXY: '1' } })
    exactlyOne(wrong(await checkService(direct.url, direct.config, direct.clock)), invented)
  })

  it('a proxy does not say whose request it is', async () => {
    const says = { forwardsNobody: true, request: (headers: object) => drop(headers, 'x-forwarded-for') }
    exactlyOne(
      (await behind([says])).found,
      'no proxy says whose request it is: everybody shares one address',
    )
  })

  it('a proxy rewrites Host', async () => {
    exactlyOne((await behind([{ rewritesHost: true }])).found, 'warning host: A proxy rewrites Host')
    const { found } = await behind([{ rewritesHost: true }], { PUBLIC_URL: '' })
    expect(found).toEqual([
      expect.stringContaining('problem host: A proxy rewrites Host'),
      expect.stringMatching(/problem same-origin: The page at .* cannot sign anybody in/),
    ])
  })

  it('PUBLIC_URL is not what people see', async () => {
    const { found, url } = await behind([{}], { PUBLIC_URL: 'http://elsewhere.example.com' })
    expect(found).toContainEqual(
      `problem public-url: ${url} is how it was reached, and PUBLIC_URL is http://elsewhere.example.com: links in mails, cookies and passkeys go by that.`,
    )
  })

  it.each<[string, Tampering, string]>([
    [
      'take Cookie away',
      { request: (headers) => drop(headers, 'cookie') },
      'problem cookies: A cookie that was sent did not arrive',
    ],
    [
      'take Set-Cookie away',
      { answer: (headers) => drop(headers, 'set-cookie') },
      'problem cookies: Nothing was set by an answer that sets cookies',
    ],
    [
      'rewrite their Path',
      { answer: (headers) => rewriteCookies(headers, (cookie) => cookie.replace('Path=/', 'Path=/api')) },
      'problem cookies: A proxy rewrites the Path of cookies',
    ],
    [
      'add a Domain',
      { answer: (headers) => rewriteCookies(headers, (cookie) => `${cookie}; Domain=example.com`) },
      'problem cookies: A proxy adds a Domain to cookies',
    ],
  ])('cookies never come back: proxies that %s', async (_, tampering, beginning) => {
    exactlyOne((await behind([tampering])).found, beginning)
  })

  it('cookies never come back: Secure ones of a page that is not encrypted', async () => {
    const api = await apiForTest({ environment: { PUBLIC_URL: 'https://app.example.com' } })
    // An address of this machine that no browser takes for local.
    const origin = `http://0.0.0.0:${new URL(api.url).port}`
    expect(wrong(await checkService(origin, api.config, api.clock))).toContainEqual(
      `problem cookies: Cookies are Secure, and ${origin} is not encrypted: browsers drop them, and nobody stays signed in.`,
    )
  })

  it('CORS is answered by somebody else', async () => {
    const { found } = await behind([
      { answer: (headers) => Object.assign(headers, { 'access-control-allow-origin': '*' }) },
    ])
    exactlyOne(found, 'problem cors: Pages of anybody may call the service')
    const client = { CLIENT_URL: 'http://127.0.0.1:5555' }
    const stripped = await behind(
      [{ answer: (headers) => drop(headers, 'access-control-allow-origin') }],
      client,
    )
    exactlyOne(stripped.found, 'problem cors: A page at http://127.0.0.1:5555 may not call the service')
  })

  it('the clock of a peer is off', async () => {
    const ours = movableClock()
    const api = await apiForTest()
    // However long it took to start.
    api.clock.advance((ours.now().getTime() - api.clock.now().getTime()) / 1000 - 1200)
    exactlyOne(
      wrong(await checkService(api.url, api.config, ours)),
      `problem clock: The clock of ${api.url} is 1200 s behind`,
    )
  })

  it('no clock is off because the service takes its time', async () => {
    const api = await apiForTest()
    onTestFinished(() => void vi.unstubAllGlobals())
    const usual = fetch
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      const answer = await usual(url, init)
      if (init.method === 'POST') api.clock.advance(60)
      return answer
    })
    expect(wrong(await checkService(api.url, api.config, api.clock))).toEqual([])
  })

  it('it is not there, not ready, or another one', async () => {
    const api = await apiForTest()
    const nowhere = `http://127.0.0.1:${await freePort()}`
    exactlyOne(
      wrong(await checkService(nowhere, api.config, api.clock)),
      'cannot be asked: connect ECONNREFUSED',
    )
    const other = await apiForTest({ environment: strong })
    exactlyOne(wrong(await checkService(other.url, api.config, api.clock)), 'problem service-key:')
    api.services.lifecycle.draining = true
    exactlyOne(wrong(await checkService(api.url, api.config, api.clock)), 'answers 503')
  })

  it('what it saw of a request is told to nobody else', async () => {
    const api = await apiForTest()
    const { key } = api.config.accessToken
    const ask = (authorization: string) =>
      api.http.get('/api/health/seen').set('Authorization', authorization)
    await ask(doctorProof(key, api.clock.now())).expect(200)
    await api.http.get('/api/health/seen').expect(404)
    await ask(doctorProof(`${key}x`, api.clock.now())).expect(404)
    await ask(doctorProof(key, new Date(api.clock.now().getTime() - 90_000_000))).expect(404)
    await ask('Doctor 1.x').expect(404)
  })
})

describe('the command', () => {
  it('says each finding and how to mend it, and exits by what it found', async () => {
    const api = await apiForTest()
    const fine = await latchkey(api, ['doctor', '--url', api.url])
    expect([fine.status, fine.stderr]).toEqual([0, ''])
    expect(fine.stdout).toMatch(/^FINDING +ABOUT +WHAT IS SO\nok +secrets/)

    await api.services.database.connection.collection('users').dropIndex('emailParts_1')
    const broken = await latchkey(api, ['doctor'])
    expect([broken.status, broken.stderr]).toEqual([1, '1 problem found.\n'])
    expect(broken.stdout).toContain(
      '\nindexes: The index emailParts of users is missing.\n  Start the API again',
    )
    const found = jsonLines((await latchkey(api, ['doctor', '--json'])).stdout)
    expect(found).toContainEqual({
      name: 'indexes',
      finding: 'problem',
      sentence: 'The index emailParts of users is missing.',
      mend: expect.stringContaining('Start the API again'),
    })
    expect((await latchkey(api, ['doctor', '--url', 'app.example.com'])).status).toBe(2)
  })

  it('names every setting with which the API would not start', async () => {
    const environment = { ...production, JWT_ACCESS_SECRET: 'short', PORT: 'http' }
    const { status, stdout } = await latchkey(null, ['doctor', '--json'], {
      environment,
      readConfig: () => readConfig(environment, () => ({ accessSecret: '', refreshSecret: '' })),
    })
    expect(() => readConfig(environment, () => ({ accessSecret: '', refreshSecret: '' }))).toThrow(
      ConfigError,
    )
    expect(status).toBe(1)
    const sentences = jsonLines(stdout).map(({ name, sentence }) => `${name}: ${sentence}`)
    expect(sentences).toContainEqual('configuration: PORT must be a whole number.')
    expect(sentences).toContainEqual('secrets: JWT_ACCESS_SECRET is shorter than 32 bytes.')
  })

  it('without the database it says that first', async () => {
    const api = await apiForTest()
    const { status, stdout } = await latchkey(api, ['doctor'], {
      openServices: () => Promise.reject(new Error('The database cannot be reached.')),
    })
    expect(status).toBe(1)
    expect(stdout).toContain('database: The database cannot be reached.\n  Check that it is running')
  })

  it('runs as a process beside the API, which says in one line at its start what is wrong', async () => {
    const api = await apiForTest()
    const child = await apiProcess({ MONGO_URI: api.mongoUri, PUBLIC_URL: 'https://app.example.com' })
    await ready(child)
    const lines = child
      .output()
      .split('\n')
      .filter((line) => line.includes('doctor: '))
    expect(lines).toEqual([expect.stringContaining('proxies: PUBLIC_URL is https, so a proxy is in front')])
    const { status, stdout } = await command('latchkey', ['doctor', '--json'], api.mongoUri)
    expect(status).toBe(0)
    expect(jsonLines(stdout)).toContainEqual(expect.objectContaining({ name: 'indexes', finding: 'ok' }))
  }, 240_000)
})

const drop = (headers: object, name: string) => void Reflect.deleteProperty(headers, name)

function rewriteCookies(headers: IncomingHttpHeaders, rewrite: (cookie: string) => string) {
  headers['set-cookie'] = (headers['set-cookie'] ?? []).map(rewrite)
}

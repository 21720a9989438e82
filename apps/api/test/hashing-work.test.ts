import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { getPriority } from 'node:os'
import { promisify } from 'node:util'
import bcrypt from 'bcryptjs'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { hashCostModel } from '../src/sign-in/hash-cost.model.ts'
import { createHashCosts } from '../src/sign-in/hash-costs.ts'
import { createPasswords, createPasswordWorkers } from '../src/sign-in/password.ts'
import { compare, hash } from '../src/sign-in/password-worker.js'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { login, password, registered, somebody, stored } from './support/people.ts'
import { whom } from './support/whom.ts'

afterEach(() => vi.restoreAllMocks())

/** A hash as another system may have written it: bcrypt under another letter is the same algorithm. */
const imported = (letter: string, cost: number, of = password) =>
  bcrypt.hashSync(of, cost).replace('$2b$', `$2${letter}$`)

const malformed = [
  '',
  'plain text',
  '$2b$12$tooshort',
  `$2b$08$${'.'.repeat(52)}`,
  `$2x$08$${'.'.repeat(53)}`,
  `$2b$xx$${'.'.repeat(53)}`,
  `$2b$03$${'.'.repeat(53)}`,
  `$2b$31$${'.'.repeat(53)}`, // a comparison would take a day
  `$argon2id$v=19$m=65536,t=3,p=4$${'c2FsdA'.repeat(4)}`,
]

describe('one comparison', () => {
  /** The rounds of bcrypt that a comparison really took, counted where they are done. */
  async function workOf(bcryptCost: number, passwordHash: string | undefined, highest = bcryptCost) {
    let known = highest
    const passwords = createPasswords({
      bcryptCost,
      hashCosts: {
        highest: async () => known,
        meet: async (cost) => {
          known = Math.max(known, cost)
        },
      },
      workers: {
        run: async (task, { name }) => (name === 'hash' ? hash : compare)(task as never),
        recycleWorkers: async () => {},
        destroy: async () => {},
      },
    })
    const compared = vi.spyOn(bcrypt, 'compareSync')
    const same = await passwords.verify(password, passwordHash, whom('test'))
    const rounds = compared.mock.calls.reduce((sum, [, hash]) => sum + 2 ** bcrypt.getRounds(hash), 0)
    compared.mockRestore()
    return { same, rounds }
  }

  it.each([
    ['at today’s cost', imported('b', 8), true],
    ['made when the cost was lower', imported('b', 4), true],
    ['made when the cost was a little lower', imported('b', 7), true],
    ['imported as $2a$', imported('a', 6), true],
    ['imported as $2y$', imported('y', 5), true],
    ['of another password', imported('b', 5, 'something else'), false],
    ['of nobody', undefined, false],
    ...malformed.map((hash): [string, string, boolean] => [`that reads "${hash}"`, hash, false]),
  ])('with a hash %s takes the work of today’s cost', async (_, hash, same) => {
    expect(await workOf(8, hash)).toEqual({ same, rounds: 2 ** 8 })
  })

  it.each([
    ['made when the cost was higher', imported('b', 8), true],
    ['at today’s, lowered cost', imported('b', 5), true],
    ['of nobody', undefined, false],
    ['that cannot be read', 'plain text', false],
  ])('with a hash %s takes the work of the costliest hash there is', async (_, hash, same) => {
    expect(await workOf(5, hash, 8)).toEqual({ same, rounds: 2 ** 8 })
  })
})

describe.runIf(process.platform === 'linux')('a thread that hashes', () => {
  /** The priority of such a thread in a process of this one; the higher the number, the more it stands back. */
  async function priorityIn(ofProcess: number): Promise<number> {
    const worker = new URL('../src/sign-in/password-worker.js', import.meta.url)
    const inThread = `data:text/javascript,import '${worker}'; import { getPriority } from 'node:os'; console.log(getPriority())`
    const script = `
      import { setPriority } from 'node:os'
      import { Worker } from 'node:worker_threads'
      setPriority(${ofProcess})
      new Worker(new URL(${JSON.stringify(inThread)}))`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
    return Number(stdout)
  }

  // Nobody but root may raise the priority that the tests were given.
  it.each([getPriority(), Math.max(getPriority(), 12), 19])(
    'stands back behind the rest of a process of priority %i, as far as it goes',
    async (ofProcess) => {
      expect(await priorityIn(ofProcess)).toBe(Math.min(ofProcess + 5, 19))
    },
  )
})

describe('signing in', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startApi({ environment: { BCRYPT_COST: '6' } })
  })
  afterAll(() => api.close())

  const users = () => api.services.database.connection.collection('users')
  const keepHash = (email: string, passwordHash: unknown) =>
    users().updateOne({ emailKey: email }, { $set: { passwordHash } })

  it.each(['$2a$', '$2b$', '$2y$'])('with an imported %s hash works, and it is made anew', async (prefix) => {
    const person = await registered(api)
    await keepHash(person.email, imported(prefix.charAt(2), 4))
    await login(api, person)
    await eventually(async () => expect((await stored(api, person)).passwordHash).toMatch(/^\$2b\$06\$/))
    await login(api, person)
  })

  it.each([...malformed, null, 7, { $gt: '' }])(
    'with a stored hash of %j is refused, and nothing breaks',
    async (hash) => {
      const person = await registered(api)
      await keepHash(person.email, hash)
      const answer = await api.http.post('/api/login').send({ email: person.email, password })
      const unknown = await api.http.post('/api/login').send({ email: somebody().email, password })
      expect(answer.status).toBe(401)
      expect(answer.body).toEqual(unknown.body)
      expect(api.logged()).not.toContain('unexpected error')
    },
  )

  it('changing the password right afterwards is not disturbed by a hash that is made anew', async () => {
    for (let i = 0; i < 5; i++) {
      const person = await registered(api)
      await keepHash(person.email, imported('b', 4))
      const { body } = await login(api, person)
      await api.http
        .post('/api/change-password')
        .set('Authorization', `Bearer ${body.accessToken}`)
        .send({ currentPassword: password, newPassword: 'candle river mosaic' })
        .expect(200)
      await login(api, { ...person, password: 'candle river mosaic' })
    }
  })
})

describe('the costliest hash there is', () => {
  const highest = (api: TestApi) =>
    api.services.database.connection.collection<{ _id: string; highest: number }>('hashCosts').findOne({})

  it('is remembered when the cost is lowered, also by those who start afterwards', async () => {
    const before = await apiForTest({ environment: { BCRYPT_COST: '7' } })
    await registered(before)
    await login(before, await registered(before))
    const lowered = await apiForTest({ environment: { BCRYPT_COST: '5' }, mongoUri: before.mongoUri })
    await lowered.http.post('/api/login').send({ email: somebody().email, password }).expect(401)
    expect(await highest(lowered)).toMatchObject({ highest: 7 })
  })

  it('is learned from an import when it is first met, and the operator is told', async () => {
    const api = await apiForTest({ environment: { BCRYPT_COST: '4' } })
    const person = await registered(api)
    await api.services.database.connection
      .collection('users')
      .updateOne({ emailKey: person.email }, { $set: { passwordHash: imported('y', 7) } })
    await login(api, person)
    expect(await highest(api)).toMatchObject({ highest: 7 })
    expect(api.logged()).toContain('a stored password hash costs more than any before')
  })
})

it('a cost that could not be asked for is asked for again', async () => {
  const api = await apiForTest()
  const model = hashCostModel(api.services.database.connection)
  const costs = createHashCosts({ model, log: pino({ level: 'silent' }), bcryptCost: 9 })
  vi.spyOn(model, 'findOneAndUpdate').mockImplementationOnce(() => {
    throw new Error('the database is away')
  })
  await expect(costs.highest()).rejects.toThrow('away')
  expect(await costs.highest()).toBe(9)
})

describe('readiness', () => {
  it('is not there while no password can be hashed, and says so in the log', async () => {
    const api = await apiForTest()
    const check = vi.spyOn(api.services.passwords, 'assertWorking')
    const log = vi.spyOn(api.services.log, 'error')
    check.mockRejectedValueOnce(new Error('no thread can be started'))
    const early = await api.http.get('/api/health/ready')
    expect([early.status, early.body.code]).toEqual([503, 'overloaded'])
    expect(log.mock.calls.map(([, message]) => message)).toContain(
      'no password can be hashed, and so nobody can sign in',
    )
    await api.http.get('/api/health/ready').expect(200)
  })

  it('asks the threads until one has worked, lets it go, and then asks no more', async () => {
    const run = vi.fn(async (): Promise<unknown> => '')
    run.mockRejectedValueOnce(new Error('no thread can be started'))
    const recycleWorkers = vi.fn(async () => {})
    const passwords = createPasswords({
      bcryptCost: 8,
      hashCosts: { highest: async () => 8, meet: async () => {} },
      workers: { run, recycleWorkers, destroy: async () => {} },
    })
    await expect(passwords.assertWorking()).rejects.toThrow('no thread')
    await Promise.all([passwords.assertWorking(), passwords.assertWorking()])
    await passwords.assertWorking()
    expect(run).toHaveBeenCalledTimes(2)
    expect(recycleWorkers).toHaveBeenCalledTimes(1)
  })
})

describe('whoever hangs up before their turn', () => {
  /** Comparisons wait for `open`; `hashes()` says how many were begun. */
  async function held() {
    const threads = createPasswordWorkers()
    let hashes = 0
    let open = () => {}
    const gate = new Promise<void>((done) => {
      open = done
    })
    const api = await apiForTest({
      passwordWorkers: {
        async run(task, options) {
          if (options.name === 'compare') {
            hashes++
            await gate
          }
          return await threads.run(task, options)
        },
        recycleWorkers: () => threads.recycleWorkers(),
        destroy: () => threads.destroy(),
      },
    })
    const load = () => api.services.passwords.load()
    const attempt = () => api.http.post('/api/login').send({ email: somebody().email, password })
    const underWay = attempt().then()
    await eventually(() => expect(load()).toEqual({ waiting: 0, running: 1 }))
    return { api, load, attempt, underWay, hashes: () => hashes, open: () => open() }
  }

  const aborted = (api: TestApi, count: number) =>
    eventually(() => expect(api.logged().match(/request aborted/g)).toHaveLength(count))

  it('costs no hash', async () => {
    const { api, load, attempt, underWay, hashes, open } = await held()
    const impatient = ['login', 'login', 'register'].map((path) => {
      const headers = { 'Content-Type': 'application/json' }
      const sent = request(`${api.url}/api/${path}`, { method: 'POST', headers })
      const { username, email } = somebody()
      sent.on('error', () => {}) // it is hung up
      sent.end(JSON.stringify({ email, password, ...(path === 'register' && { username }) }))
      return sent
    })
    await eventually(() => expect(load().waiting).toBe(3))
    for (const each of impatient) each.destroy()
    await aborted(api, 3)
    open()
    expect((await underWay).status).toBe(401)
    expect((await attempt()).status).toBe(401)
    expect([hashes(), load()]).toEqual([2, { waiting: 0, running: 0 }])
    await eventually(async () => {
      const failed = { key: /^register-failed/, points: { $gt: 0 } }
      const limits = api.services.database.connection.collection('rateLimits')
      expect(await limits.countDocuments(failed)).toBe(0)
    })
  })

  it('costs none either with several requests on one connection, and no guess of theirs', async () => {
    const { api, load, underWay, hashes, open } = await held()
    const body = JSON.stringify({ email: somebody().email, password })
    const head = `POST /api/login HTTP/1.1\r\nHost: ${new URL(api.url).host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
    socket.write(`${head}${body}`.repeat(3))
    await eventually(() => expect(load().waiting).toBe(3))
    socket.destroy()
    await once(socket, 'close')
    await eventually(() => expect(api.logged()).toContain('request aborted'))
    open()
    expect((await underWay).status).toBe(401)
    await eventually(() => expect(load()).toEqual({ waiting: 0, running: 0 }))
    expect(hashes()).toBe(1)
    await eventually(async () => {
      const guesses = { key: /^login-account/, points: { $gt: 0 } }
      const counts = await api.services.database.connection.collection('rateLimits').find(guesses).toArray()
      // Those of the attempt that was looked at: on the account, and on it from the address.
      expect(counts).toHaveLength(2)
    })
  })
})

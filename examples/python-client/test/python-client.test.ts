import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { badNetwork } from './bad-network.ts'
import { ada, application, prefix } from './server.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
const env = { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONDONTWRITEBYTECODE: '1' }
const isThere = spawnSync('python3', ['--version'], { env }).status === 0
const refreshPath = '/api/refresh-token'
const kept = mkdtempSync(join(tmpdir(), 'latchkey-python-'))
const file = join(kept, 'client.json')

let app: Awaited<ReturnType<typeof application>>
let network: Awaited<ReturnType<typeof badNetwork>>

beforeAll(async () => {
  app = await application()
  network = await badNetwork(app.url)
})
afterAll(async () => {
  await network.close()
  await app.stop()
  rmSync(kept, { recursive: true })
})
// Whoever only wants to run the rest needs no Python. The gate does, and installs it.
const notTried = 'The Python client was not tried: there is no python3 on this machine.'
if (!isThere) console.warn(notTried)
beforeEach((context) => {
  if (isThere) return
  if (process.env.CI) throw new Error(notTried)
  context.skip(notTried)
})

/** The client as a process. What it is told, it answers with one line. */
function python({ patience = 20 } = {}) {
  const args = [join(folder, 'test/drive.py'), `${network.url}/api`, file, String(patience)]
  const child: ChildProcess = spawn('python3', args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  onTestFinished(() => void child.kill('SIGKILL'))
  return {
    async tell(line: string): Promise<unknown> {
      child.stdin?.write(`${line}\n`)
      const { value } = await lines.next()
      return JSON.parse(value ?? '"It ended."')
    },
    async kill() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

/** The one session, as the server keeps it. */
async function session() {
  const [only, ...others] = await app.stored()
  expect(others).toEqual([])
  return { sid: String(only?._id), generation: only?.generation ?? -1, isBound: only?.lock != null }
}

it('passes the protocol vectors', async () => {
  const outcome = await new Promise<string>((done) =>
    execFile('python3', [join(folder, 'test_vectors.py')], { env }, (failed, _stdout, stderr) =>
      done(failed ? stderr : 'passed'),
    ),
  )
  expect(outcome).toBe('passed')
})

it('is sixty lines', () => {
  const lines = readFileSync(join(folder, 'latchkey_client.py'), 'utf8').split('\n')
  expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(60)
})

it('stays signed in, in the one session that is bound to it, whatever is lost, restarted or killed', async () => {
  let client = python()
  expect(await client.tell('sign_in ada@example.com wrong')).toEqual(['SignedOut', 'Wrong.'])
  expect(await client.tell(`sign_in ${ada.email} ${ada.password}`)).toBeNull()
  const { sid } = await session()
  expect(await session()).toEqual({ sid, generation: 0, isBound: true })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const goesOn = async () => expect(await client.tell('get /protected')).toEqual([200, { sid }])
  await goesOn()
  copyFileSync(file, `${file}.old`)

  // An answer is lost after the server has rotated, and lost again.
  app.later()
  void network.next(refreshPath, 'lose the answer')
  void network.next(refreshPath, 'lose the answer')
  await goesOn()
  expect(await session()).toEqual({ sid, generation: 1, isBound: true })
  void network.next('/api/protected', 'lose the answer')
  await goesOn()

  // Somebody on the way has other troubles.
  app.later()
  void network.next(refreshPath, { status: 503, retryAfter: '0' })
  void network.next(refreshPath, { status: 429, retryAfter: '1' })
  const before = Date.now()
  await goesOn()
  expect(Date.now() - before).toBeGreaterThanOrEqual(1000)

  // The server restarts while it is asked.
  await app.stop()
  const asked = goesOn()
  await app.start()
  await asked

  // It is killed between the deed of the server and its answer, and days pass.
  app.later()
  const withheld = network.next(refreshPath, 'withhold the answer')
  void client.tell('get /protected').catch(() => undefined)
  await withheld
  const { generation } = await session()
  expect(generation).toBe(3)
  await client.kill()
  app.later(3 * 24 * 60)
  client = python()
  await goesOn()
  expect(await session()).toEqual({ sid, generation, isBound: true })

  // What it keeps is put back to the day of the sign-in, more generations ago than the server remembers.
  for (let turn = 0; turn < 7; turn++) {
    app.later()
    await goesOn()
  }
  const newest = (await session()).generation
  expect(newest).toBe(10)
  await client.kill()
  copyFileSync(`${file}.old`, file)
  client = python()
  await goesOn()
  expect(await session()).toEqual({ sid, generation: newest, isBound: true })
  expect(app.events).toEqual([])
})

it('an outage longer than its patience signs nobody out', async () => {
  const client = python({ patience: 0.5 })
  const { sid } = await session()
  await app.stop()
  expect(await client.tell('get /protected')).toEqual(['Unavailable', expect.any(String)])
  await app.start()
  expect(await client.tell('get /protected')).toEqual([200, { sid }])
})

it('a copy of its cookies opens nothing, and disturbs it no further', async () => {
  const { cookies } = JSON.parse(readFileSync(file, 'utf8')) as { cookies: Record<string, string> }
  const copied = [`${prefix}.refreshToken`, `${prefix}.session`].map((name) => `${name}=${cookies[name]}`)
  const refused = await fetch(network.url + refreshPath, {
    method: 'POST',
    headers: { cookie: copied.join('; ') },
  })
  expect([refused.status, await refused.json()]).toEqual([
    403,
    expect.objectContaining({ code: 'refresh_token_locked' }),
  ])
  expect(app.events).toEqual(['copied_session_refused'])
  const { sid } = await session()
  expect(await python().tell('get /protected')).toEqual([200, { sid }])
})

it('signs out, and then knows it', async () => {
  const client = python()
  void network.next('/api/logout', 'lose the answer')
  expect(await client.tell('sign_out')).toBeNull()
  expect(await app.stored()).toEqual([])
  expect(await client.tell('get /protected')).toEqual(['SignedOut', 'Nobody is signed in.'])
})

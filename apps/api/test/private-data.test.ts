import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Attempt, somebodyElse } from '@latchkey/embedded-mongo/testing'
import mongoose from 'mongoose'
import { expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { somebody } from './support/people.ts'
import { apiProcess, ownEnvironment, ready, temporaryFolder } from './support/process.ts'

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? [path, ...filesIn(path)] : [path]
  })

const othersIn = (folder: string) =>
  [folder, ...filesIn(folder)].filter((path) => (statSync(path).mode & 0o077) !== 0)

it('another user of the machine reads nothing of a DATA_DIR that was open to all, and reaches no database', async () => {
  const home = temporaryFolder()
  chmodSync(home, 0o755)
  const DATA_DIR = join(home, 'data')
  mkdirSync(DATA_DIR)
  const first = await apiProcess({ DATA_DIR })
  await ready(first)
  const registered = await fetch(`${first.url}/api/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(somebody()),
  })
  expect(registered.status).toBe(201)
  await eventually(() => expect(readdirSync(join(DATA_DIR, 'outbox')).join()).toContain('.json'))
  // From its first moment on, whoever made the folder.
  expect(othersIn(DATA_DIR)).toEqual([])
  first.child.kill('SIGTERM')
  await first.exited

  for (const path of [DATA_DIR, ...filesIn(DATA_DIR)]) chmodSync(path, 0o777)
  const secrets = ['development-secrets.json', 'outbox/key', 'mongo/data.mdb']
  const attempts: Attempt[] = secrets.map((name) => ({ what: 'read', path: join(DATA_DIR, name) }))
  const mail = filesIn(join(DATA_DIR, 'outbox')).find((path) => path.endsWith('.json')) ?? ''
  attempts.push({ what: 'read', path: mail })
  expect(somebodyElse(attempts) ?? ['ok', 'ok', 'ok', 'ok']).toEqual(['ok', 'ok', 'ok', 'ok'])

  const second = await apiProcess({ DATA_DIR })
  await ready(second)
  expect(othersIn(DATA_DIR)).toEqual([])
  attempts.push(
    { what: 'list', path: DATA_DIR },
    { what: 'connect', path: join(DATA_DIR, 'mongo.sock') },
    { what: 'read', path: join(DATA_DIR, 'mongo.uri') },
    { what: 'overwrite', path: join(DATA_DIR, 'development-secrets.json') },
  )
  const refused = attempts.map(() => 'EACCES')
  expect(somebodyElse(attempts) ?? refused).toEqual(refused)
})

it('where the path is too long for a socket, the password is told to nobody but the owner’s file', async () => {
  const DATA_DIR = join(temporaryFolder(), 'a-folder-with-a-very-long-name'.repeat(4))
  const api = await apiProcess({ DATA_DIR, LOG_LEVEL: 'trace' })
  await ready(api)
  const uri = readFileSync(join(DATA_DIR, 'mongo.uri'), 'utf8').trim()
  const { password, host } = new URL(uri)
  expect(password).toHaveLength(43)
  expect(api.output()).not.toContain(password)
  const client = await mongoose.createConnection(uri).asPromise()
  expect(await client.collection('users').countDocuments()).toBe(0)
  await client.close()
  const stranger = await mongoose.createConnection(`mongodb://${host}/latchkey`).asPromise()
  await expect(stranger.collection('users').countDocuments()).rejects.toMatchObject({ code: 13 })
  await stranger.close()
})

it.each(['data', 'a-folder-with-a-very-long-name'.repeat(4)])(
  'a second process and make-admin join a running one by its mongo.uri, in %s',
  async (name) => {
    const DATA_DIR = join(temporaryFolder(), name)
    const first = await apiProcess({ DATA_DIR })
    await ready(first)
    const second = await apiProcess({
      DATA_DIR,
      MONGO_URI: readFileSync(join(DATA_DIR, 'mongo.uri'), 'utf8').trim(),
    })
    await ready(second)
    const person = somebody()
    const registered = await fetch(`${first.url}/api/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(person),
    })
    const { accessToken } = (await registered.json()) as { accessToken: string }
    const me = await fetch(`${second.url}/api/me`, { headers: { authorization: `Bearer ${accessToken}` } })
    expect(me.status).toBe(200)

    const command = fileURLToPath(new URL('../src/commands/make-admin.ts', import.meta.url))
    const made = spawnSync(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), command, person.email, '--unverified'],
      { encoding: 'utf8', env: { ...ownEnvironment(), DATA_DIR } },
    )
    expect([made.status, made.stdout, made.stderr]).toEqual([
      0,
      `${person.username} is an administrator now.\n`,
      '',
    ])
  },
)

it('production does not start on the embedded database unless it is allowed', async () => {
  const environment = {
    NODE_ENV: 'production',
    JWT_ACCESS_SECRET: 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1EuRi0ToWvBxN4M',
    JWT_REFRESH_SECRET: 'Zx5Cv8Bn1Mq4Wr7Et0Yu3Io6Pa9Sd2Fg5Hj8Kl1QwE',
  }
  const refused = await apiProcess(environment)
  expect(await refused.exited).toBe(1)
  expect(refused.output()).toContain('EMBEDDED_DATABASE is not set')
  await ready(await apiProcess({ ...environment, EMBEDDED_DATABASE: 'allow' }))
})

import { request } from 'node:http'
import type { SignedIn } from '@latchkey/contracts'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import mongoose from 'mongoose'
import { expect } from 'vitest'
import { cuttableProxy } from './support/cuttable-proxy.ts'
import { eventually } from './support/eventually.ts'
import { freePort } from './support/free-port.ts'
import { somebody } from './support/people.ts'
import { apiProcess, ready, temporaryFolder } from './support/process.ts'
import { sideBySide as it } from './support/side-by-side.ts'

const post = (url: string, body: object, cookie = '') =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
  })

const cookiesOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')

it('on the embedded database, a restart and a kill -9 keep people signed in', async () => {
  const environment = { DATA_DIR: temporaryFolder() }
  const first = await apiProcess(environment)
  await ready(first)
  const registered = await post(`${first.url}/api/register`, somebody())
  expect(registered.status).toBe(201)
  const { accessToken: token } = (await registered.json()) as SignedIn
  first.child.kill('SIGTERM')
  expect(await first.exited).toBe(0)

  const second = await apiProcess(environment)
  await ready(second)
  const me = await fetch(`${second.url}/api/me`, { headers: { authorization: `Bearer ${token}` } })
  expect(me.status).toBe(200)
  const refreshed = await post(`${second.url}/api/refresh-token`, {}, cookiesOf(registered))
  expect(refreshed.status).toBe(200)
  second.child.kill('SIGKILL')
  await second.exited

  const third = await apiProcess(environment)
  await ready(third)
  expect((await post(`${third.url}/api/refresh-token`, {}, cookiesOf(refreshed))).status).toBe(200)
})

it('killed between the commit and the response, the client retries and is still signed in', async () => {
  const direct = testDatabaseUri()
  const wire = await cuttableProxy(direct)
  const environment = {
    MONGO_URI: wire.uri,
    JWT_ACCESS_SECRET: 'an access secret for this test only',
    JWT_REFRESH_SECRET: 'a refresh secret for this test only',
    REFRESH_LEEWAY: '60s',
  }
  const first = await apiProcess(environment)
  await ready(first)
  const registered = await post(`${first.url}/api/register`, somebody())
  const cookie = cookiesOf(registered)
  const { accessToken } = (await registered.json()) as SignedIn
  // Connections to spare: a new one could not be opened any more once no answer comes through.
  const authorization = `Bearer ${accessToken}`
  await Promise.all(
    Array.from({ length: 12 }, () => fetch(`${first.url}/api/me`, { headers: { authorization } })),
  )
  wire.loseAnswers()
  const lost = post(`${first.url}/api/refresh-token`, {}, cookie).catch(() => 'lost')
  const database = await mongoose.createConnection(direct).asPromise()
  const generation = async () => (await database.collection('users').findOne())?.refreshTokens[0].generation
  await eventually(async () => expect(await generation()).toBe(1))
  first.child.kill('SIGKILL')
  expect(await lost).toBe('lost')
  await database.close()
  await wire.mend()

  const second = await apiProcess(environment)
  await ready(second)
  const retried = await post(`${second.url}/api/refresh-token`, {}, cookie)
  expect(retried.status).toBe(200)
  expect(cookiesOf(retried)).toMatch(/session=[0-9a-f]{24}\.1/)
})

it('SIGTERM lets a request that is under way finish, and takes no new ones', async () => {
  const api = await apiProcess({ MONGO_URI: testDatabaseUri(), DATA_DIR: temporaryFolder() })
  await ready(api)
  const body = JSON.stringify(somebody())
  const status = await new Promise<{ code: number | undefined; connection: string | undefined }>(
    (done, failed) => {
      const slow = request(`${api.url}/api/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      })
      slow.on('response', (response) => {
        response.resume()
        done({ code: response.statusCode, connection: response.headers.connection })
      })
      slow.on('error', failed)
      slow.write(body.slice(0, 10), () => {
        setTimeout(() => {
          api.child.kill('SIGTERM')
          setTimeout(() => slow.end(body.slice(10)), 1500)
        }, 1000)
      })
    },
  )
  expect(status).toEqual({ code: 201, connection: 'close' })
  expect(await api.exited).toBe(0)
  await expect(fetch(`${api.url}/api/health/live`)).rejects.toThrow()
})

it('production without secrets refuses to start and names the variables', async () => {
  const api = await apiProcess({
    NODE_ENV: 'production',
    JWT_ACCESS_SECRET: 'secret',
    MONGO_URI: testDatabaseUri(),
  })
  expect(await api.exited).toBe(1)
  expect(api.output()).toContain('JWT_ACCESS_SECRET is shorter than 32 bytes')
  expect(api.output()).toContain('JWT_REFRESH_SECRET is missing')
})

it('a port that is taken is said in a sentence', async () => {
  const PORT = String(await freePort())
  const first = await apiProcess({ MONGO_URI: testDatabaseUri(), DATA_DIR: temporaryFolder(), PORT })
  await ready(first)
  const second = await apiProcess({ MONGO_URI: testDatabaseUri(), DATA_DIR: temporaryFolder(), PORT })
  expect(await second.exited).toBe(1)
  expect(second.output()).toContain(`Port ${PORT} is taken`)
})

it('a second process on the same data folder is refused with a sentence that names it', async () => {
  const DATA_DIR = temporaryFolder()
  const first = await apiProcess({ DATA_DIR })
  await ready(first)
  const second = await apiProcess({ DATA_DIR })
  expect(await second.exited).toBe(1)
  expect(second.output()).toContain(DATA_DIR)
})

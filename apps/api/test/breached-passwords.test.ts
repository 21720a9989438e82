import { createHash } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { registered, somebody } from './support/people.ts'

const leaked = 'otter lamp violet'
const digest = createHash('sha1').update(leaked).digest('hex').toUpperCase()
const own = (count: number) => `${digest.slice(5)}:${count}`
const padding = Array.from({ length: 800 }, (_, i) => `${String(i).padStart(35, 'A')}:${i % 3}`)

/** A service in the form of the Pwned Passwords range API, on loopback. */
async function breachService(answer: (res: ServerResponse) => void) {
  const asked: { url: string | undefined; headers: IncomingHttpHeaders }[] = []
  const listener: RequestListener = (req, res) => {
    asked.push({ url: req.url, headers: req.headers })
    answer(res)
  }
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/range`, asked, server }
}

const apiThatAsks = (url: string) => apiForTest({ environment: { BREACHED_PASSWORDS_URL: url } })

/** How long it takes, in milliseconds. */
async function registering(api: TestApi): Promise<number> {
  const startedAt = performance.now()
  await api.http
    .post('/api/register')
    .send({ ...somebody(), password: leaked })
    .expect(201)
  return performance.now() - startedAt
}

it('a password that was in a breach is refused, and the service hears five digits of its hash', async () => {
  const service = await breachService((res) => res.end([...padding, own(42), ''].join('\r\n')))
  const api = await apiThatAsks(service.url)
  const response = await api.http.post('/api/register').send({ ...somebody(), password: leaked })
  expect(response.status).toBe(400)
  expect(response.body.errors).toEqual([
    {
      path: 'password',
      code: 'new_password_breached',
      message: expect.stringMatching(/was in a data breach/),
    },
  ])
  expect(service.asked).toHaveLength(1)
  expect(service.asked[0]?.url).toBe(`/range/${digest.slice(0, 5)}`)
  expect(service.asked[0]?.headers['add-padding']).toBe('true')
  expect(JSON.stringify(service.asked)).not.toContain(digest.slice(5, 12))
  expect(api.logged()).not.toContain(digest.slice(0, 5))
})

it.each([
  ['it is not among the answers', (res: ServerResponse) => res.end(padding.join('\r\n'))],
  ['it is there to pad, with a count of 0', (res: ServerResponse) => res.end(own(0))],
])('a password passes when %s', async (_, answer) => {
  const service = await breachService(answer)
  const api = await apiThatAsks(service.url)
  await api.http
    .post('/api/register')
    .send({ ...somebody(), password: leaked })
    .expect(201)
  expect(service.asked).toHaveLength(1)
  expect(api.logged()).not.toContain('the breach service')
})

it('changing a password asks, too, and what is refused at home is asked of nobody', async () => {
  const service = await breachService((res) => res.end(own(1)))
  const api = await apiThatAsks(service.url)
  const person = await registered(api)
  const change = (newPassword: string) =>
    api.http
      .post('/api/change-password')
      .set('Authorization', `Bearer ${person.body.accessToken}`)
      .send({ currentPassword: person.password, newPassword })
  service.asked.length = 0
  expect((await change('987654321')).body.errors[0].message).toMatch(/sequence/)
  expect(service.asked).toEqual([])
  expect((await change(leaked)).body.errors[0]).toMatchObject({ path: 'newPassword' })
  expect(service.asked).toHaveLength(1)
})

const untilCut = (res: ServerResponse, write: () => void) => {
  const timer = setInterval(write, 5)
  res.once('close', () => clearInterval(timer))
}

it.each<[string, (res: ServerResponse) => void]>([
  ['never answers', () => {}],
  [
    'sends its answer a byte at a time',
    (res) => {
      res.writeHead(200)
      untilCut(res, () => res.write('A'))
    },
  ],
  [
    'never stops answering',
    (res) => {
      res.writeHead(200)
      untilCut(res, () => res.write(`${padding.join('\r\n')}\r\n`))
    },
  ],
  [
    'breaks off',
    (res) => {
      res.write(own(1))
      setTimeout(() => res.destroy(), 20)
    },
  ],
  ['answers 500', (res) => void res.writeHead(500).end(own(1))],
  ['answers 429', (res) => void res.writeHead(429, { 'Retry-After': '60' }).end()],
  ['sends us elsewhere', (res) => void res.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end()],
  ['answers with a page', (res) => void res.end(`<html>${'x'.repeat(50_000)}</html>`)],
])('a service that %s refuses nobody, and holds nobody up for more than a second', async (_, answer) => {
  const service = await breachService(answer)
  const api = await apiThatAsks(service.url)
  const elsewhere = await registering(await apiForTest())
  // A second for the service; the rest is registering, on a machine that may be busy.
  expect(await registering(api)).toBeLessThan(1500 + 5 * elsewhere)
  expect(service.asked).toHaveLength(1)
})

it('a service that is away refuses nobody, and the operator is told', async () => {
  const service = await breachService((res) => res.end())
  await new Promise((done) => service.server.close(done))
  const api = await apiThatAsks(service.url)
  await api.http
    .post('/api/register')
    .send({ ...somebody(), password: leaked })
    .expect(201)
  expect(api.logged()).toContain('the breach service did not answer')
  expect(api.logged()).toContain('ECONNREFUSED')
  expect(api.logged()).not.toContain(digest.slice(0, 5))
})

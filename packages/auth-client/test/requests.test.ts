import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { routes } from '@latchkey/contracts'
import axios from 'axios'
import { describe, expect, it } from 'vitest'
import { createAuthClient } from '../src/index.ts'
import { problemBody } from './support/protocol-server.ts'
import {
  ada,
  codeOf,
  eventually,
  gate,
  protectedPath,
  refreshPath,
  settled,
  setUp,
  signedInTab,
} from './support/setup.ts'

const times = <Value>(count: number, make: () => Value) => Array.from({ length: count }, make)

describe('the language of the page', () => {
  it('is asked for with each request, the client’s own included, as it is at that moment', async () => {
    const asked: [string | undefined, string | undefined][] = []
    const server = createServer((request, response) => {
      asked.push([request.url, request.headers['accept-language']])
      response.setHeader('content-type', 'application/problem+json')
      response.writeHead(401).end(JSON.stringify(problemBody(401, 'invalid_credentials')))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { browser } = await setUp()
    let language = 'de'
    const { environment } = browser.options()
    const client = createAuthClient({
      baseUrl: `${origin}/api`,
      environment: { ...environment, adapter: axios.getAdapter('http') },
      language: () => language,
    })
    await codeOf(client.login(ada))
    language = 'en'
    await codeOf(client.call(routes.passwordPolicy))
    await codeOf(client.http.get('/mine', { headers: { 'Accept-Language': 'fr' } }))
    server.close()
    expect(asked).toEqual([
      ['/api/login', 'de'],
      ['/api/password-policy', 'en'],
      ['/api/mine', 'fr'],
    ])
  })
})

describe('a request that is refused with 401', () => {
  it('is replayed once after a refresh, and the caller sees only the answer', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    tab.expireAccessToken()
    const answer = await tab.call(routes.protected)
    expect(answer.message).toBe('Welcome, ada')
    expect(world.server.count(protectedPath)).toBe(2)
    expect(world.server.count(refreshPath)).toBe(1)
    expect(tab.text()).toMatch(/GET .*\/api\/protected → 401[\s\S]*refresh-token → 200[\s\S]*protected → 200/)
  })

  it('shares one refresh with nine others in its tab and ten in another, double-started tab', async () => {
    const world = await setUp()
    const first = await signedInTab(world)
    const second = world.browser.tab()
    await Promise.all([second.start(), second.start()])
    second.stop()
    await second.start()
    const refreshesBefore = world.server.count(refreshPath)
    await settled()
    world.server.expireAccessTokens()
    const late = gate()
    world.browser.fault({ path: refreshPath, hold: late.promise })
    const calls = [first, second].flatMap((tab) => times(10, () => tab.call(routes.protected)))
    await eventually(() => expect(world.server.count(protectedPath)).toBe(20))
    await settled()
    late.open()
    expect(await Promise.all(calls)).toHaveLength(20)
    expect(world.server.count(refreshPath) - refreshesBefore).toBe(1)
  })

  it('is replayed without a refresh when a newer token came while it was on its way', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const late = gate()
    world.server.expireAccessTokens()
    world.browser.fault({ path: protectedPath, hold: late.promise })
    const slow = tab.call(routes.protected)
    await eventually(() => expect(world.server.count(protectedPath)).toBe(1))
    await tab.refresh()
    late.open()
    await slow
    expect(world.server.count(refreshPath)).toBe(1)
  })

  it('is not replayed twice, and a server that refuses fresh tokens causes no storm', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    for (const _ of times(12, () => null)) {
      world.server.answerNext(protectedPath, 401, problemBody(401, 'access_token_invalid'))
    }
    expect(await codeOf(tab.call(routes.protected))).toBe('access_token_invalid')
    for (const _ of times(10, () => null)) await codeOf(tab.call(routes.protected))
    expect(world.server.count(refreshPath)).toBe(1)
  })

  it('sends its body again', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.server.answerNext('/api/echo', 401, problemBody(401, 'access_token_expired'))
    await codeOf(tab.http.post('/echo', { name: 'laptop' }))
    const bodies = world.server.calls.filter(({ path }) => path === '/api/echo').map(({ body }) => body)
    expect(bodies).toEqual([{ name: 'laptop' }, { name: 'laptop' }])
  })

  it('for another reason than the token refreshes nothing', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    expect(await codeOf(tab.http.post('/change-password', {}))).toBeDefined()
    expect(world.server.count(refreshPath)).toBe(0)
  })
})

describe('a wrong password', () => {
  it('is a sentence, and refreshes nothing', async () => {
    const world = await setUp()
    const tab = world.browser.tab()
    await tab.start()
    await expect(tab.login({ ...ada, password: 'wrong' })).rejects.toMatchObject({
      code: 'invalid_credentials',
      status: 401,
      message: 'Wrong password.',
    })
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'anonymous' })
    expect(world.server.calls.map(({ path }) => path)).toEqual(['/api/login'])
    expect(world.browser.keyStore.ids()).toEqual([])
  })

  it('leaves somebody who is signed in signed in', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    await codeOf(tab.login({ ...ada, password: 'wrong' }))
    expect(tab.getState()).toMatchObject({ status: 'signedIn', user: { username: 'ada' } })
    expect((await tab.call(routes.protected)).message).toBe('Welcome, ada')
  })
})

describe('the access token', () => {
  it('never goes to another origin', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const seen: (string | undefined)[] = []
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization, request.headers.cookie)
      response.writeHead(401).end()
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    await codeOf(tab.http.get(`${origin}/api/protected`))
    await codeOf(tab.http.get('/api/protected', { baseURL: origin }))
    await codeOf(tab.http.get(`//${new URL(origin).host}/api/protected`, { baseURL: 'http:' }))
    other.close()
    expect(seen.length).toBeGreaterThanOrEqual(4)
    expect(seen.every((header) => header === undefined)).toBe(true)
    expect(world.server.count(refreshPath)).toBe(0)
  })

  it('does not go outside the API on its own origin, nor with sign-in and refresh', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    await codeOf(tab.http.get('/../elsewhere'))
    await codeOf(tab.http.get(`${world.url}/apiary`))
    await tab.refresh()
    await codeOf(tab.http.post('/login', ada))
    await codeOf(tab.http.post('/logout'))
    const others = world.server.calls.filter(({ path }) => path !== protectedPath)
    expect(others.length).toBe(6)
    expect(others.every(({ headers }) => headers.authorization === undefined)).toBe(true)
  })

  it('is shown by its claims and the time it has left, never raw', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const state = tab.getState()
    if (state.status !== 'signedIn') throw new Error('not signed in')
    expect(state.accessToken.claims.username).toBe('ada')
    expect(state.accessToken.remainingMs()).toBe(900_000)
    world.browser.time.advance(1000)
    expect(state.accessToken.remainingMs()).toBe(899_000)
    expect(JSON.stringify(state)).not.toContain('signature')
  })
})

describe('the log', () => {
  it('holds no token, no key and no query', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    tab.expireAccessToken()
    await tab.call(routes.protected)
    await codeOf(tab.http.get('/verify-email?token=mailed-secret'))
    await tab.logout()
    const text = tab.text()
    expect(text).toContain('/api/verify-email → 404')
    expect(text).not.toContain('mailed-secret')
    const secrets = world.server.calls.flatMap(({ headers }) => [
      headers['x-refresh-key'],
      headers['x-refresh-lock'],
    ])
    for (const secret of [...world.server.accessTokens(), ...secrets]) {
      if (secret) expect(text).not.toContain(secret)
    }
  })

  it('says in numbers what belongs together, how it ended, and how the generation moved', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    tab.clearLog()
    tab.expireAccessToken()
    await tab.call(routes.protected)
    const entries = tab.getLog().filter(({ exchange }) => exchange)
    const [{ exchange: { call: asked = 0 } = {} } = {}, , { exchange: { call: refreshed = 0 } = {} } = {}] =
      entries
    expect(refreshed).not.toBe(asked)
    const get = { call: asked, line: expect.stringMatching(/^GET .*\/api\/protected$/) }
    const post = { call: refreshed, line: expect.stringMatching(/^POST .*\/api\/refresh-token$/) }
    expect(entries.map(({ kind, exchange }) => [kind, exchange])).toEqual([
      ['request', get],
      ['response', { ...get, status: 401 }],
      ['refresh', { ...post, generation: 0 }],
      ['refreshed', { ...post, status: 200, generation: 1 }],
      ['replay', get],
      ['response', { ...get, status: 200 }],
    ])
    expect(entries.every(({ atMs }) => atMs === world.browser.time.clock.now())).toBe(true)
  })

  it('keeps the last 200 entries, and the same array until one is added', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    for (const _ of times(110, () => null)) await codeOf(tab.call(routes.me))
    expect(tab.getLog()).toHaveLength(200)
    expect(tab.getLog()).toBe(tab.getLog())
    const ids = tab.getLog().map(({ id }) => id)
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    tab.clearLog()
    expect(tab.getLog()).toEqual([])
  })
})

describe('a caller', () => {
  it('sends a query and parameters, escaped; the log leaves the query out', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const nobody = { users: [], total: { count: 0, isMore: false }, next: null, previous: null }
    world.server.answerNext('/api/admin/users', 200, nobody)
    expect(await tab.call(routes.findUsers, { query: { query: 'ada+1 &@x' } })).toEqual(nobody)
    const found = world.server.calls.at(-1)
    expect(new URLSearchParams(found?.search).get('query')).toBe('ada+1 &@x')
    expect(tab.text()).toContain('/api/admin/users → 200')
    world.server.answerNext('/api/admin/users', 200, nobody)
    await tab.call(routes.findUsers)
    expect(world.server.calls.at(-1)?.search).toBe('')
    world.server.answerNext('/api/sessions/a%2Fb', 204)
    await tab.call(routes.revokeSession, { params: { id: 'a/b' } })
    expect(world.server.calls.at(-1)?.path).toBe('/api/sessions/a%2Fb')
  })

  it('gets field errors, statuses and network failures in one kind of error', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const errors = [{ path: 'email', message: 'Enter your email address.' }]
    world.server.answerNext('/api/me', 400, problemBody(400, 'validation_failed', 'Two fields.', { errors }))
    await expect(tab.call(routes.me)).rejects.toMatchObject({
      code: 'validation_failed',
      problem: { errors },
    })
    world.server.answerNext('/api/me', 502, '<html>')
    await expect(tab.call(routes.me)).rejects.toMatchObject({ code: 'unexpected_answer', status: 502 })
    world.server.answerNext('/api/me', 200, '<html>portal</html>')
    await expect(tab.call(routes.me)).rejects.toMatchObject({ code: 'unexpected_answer', status: 200 })
    world.browser.network.offline = true
    await expect(tab.call(routes.me)).rejects.toMatchObject({ code: 'network_error', status: null })
    await settled()
    expect(tab.getState().status).toBe('signedIn')
  })
})

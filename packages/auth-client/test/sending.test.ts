import { Readable } from 'node:stream'
import { routes } from '@latchkey/contracts'
import type { AxiosRequestConfig, ResponseType } from 'axios'
import { describe, expect, it } from 'vitest'
import { ownRoutes } from './support/own-routes.ts'
import { problemBody } from './support/protocol-server.ts'
import type { AdapterName } from './support/replay.ts'
import {
  codeOf,
  eventually,
  gate,
  passing,
  protectedPath,
  refreshPath,
  settled,
  setUp,
  signedInTab,
} from './support/setup.ts'

async function signedIn() {
  const world = await setUp()
  world.server.serve(ownRoutes)
  const tab = await signedInTab(world)
  const sendings = () => world.server.count('/api/own/echo')
  return { ...world, tab, sendings }
}

describe.each<[string, AdapterName, () => unknown]>([
  ['a stream of Node', 'http', () => Readable.from(['a stream'])],
  ['a stream of the web', 'fetch', () => new Blob(['a stream']).stream()],
  ['a generator', 'fetch', generated],
])('%s', (_, adapter, makeBody) => {
  const send = (tab: Awaited<ReturnType<typeof signedIn>>['tab']) => {
    const asIs = { transformRequest: (data: unknown) => data, headers: { 'Content-Type': 'text/plain' } }
    return tab.http.post('/own/echo', makeBody(), { adapter, ...asIs })
  }

  it('is sent', async () => {
    const { tab, server } = await signedIn()
    expect((await send(tab)).data.body).toBe('a stream')
    expect(server.count(refreshPath)).toBe(0)
  })

  it('is kept until a token that has expired is renewed, and is then sent once', async () => {
    const { tab, browser, server, sendings } = await signedIn()
    tab.stop()
    server.expireAccessTokens()
    browser.time.advance(900_000)
    expect((await send(tab)).data.body).toBe('a stream')
    expect(server.count(refreshPath)).toBe(1)
    expect(sendings()).toBe(1)
  })

  it('is kept until the silent sign-in is done', async () => {
    const world = await signedIn()
    const late = gate()
    world.browser.fault({ path: refreshPath, hold: late.promise })
    const next = world.browser.tab()
    void next.start()
    const sent = send(next as typeof world.tab)
    await settled()
    expect(world.sendings()).toBe(0)
    late.open()
    expect((await sent).data.body).toBe('a stream')
  })

  it('is not sent at all while the token cannot be renewed', async () => {
    const { tab, browser, server, sendings } = await signedIn()
    tab.stop()
    browser.time.advance(900_000)
    server.answerNext(refreshPath, 503, problemBody(503, 'database_unavailable'))
    expect(await codeOf(send(tab))).toBe('database_unavailable')
    expect(sendings()).toBe(0)
  })

  it('that is refused against all expectation fails in words, and the next one is sent at once', async () => {
    const { tab, server, sendings } = await signedIn()
    server.expireAccessTokens()
    await expect(send(tab)).rejects.toMatchObject({
      code: 'request_not_repeatable',
      status: 401,
      message: expect.stringContaining('send a new one'),
    })
    expect(sendings()).toBe(1)
    expect((await send(tab)).data.body).toBe('a stream')
    expect(server.count(refreshPath)).toBe(1)
  })

  it('is not sent with a token that was refused to another request', async () => {
    const { tab, browser, server, sendings } = await signedIn()
    server.expireAccessTokens()
    const late = gate()
    browser.fault({ path: refreshPath, hold: late.promise })
    const other = tab.call(routes.protected)
    await eventually(() => expect(server.count(refreshPath)).toBe(1))
    const sent = send(tab)
    await settled()
    expect(sendings()).toBe(0)
    late.open()
    expect((await sent).data.body).toBe('a stream')
    await other
    expect(server.count(refreshPath)).toBe(1)
  })
})

describe('a 401 for another reason', () => {
  it.each<[ResponseType, AdapterName]>([
    ['json', 'http'],
    ['text', 'http'],
    ['arraybuffer', 'http'],
    ['stream', 'http'],
    ['json', 'fetch'],
    ['arraybuffer', 'fetch'],
    ['blob', 'fetch'],
    ['stream', 'fetch'],
    ['formdata', 'fetch'],
  ])('refreshes nothing when it comes as %s over %s', async (responseType, adapter) => {
    const { tab, server } = await signedIn()
    await codeOf(tab.http.post('/own/password', {}, { responseType, adapter }))
    expect(server.count('/api/own/password')).toBe(1)
    expect(server.count(refreshPath)).toBe(0)
  })

  it.each(['http', 'fetch'])('leaves its stream to the caller, over %s', async (adapter) => {
    const { tab } = await signedIn()
    const config = { responseType: 'stream', adapter, validateStatus: () => true } as const
    const { data } = await tab.http.post('/own/password', {}, config)
    const chunks: Uint8Array[] = []
    for await (const chunk of data) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toContain('invalid_credentials')
  })
})

describe('a server that refuses every token', () => {
  it('is asked twice, and its answer is the caller’s, who lets it through', async () => {
    const { tab, server } = await signedIn()
    const refusal = problemBody(401, 'access_token_invalid')
    server.answerNext(protectedPath, 401, refusal)
    server.answerNext(protectedPath, 401, refusal)
    const answer = await tab.http.get('/protected', { validateStatus: () => true })
    expect(answer).toMatchObject({ status: 401, data: { code: 'access_token_invalid' } })
    expect(server.count(protectedPath)).toBe(2)
    expect(server.count(refreshPath)).toBe(1)
  })
})

describe('while a refresh is under way', () => {
  async function refreshing(config: AxiosRequestConfig) {
    const world = await signedIn()
    const late = gate()
    world.browser.fault({ path: refreshPath, hold: late.promise })
    world.server.expireAccessTokens()
    const request = world.tab.http.get('/own/echo', config)
    const code = codeOf(request)
    await eventually(() => expect(world.server.count(refreshPath)).toBe(1))
    return { ...world, late, code }
  }

  it('a call can be aborted, and the refresh goes on for the others', async () => {
    const abort = new AbortController()
    const { tab, late, code, server, sendings } = await refreshing({ signal: abort.signal })
    const other = tab.http.get('/own/echo')
    abort.abort()
    expect(await code).toBe('ERR_CANCELED')
    late.open()
    expect((await other).status).toBe(200)
    expect(server.count(refreshPath)).toBe(1)
    expect(sendings()).toBe(3)
  })

  it('a call can be cancelled by a token of axios’s', async () => {
    const { CancelToken } = (await import('axios')).default
    const source = CancelToken.source()
    const { code, late, sendings } = await refreshing({ cancelToken: source.token })
    source.cancel('Enough.')
    expect(await code).toBe('ERR_CANCELED')
    late.open()
    await settled()
    expect(sendings()).toBe(1)
  })

  it('a call waits no longer than its timeout', async () => {
    const { browser, code, late, sendings } = await refreshing({ timeout: 5000 })
    await passing(browser.time, code)
    expect(await code).toBe('ECONNABORTED')
    late.open()
    await settled()
    expect(sendings()).toBe(1)
  })

  it('a call of the contract that is aborted says so', async () => {
    const world = await signedIn()
    const late = gate()
    world.browser.fault({ path: refreshPath, hold: late.promise })
    world.server.expireAccessTokens()
    const abort = new AbortController()
    const call = world.tab.call(routes.protected, { signal: abort.signal })
    await eventually(() => expect(world.server.count(refreshPath)).toBe(1))
    abort.abort()
    await expect(call).rejects.toMatchObject({ message: 'The request was cancelled.' })
    late.open()
  })
})

describe('a call of the contract', () => {
  it('carries what the application adds to its requests, whatever that makes of answers', async () => {
    const { tab, server } = await signedIn()
    tab.http.defaults.headers.common['X-Release'] = '7'
    tab.http.interceptors.request.use((config) => {
      config.headers.set('X-Tenant', 'blue')
      return config
    })
    tab.http.interceptors.response.use((answer) => answer.data)
    tab.http.defaults.validateStatus = () => true
    server.expireAccessTokens()
    expect(await tab.call(routes.protected)).toMatchObject({ message: 'Welcome, ada' })
    const headers = server.calls.filter(({ path }) => path === protectedPath).map((call) => call.headers)
    expect(headers).toHaveLength(2)
    for (const each of headers) expect(each).toMatchObject({ 'x-release': '7', 'x-tenant': 'blue' })
    expect(await codeOf(tab.call(routes.sessions))).toBe('not_found')
  })
})

async function* generated() {
  yield new TextEncoder().encode('a ')
  yield new TextEncoder().encode('stream')
}

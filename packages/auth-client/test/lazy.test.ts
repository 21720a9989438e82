import { routes } from '@latchkey/contracts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLazyAuthClient } from '../src/lazy.ts'
import { ada, codeOf, protectedPath, refreshPath, setUp, signedInTab, statusOf } from './support/setup.ts'

afterEach(() => void vi.doUnmock('../src/create-transport.ts'))

function withoutDownload() {
  vi.doMock('../src/create-transport.ts', () => {
    throw new TypeError('Failed to fetch dynamically imported module')
  })
}

describe('a client whose axios comes later', () => {
  it('signs in, refreshes and replays like any other', async () => {
    const { server, browser } = await setUp()
    const client = createLazyAuthClient(browser.options())
    await client.start()
    await client.login(ada)
    client.expireAccessToken()
    const { message } = await client.call(routes.protected)
    expect(message).toBe('Welcome, ada')
    expect(server.count(refreshPath)).toBe(1)
    client.expireAccessToken()
    const http = await client.http()
    expect((await http.get('/protected')).status).toBe(200)
    expect(server.count(protectedPath)).toBe(4)
  })

  it('takes a download that failed for a network that is down, and tries again', async () => {
    const { browser } = await setUp()
    const client = createLazyAuthClient(browser.options())
    await client.start()
    withoutDownload()
    client.preload()
    expect(await codeOf(client.login(ada))).toBe('network_error')
    expect(statusOf(client)).toBe('signedOut')
    vi.doUnmock('../src/create-transport.ts')
    await client.login(ada)
    expect(statusOf(client)).toBe('signedIn')
  })

  it('keeps somebody signed in who comes back while the download fails', async () => {
    const world = await setUp()
    const before = await signedInTab(world)
    before.stop()
    withoutDownload()
    const client = createLazyAuthClient(world.browser.options())
    await client.start()
    expect(statusOf(client)).toBe('restoring')
    vi.doUnmock('../src/create-transport.ts')
    await client.refresh()
    expect(statusOf(client)).toBe('signedIn')
  })
})

describe('a download that fails though the server is there', () => {
  it('is taken for a page that a newer version has replaced', async () => {
    const { browser } = await setUp()
    vi.stubGlobal('fetch', async () => new Response('<!doctype html>'))
    const outcomes: boolean[] = []
    const client = createLazyAuthClient({
      ...browser.options(),
      onOutcome: (isAnswered) => outcomes.push(isAnswered),
    })
    withoutDownload()
    expect(await codeOf(client.login(ada))).toBe('code_missing')
    expect(outcomes).toEqual([false])
    vi.unstubAllGlobals()
  })
})

describe('who wants to know whether the server can be reached', () => {
  it('is told of every request', async () => {
    const { browser } = await setUp()
    const outcomes: boolean[] = []
    const client = createLazyAuthClient({
      ...browser.options(),
      onOutcome: (isAnswered) => outcomes.push(isAnswered),
    })
    await client.start()
    expect(await codeOf(client.login({ ...ada, password: 'not the password' }))).toBe('invalid_credentials')
    await client.login(ada)
    expect(outcomes).toEqual([true, true])
    browser.fault({ path: protectedPath, lose: 'response' })
    expect(await codeOf(client.call(routes.protected))).toBe('network_error')
    expect(outcomes).toEqual([true, true, false])
  })
})

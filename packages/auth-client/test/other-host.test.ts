import { routes } from '@latchkey/contracts'
import { describe, expect, it, vi } from 'vitest'
import type { KeyStore } from '../src/key-store.ts'
import { onOtherHost } from './support/browser.ts'
import { problemBody } from './support/protocol-server.ts'
import {
  ada,
  bob,
  codeOf,
  eventually,
  gate,
  passing,
  protectedPath,
  refreshPath,
  settled,
  setUp,
  statusOf,
} from './support/setup.ts'

// The page is at app.…, the API at another host: no cookie of it can be read, and all of them are sent.

const logoutPath = '/api/logout'
const storedAs = (url: string) => `latchkey:${url}/api:session`

async function elsewhere() {
  const world = await setUp()
  const open = (more = {}) => world.browser.tab({ ...onOtherHost, ...more })
  return { ...world, open }
}

async function signedIn(world: Awaited<ReturnType<typeof elsewhere>>) {
  const tab = world.open()
  await tab.start()
  await tab.login(ada)
  return tab
}

describe('a page on another host than the API', () => {
  it('asks once who is signed in, and with nobody shows no key and looks like no thief', async () => {
    const { server, open } = await elsewhere()
    const tab = open()
    await tab.start()
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'anonymous' })
    expect(server.calls.map(({ path }) => path)).toEqual([refreshPath])
    expect(server.calls[0]?.headers).not.toHaveProperty('x-refresh-key')
    tab.wake()
    await settled()
    expect(server.calls).toHaveLength(1)
  })

  it('stays signed in over reloads, in one session, by a key', async () => {
    const world = await elsewhere()
    const first = await signedIn(world)
    expect(first.getState()).toMatchObject({ status: 'signedIn', isKept: true })
    for (let reload = 0; reload < 12; reload += 1) {
      const next = world.open()
      expect(statusOf(next)).toBe('restoring')
      await next.start()
      expect(statusOf(next)).toBe('signedIn')
      next.stop()
    }
    expect(world.server.sessions.size).toBe(1)
    expect([...world.server.sessions.values()][0]).toMatchObject({ generation: 12, revoked: false })
    expect(world.server.securityEvents).toEqual([])
  })

  it('refreshes and replays after the token has expired', async () => {
    const world = await elsewhere()
    const tab = await signedIn(world)
    world.server.expireAccessTokens()
    const refreshesBefore = world.server.count(refreshPath)
    expect((await tab.call(routes.protected)).message).toBe('Welcome, ada')
    expect(world.server.count(refreshPath)).toBe(refreshesBefore + 1)
    expect(world.server.count(protectedPath)).toBe(2)
  })

  it.each(['response', 'body'] as const)('loses the %s of a refresh, and goes on', async (lose) => {
    const world = await elsewhere()
    const tab = await signedIn(world)
    world.browser.fault({ path: refreshPath, lose })
    expect(await codeOf(tab.refresh())).toBe('network_error')
    expect(tab.getState()).toMatchObject({ status: 'signedIn', problem: { code: 'network_error' } })
    await tab.refresh()
    expect(tab.getState()).toMatchObject({ status: 'signedIn', problem: null })
    expect(world.server.securityEvents).toEqual([])
  })

  it('loses the answer to a sign-in, and is signed in', async () => {
    const { server, browser, open } = await elsewhere()
    const tab = open()
    await tab.start()
    browser.fault({ path: '/api/login', lose: 'body' })
    const login = tab.login(ada)
    await passing(browser.time, login)
    expect(await login).toMatchObject({ username: 'ada' })
    expect(server.securityEvents).toEqual([])
    expect(browser.keyStore.ids()).toEqual([...server.sessions.keys()])
  })

  it('finds its session by its key when what it stored was cleared', async () => {
    const world = await elsewhere()
    const tab = await signedIn(world)
    tab.stop()
    world.browser.storage.removeItem(storedAs(world.url))
    const next = world.open()
    expect(statusOf(next)).toBe('signedOut')
    await next.start()
    expect(next.getState()).toMatchObject({ status: 'signedIn', user: { username: 'ada' } })
    expect(world.server.securityEvents).toEqual([])
  })

  it('works where the browser stores nothing at all, in every tab', async () => {
    const world = await elsewhere()
    const bare = { storage: null }
    const tab = world.open(bare)
    await tab.start()
    await tab.login(ada)
    const other = world.open(bare)
    await other.start()
    expect(statusOf(other)).toBe('signedIn')
    await tab.logout()
    await eventually(() => expect(statusOf(other)).toBe('signedOut'))
  })

  it('stays signed in where the browser stores nothing more', async () => {
    const world = await elsewhere()
    const { storage } = world.browser
    const full = {
      ...storage,
      setItem() {
        throw new DOMException('full', 'QuotaExceededError')
      },
    }
    const tab = world.open({ storage: full })
    await tab.start()
    await tab.login(ada)
    await tab.refresh()
    await tab.refresh()
    expect(tab.getState()).toMatchObject({ status: 'signedIn', user: { username: 'ada' }, isKept: true })
    // What another tab could store since then is newer.
    const other = world.open()
    await other.start()
    await other.login(bob)
    await eventually(() => expect(tab.getState()).toMatchObject({ user: { username: 'bob' } }))
    expect(world.server.securityEvents).toEqual([])
  })

  it('what it asks before it is known who is signed in is answered as that session', async () => {
    const world = await elsewhere()
    const tab = await signedIn(world)
    tab.stop()
    world.browser.storage.removeItem(storedAs(world.url))
    const next = world.open()
    const late = gate()
    world.browser.fault({ path: protectedPath, hold: late.promise })
    const early = next.call(routes.protected)
    await eventually(() => expect(world.server.count(protectedPath)).toBe(1))
    await next.start()
    late.open()
    expect((await early).message).toBe('Welcome, ada')
  })

  it('follows its other tabs: a token, a sign-out, another sign-in', async () => {
    const world = await elsewhere()
    const tab = await signedIn(world)
    const other = world.open()
    await other.start()
    await settled()
    const refreshes = world.server.count(refreshPath)
    await tab.refresh()
    await settled()
    await other.call(routes.protected)
    expect(world.server.count(refreshPath)).toBe(refreshes + 1)
    await tab.logout()
    await eventually(() => expect(other.getState()).toMatchObject({ reason: 'signedOut' }))
    await tab.login(bob)
    await eventually(() => expect(other.getState()).toMatchObject({ user: { username: 'bob' } }))
  })

  it('believes a definitive verdict, and says why', async () => {
    const world = await elsewhere()
    const tab = await signedIn(world)
    world.server.revokeAll()
    expect(await codeOf(tab.refresh())).toBe('refresh_token_revoked')
    expect(tab.getState()).toMatchObject({ reason: 'ended', code: 'refresh_token_revoked' })
    const next = world.open()
    expect(statusOf(next)).toBe('signedOut')
  })

  it('whose cookies the browser does not keep says so at the sign-in', async () => {
    const world = await elsewhere()
    const tab = world.open()
    await tab.start()
    world.server.answerNext(refreshPath, 401, problemBody(401, 'refresh_token_missing'))
    await tab.login(ada)
    expect(tab.getState()).toMatchObject({ status: 'signedIn', isKept: false })
    expect(tab.text()).toContain('This browser kept no cookie')
  })
})

function memoryKeyStore(): KeyStore {
  const kept = new Map<string, CryptoKey>()
  return {
    put: async (id, key) => void kept.set(id, key),
    async rename(from, to) {
      const key = kept.get(from)
      if (key) kept.set(to, key)
      kept.delete(from)
    },
    delete: async (ids) => ids.forEach((id) => void kept.delete(id)),
    all: async () => [...kept].map(([id, key], order) => ({ id, key, order })),
  }
}

describe('beside a page of the API itself', () => {
  /** It has the same cookies, and a store of its own for keys. */
  async function beside(world: Awaited<ReturnType<typeof elsewhere>>) {
    const keys = { put: async () => {}, rename: async () => {}, delete: async () => {}, all: async () => [] }
    const own = world.browser.tab({ keyStore: keys, openChannel: () => null, storage: null })
    await own.login(bob)
    return own
  }

  it('shows it no key of its own, and is signed out without an alarm when somebody signs in there', async () => {
    const world = await elsewhere()
    const tab = await signedIn(world)
    await beside(world)
    await codeOf(tab.refresh())
    expect(statusOf(tab)).toBe('signedOut')
    expect(tab.text()).toContain('on a page of another host')
    expect(world.server.securityEvents).toEqual([])
    const sessions = [...world.server.sessions.values()]
    expect(sessions.find(({ username }) => username === 'bob')).toMatchObject({ revoked: false })
  })

  it('shows it no key of a sign-in that came to nothing', async () => {
    const world = await elsewhere()
    const before = world.open()
    await before.start()
    world.browser.fault({ path: '/api/login', lose: 'request' })
    expect(await codeOf(before.login(ada))).toBe('network_error')
    before.stop()
    const own = world.browser.tab({
      keyStore: memoryKeyStore(),
      openChannel: () => null,
      storage: null,
    })
    await own.login(ada)
    const tab = world.open()
    await passing(world.browser.time, tab.start())
    expect(statusOf(tab)).toBe('signedOut')
    await own.refresh()
    expect(statusOf(own)).toBe('signedIn')
    expect(world.server.securityEvents).toEqual([])
  })

  it('does not touch the session that it finds there', async () => {
    const world = await elsewhere()
    const own = await beside(world)
    const tab = world.open()
    await tab.start()
    expect(statusOf(tab)).toBe('signedOut')
    await own.refresh()
    expect(statusOf(own)).toBe('signedIn')
    expect(world.server.securityEvents).toEqual([])
  })

  it('signs out its own session alone', async () => {
    const world = await elsewhere()
    const tab = await signedIn(world)
    const own = await beside(world)
    await tab.logout()
    expect(world.server.count(logoutPath)).toBe(1)
    expect(world.browser.jar.session()).not.toBeNull()
    await own.refresh()
    expect(statusOf(own)).toBe('signedIn')
  })
})

it('on another port of the API’s host the cookie is read, as on its own page', async () => {
  const { url, server, browser } = await setUp()
  const tab = browser.tab({ pageOrigin: 'http://127.0.0.1:5173' })
  await tab.start()
  expect(server.calls).toEqual([])
  await tab.login(ada)
  expect(browser.storage.getItem(storedAs(url))).toBeNull()
  const next = browser.tab({ pageOrigin: 'http://127.0.0.1:5173' })
  await next.start()
  expect(statusOf(next)).toBe('signedIn')
})

describe('an API that gives no answer', () => {
  const answering = (allowed: RequestCredentials[]) =>
    vi.fn(async (_url: string, credentials: RequestCredentials) => {
      if (!allowed.includes(credentials)) throw new TypeError('Failed to fetch')
    })

  it.each([
    ['that takes requests of pages elsewhere, but not of this one', ['omit'], 'origin_refused'],
    ['that would have taken it', ['include', 'omit'], 'network_error'],
    ['that is away', [], 'network_error'],
  ] as const)('%s', async (_, allowed, code) => {
    const { browser, open } = await elsewhere()
    browser.network.offline = true
    const tab = open({ reach: answering([...allowed]) })
    await tab.start()
    expect(await codeOf(tab.login(ada))).toBe(code)
    expect(tab.text().includes('CLIENT_URL')).toBe(code === 'origin_refused')
  })

  it('that lets nobody sign in on a page of another site says so', async () => {
    const { server, open } = await elsewhere()
    const refusal = problemBody(403, 'cross_site_page', 'This page is on another site.')
    server.answerNext(refreshPath, 403, refusal)
    server.answerNext('/api/login', 403, refusal)
    const tab = open()
    await tab.start()
    expect(tab.text()).toContain('This page is on another site.')
    await expect(tab.login(ada)).rejects.toThrow('This page is on another site.')
    expect(statusOf(tab)).toBe('signedOut')
  })
})

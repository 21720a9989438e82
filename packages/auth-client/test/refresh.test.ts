import { routes } from '@latchkey/contracts'
import { describe, expect, it } from 'vitest'
import { problemBody } from './support/protocol-server.ts'
import {
  ada,
  bob,
  codeOf,
  eventually,
  gate,
  refreshPath,
  settled,
  setUp,
  signedInTab,
  statusOf,
} from './support/setup.ts'

const day = 24 * 3600 * 1000

describe('a session is not lost', () => {
  it('when the response is lost and the next try comes two days later', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.browser.fault({ path: refreshPath, lose: 'response' })
    expect(await codeOf(tab.refresh())).toBe('network_error')
    expect(tab.getState()).toMatchObject({ status: 'signedIn', problem: { code: 'network_error' } })
    tab.stop()
    world.browser.time.advance(2 * day)
    const later = world.browser.tab()
    await later.start()
    expect(statusOf(later)).toBe('signedIn')
    expect(world.server.securityEvents).toEqual([])
  })

  it('when two responses arrive in reverse order', async () => {
    const world = await setUp()
    const alone = { locks: null, openChannel: () => null }
    await signedInTab(world)
    const [a, b] = [world.browser.tab(alone), world.browser.tab(alone)]
    const late = gate()
    world.browser.fault({ path: refreshPath, hold: late.promise })
    const first = a.start()
    await eventually(() => expect(world.server.count(refreshPath)).toBe(1))
    await b.start()
    await b.refresh()
    expect(world.browser.jar.session()).toMatch(/\.2$/)
    late.open()
    await first
    expect(world.browser.jar.session()).toMatch(/\.1$/)
    await a.refresh()
    await b.refresh()
    expect([statusOf(a), statusOf(b)]).toEqual(['signedIn', 'signedIn'])
    expect(world.server.securityEvents).toEqual([])
  })

  it('when its cookie is older than the generations that the server remembers', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const old = world.browser.jar.snapshot()
    for (let turn = 0; turn < 12; turn += 1) await tab.refresh()
    world.browser.jar.restore(old)
    await tab.refresh()
    expect(statusOf(tab)).toBe('signedIn')
    expect(world.browser.jar.session()).toMatch(/\.12$/)
    expect(world.server.securityEvents).toEqual([])
  })

  it('when the server has restored a backup, and knows older generations than the cookie', async () => {
    const world = await setUp()
    const a = await signedInTab(world)
    const b = world.browser.tab()
    await b.start()
    const restore = world.server.backUp()
    for (let turn = 0; turn < 12; turn += 1) await (turn % 2 ? a : b).refresh()
    restore()
    await a.refresh()
    await b.refresh()
    expect([statusOf(a), statusOf(b)]).toEqual(['signedIn', 'signedIn'])
  })

  it('when a verdict meets a cookie that has moved on meanwhile', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const other = world.browser.tab({ locks: null, openChannel: () => null })
    await other.start()
    const late = gate()
    world.server.answerNext(refreshPath, 403, problemBody(403, 'refresh_token_reused'))
    world.browser.fault({ path: refreshPath, hold: late.promise })
    const refreshing = tab.refresh()
    // It first waits for the token of the other tab, which cannot speak.
    await settled()
    world.browser.time.advance(250)
    await eventually(() => expect(world.server.count(refreshPath)).toBe(2))
    await other.refresh()
    late.open()
    await refreshing
    expect(statusOf(tab)).toBe('signedIn')
  })

  it('nor exchanged for another when an answer belongs to a session that the cookie does not name', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const ofBob = world.server.handle({ method: 'POST', path: '/api/login', headers: {}, body: bob })
    world.server.answerNext(refreshPath, 200, ofBob.body)
    await tab.refresh()
    expect(tab.getState()).toMatchObject({ status: 'signedIn', user: { username: 'ada' } })
    expect(world.server.count(refreshPath)).toBe(2)
  })

  it('nor suspected when the cookie moves on while the proof is being made', async () => {
    const world = await setUp()
    const first = await signedInTab(world)
    const other = world.browser.tab({ locks: null, openChannel: () => null })
    let isOvertaken = false
    const tab = world.browser.tab({
      keyStore: {
        ...world.browser.keyStore,
        async all() {
          if (!isOvertaken) await other.start()
          isOvertaken = true
          return await world.browser.keyStore.all()
        },
      },
    })
    await tab.start()
    expect([first, other, tab].map(statusOf)).toEqual(['signedIn', 'signedIn', 'signedIn'])
    expect(world.server.securityEvents).toEqual([])
  })

  it('when a late answer to the old session arrives after another tab signed in afresh', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const late = gate()
    world.server.answerNext(refreshPath, 403, problemBody(403, 'refresh_token_revoked'))
    world.browser.fault({ path: refreshPath, hold: late.promise })
    const refreshing = codeOf(tab.refresh())
    await eventually(() => expect(world.server.count(refreshPath)).toBe(1))
    const other = world.browser.tab({ locks: null })
    await other.start()
    await other.login(ada)
    late.open()
    await refreshing
    await settled()
    expect([statusOf(tab), statusOf(other)]).toEqual(['signedIn', 'signedIn'])
    expect((await tab.call(routes.protected)).message).toBe('Welcome, ada')
  })
})

describe('a session ends', () => {
  it.each([
    [401, 'refresh_token_missing'],
    [403, 'refresh_token_expired'],
    [403, 'refresh_token_revoked'],
    [403, 'refresh_token_locked'],
  ])('on %i %s, in every tab, with the readable cookie and the key gone', async (status, code) => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const other = world.browser.tab()
    await other.start()
    await settled()
    world.server.answerNext(refreshPath, status, problemBody(status, code, 'A plain sentence.'))
    await expect(tab.refresh()).rejects.toMatchObject({ code, message: 'A plain sentence.' })
    const ended = { status: 'signedOut', reason: 'ended', code }
    expect(tab.getState()).toEqual(ended)
    await eventually(() => expect(other.getState()).toEqual(ended))
    expect(world.browser.jar.session()).toBeNull()
    expect(world.browser.keyStore.ids()).toEqual([])
  })
})

describe('a passing failure signs nobody out', () => {
  it.each([
    ['a database that is down', 503, problemBody(503, 'database_unavailable')],
    ['a proxy that is alone', 502, '<html>'],
    ['a rate limit', 429, problemBody(429, 'rate_limited')],
    ['an error of ours', 500, problemBody(500, 'internal_error')],
    ['a malformed lock', 400, problemBody(400, 'refresh_lock_malformed')],
    ['a cross-site check gone wrong', 403, problemBody(403, 'cross_site_request')],
    ['a proxy that wants a password', 401, 'Proxy login'],
    ['a captive portal', 200, '<html>'],
    ['an empty object', 200, {}],
  ])('%s', async (_name, status, body) => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.server.answerNext(refreshPath, status, body)
    await codeOf(tab.refresh())
    expect(tab.getState()).toMatchObject({ status: 'signedIn', problem: { status } })
    world.browser.time.advance(1000)
    await eventually(() => expect(tab.getState()).toMatchObject({ status: 'signedIn', problem: null }))
    expect(world.server.count(refreshPath)).toBe(2)
  })

  it('a server that never answers', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.browser.fault({ path: refreshPath, hold: new Promise(() => {}) })
    const refreshing = codeOf(tab.refresh())
    await eventually(() => expect(world.server.count(refreshPath)).toBe(1))
    world.browser.time.advance(10_000)
    expect(await refreshing).toBe('timeout')
    expect(statusOf(tab)).toBe('signedIn')
  })

  it('and the page opened during it recovers by itself', async () => {
    const world = await setUp()
    await signedInTab(world)
    const tab = world.browser.tab()
    world.browser.network.offline = true
    await tab.start()
    expect(tab.getState()).toMatchObject({ status: 'restoring', problem: { code: 'network_error' } })
    world.browser.network.offline = false
    world.browser.time.advance(1000)
    tab.wake()
    await eventually(() => expect(statusOf(tab)).toBe('signedIn'))
  })

  it('and is retried less and less often, but not before Retry-After', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const busy = problemBody(429, 'rate_limited')
    world.server.answerNext(refreshPath, 429, busy, { 'retry-after': '30' })
    await codeOf(tab.refresh())
    expect(tab.getState()).toMatchObject({ problem: { retryAfterSeconds: 30 } })
    world.browser.time.advance(29_000)
    tab.wake()
    await settled()
    expect(world.server.count(refreshPath)).toBe(1)
    world.browser.time.advance(3000)
    await eventually(() => expect(world.server.count(refreshPath)).toBe(2))
    await eventually(() => expect(tab.getState()).toMatchObject({ problem: null }))
  })

  it('measures a Retry-After date by the server’s own clock', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const headers = {
      date: 'Wed, 21 Oct 2015 07:28:00 GMT',
      'retry-after': 'Wed, 21 Oct 2015 07:28:20 GMT',
    }
    world.server.answerNext(refreshPath, 503, problemBody(503, 'shutting_down'), headers)
    await codeOf(tab.refresh())
    expect(tab.getState()).toMatchObject({ problem: { retryAfterSeconds: 20 } })
  })

  it('and requests that need a token meanwhile fail with its reason, without asking again', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.server.expireAccessTokens()
    const down = problemBody(503, 'database_unavailable', 'The database is down.')
    world.server.answerNext(refreshPath, 503, down, { 'retry-after': '5' })
    for (let turn = 0; turn < 5; turn += 1) {
      await expect(tab.call(routes.protected)).rejects.toMatchObject({ code: 'database_unavailable' })
    }
    expect(world.server.count(refreshPath)).toBe(1)
  })

  it('backs off exponentially', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.browser.network.offline = true
    await codeOf(tab.refresh())
    const waits: number[] = []
    for (let turn = 0; turn < 8; turn += 1) {
      const wait = Math.max(...world.browser.time.waiting())
      const before = tab.getState()
      waits.push(wait)
      world.browser.time.advance(wait)
      await eventually(() => expect(tab.getState()).not.toBe(before))
    }
    expect(waits).toEqual([750, 1500, 3000, 6000, 12_000, 24_000, 45_000, 45_000])
    expect(statusOf(tab)).toBe('signedIn')
  })
})

describe('without Web Locks', () => {
  it('tabs that refresh at once both stay signed in', async () => {
    const world = await setUp()
    await signedInTab(world)
    const tabs = Array.from({ length: 5 }, () => world.browser.tab({ locks: null, openChannel: () => null }))
    await Promise.all(tabs.map((tab) => tab.start()))
    await Promise.all(tabs.map((tab) => tab.refresh()))
    expect(tabs.map(statusOf)).toEqual(Array(5).fill('signedIn'))
    expect(world.server.securityEvents).toEqual([])
  })

  it('a tab that hangs in the lock delays the others by ten seconds at most', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const other = world.browser.tab({
      locks: {
        request: (_name, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    })
    const starting = other.start()
    await settled()
    expect(world.server.count(refreshPath)).toBe(0)
    world.browser.time.advance(10_000)
    await starting
    expect([statusOf(tab), statusOf(other)]).toEqual(['signedIn', 'signedIn'])
  })
})

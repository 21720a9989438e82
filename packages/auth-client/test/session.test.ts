import { routes } from '@latchkey/contracts'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Tab } from './support/browser.ts'
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
  signedInTab,
  statusOf,
} from './support/setup.ts'

const day = 24 * 3600 * 1000

function claimsOf(tab: Tab) {
  const state = tab.getState()
  if (state.status !== 'signedIn') throw new Error(`the tab is ${state.status}`)
  return state.accessToken.claims
}

describe('opening a page', () => {
  it('as nobody calls nothing at all', async () => {
    const { server, browser } = await setUp()
    const tab = browser.tab()
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'anonymous' })
    await tab.start()
    tab.wake()
    await settled()
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'anonymous' })
    expect(server.calls).toEqual([])
  })

  it('with a session cookie signs in by one refresh, even when started twice, stopped and started', async () => {
    const world = await setUp()
    await signedInTab(world)
    const tab = world.browser.tab()
    expect(statusOf(tab)).toBe('restoring')
    const starts = [tab.start(), tab.start()]
    tab.stop()
    starts.push(tab.start())
    await Promise.all(starts)
    expect(tab.getState()).toMatchObject({ status: 'signedIn', user: { username: 'ada' }, problem: null })
    expect(world.server.count(refreshPath)).toBe(1)
  })

  it('makes early requests wait for the silent sign-in instead of failing', async () => {
    const world = await setUp()
    await signedInTab(world)
    const tab = world.browser.tab()
    const early = tab.call(routes.protected)
    await tab.start()
    expect((await early).message).toBe('Welcome, ada')
    expect(world.server.count(refreshPath)).toBe(1)
    expect(world.server.count(protectedPath)).toBe(1)
  })

  it('keeps the same state object until something changes', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const listener = vi.fn()
    tab.subscribe(listener)
    const before = tab.getState()
    await tab.call(routes.protected)
    expect(tab.getState()).toBe(before)
    expect(listener).not.toHaveBeenCalled()
    await tab.refresh()
    expect(tab.getState()).not.toBe(before)
  })
})

describe('registering', () => {
  it('signs in', async () => {
    const { browser } = await setUp()
    const tab = browser.tab()
    await tab.start()
    const user = await tab.register({ username: 'eve', email: 'eve@example.com', password: ada.password })
    expect(user).toMatchObject({ username: 'eve' })
    expect(statusOf(tab)).toBe('signedIn')
  })

  it('where the address is to be confirmed first makes the account, and signs nobody in', async () => {
    const { server, browser } = await setUp()
    const tab = browser.tab()
    await tab.start()
    const eve = {
      id: 'eve',
      username: 'eve',
      email: 'eve@example.com',
      emailVerified: false,
      roles: ['user'],
    }
    const body = { username: 'eve', email: 'eve@example.com', password: ada.password }
    server.answerNext('/api/register', 201, { message: 'Sign in.', user: eve, next: 'sign_in' })
    expect(await tab.register(body)).toMatchObject({ user: eve, next: 'sign_in' })
    // As the release before this one said it.
    server.answerNext('/api/register', 201, { message: 'Check your email.', user: eve })
    expect(await tab.register(body)).toMatchObject({ user: eve, next: 'confirm_email' })
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'anonymous' })
    await tab.login(ada)
    expect(statusOf(tab)).toBe('signedIn')
  })

  it('by an answer that holds neither tokens nor an account fails', async () => {
    const { server, browser } = await setUp()
    const tab = browser.tab()
    await tab.start()
    server.answerNext('/api/register', 201, { message: 'Done.' })
    const eve = { username: 'eve', email: 'eve@example.com', password: ada.password }
    expect(await codeOf(tab.register(eve))).toBe('unexpected_answer')
    expect(statusOf(tab)).toBe('signedOut')
  })
})

describe('signing in with a second factor', () => {
  const outstanding = { message: 'One more step.', ticket: 'a-ticket', methods: ['totp'], expiresIn: 300 }
  const code = { ticket: 'a-ticket', method: 'totp', code: '123456' } as const
  async function halfway() {
    const world = await setUp()
    const tab = world.browser.tab()
    await tab.start()
    world.server.answerNext('/api/login', 202, outstanding)
    expect(await tab.login(ada)).toEqual(outstanding)
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'anonymous' })
    return { ...world, tab }
  }

  it('opens nothing before the second step, and sends a fresh lock with that', async () => {
    const { server, tab } = await halfway()
    expect(await tab.loginFactor(code)).toMatchObject({ username: 'ada' })
    expect(statusOf(tab)).toBe('signedIn')
    const [first, second] = server.calls.filter(({ path }) => path.startsWith('/api/login'))
    expect(second?.headers['x-refresh-lock']).toMatch(/^[\w-]{43}$/)
    expect(second?.headers['x-refresh-lock']).not.toBe(first?.headers['x-refresh-lock'])
    expect(second?.body).toEqual(code)
    await tab.refresh()
    expect(statusOf(tab)).toBe('signedIn')
  })

  it('leaves nobody signed in when the code is wrong, and takes the next one', async () => {
    const { server, tab } = await halfway()
    server.answerNext('/api/login/factor', 401, problemBody(401, 'factor_invalid'))
    expect(await codeOf(tab.loginFactor(code))).toBe('factor_invalid')
    expect(statusOf(tab)).toBe('signedOut')
    await tab.loginFactor(code)
    expect(statusOf(tab)).toBe('signedIn')
  })

  it('hands over the recovery codes of whoever set it up on the way', async () => {
    const { server, tab } = await halfway()
    expect(await tab.loginEnrol({ ticket: 'a-ticket', code: '123456' })).toEqual({
      recoveryCodes: ['aaaa', 'bbbb'],
    })
    expect(statusOf(tab)).toBe('signedIn')
    expect(server.calls.at(-1)?.path).toBe('/api/login/enrol/confirm')
  })
})

describe('the timer', () => {
  it('renews shortly before the token expires', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.browser.time.advance(800_000)
    await settled()
    expect(world.server.count(refreshPath)).toBe(0)
    world.browser.time.advance(50_000)
    await eventually(() => expect(world.server.count(refreshPath)).toBe(1))
    await settled()
    expect(statusOf(tab)).toBe('signedIn')
  })

  it.each([1, 0, -5])('does not storm when tokens live for %i s', async (expiresIn) => {
    const world = await setUp()
    world.server.settings.expiresIn = expiresIn
    await signedInTab(world)
    for (let second = 0; second < 60; second += 1) {
      world.browser.time.advance(1000)
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    await settled()
    expect(world.server.count(refreshPath)).toBeLessThanOrEqual(6)
  })

  it('survives a lifetime longer than timers can count', async () => {
    const world = await setUp()
    world.server.settings.expiresIn = 90 * 24 * 3600
    await signedInTab(world)
    expect(Math.max(...world.browser.time.waiting())).toBeLessThan(2 ** 31)
    world.browser.time.advance(3600_000)
    await settled()
    expect(world.server.count(refreshPath)).toBe(0)
  })

  it('is gone after stop', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    tab.stop()
    world.browser.time.advance(day)
    await settled()
    expect(world.server.count(refreshPath)).toBe(0)
  })
})

describe('a clock that is wrong', () => {
  it.each([day, -day])('by %i ms from the start changes nothing', async (offset) => {
    const world = await setUp()
    world.browser.time.setWallClock(offset)
    const tab = await signedInTab(world)
    const other = world.browser.tab()
    await other.start()
    await tab.call(routes.protected)
    tab.wake()
    other.wake()
    await settled()
    expect(world.server.count(refreshPath)).toBe(1)
    expect([statusOf(tab), statusOf(other)]).toEqual(['signedIn', 'signedIn'])
  })

  it.each([day, -day])('by a sudden %i ms costs at most one refresh', async (jump) => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.browser.time.advance(20_000)
    world.browser.time.setWallClock(jump)
    for (let look = 0; look < 10; look += 1) {
      tab.wake()
      await settled()
    }
    expect(world.server.count(refreshPath)).toBeLessThanOrEqual(1)
    expect(statusOf(tab)).toBe('signedIn')
  })

  it('because the machine slept is noticed when the page is looked at', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    // Asleep: the wall clock went on, the monotonic one stood still.
    world.browser.time.setWallClock(3600_000)
    tab.wake()
    await eventually(() => expect(world.server.count(refreshPath)).toBe(1))
  })
})

describe('signing out', () => {
  it('ends the session here, on the server, and in the key store', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    await tab.logout()
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'signedOut' })
    expect(world.browser.jar.header()).toBe('')
    expect(world.browser.keyStore.ids()).toEqual([])
    expect([...world.server.sessions.values()].map(({ revoked }) => revoked)).toEqual([true])
    expect(world.browser.storage.size()).toBe(0)
  })

  it('beats a refresh in flight, even when its cookies arrive afterwards', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const late = gate()
    world.browser.fault({ path: refreshPath, hold: late.promise, cookiesOutliveAbort: true })
    const refreshing = codeOf(tab.refresh())
    await eventually(() => expect(world.server.count(refreshPath)).toBe(1))
    const leaving = tab.logout()
    expect(statusOf(tab)).toBe('signedOut')
    await leaving
    late.open()
    await settled()
    expect(await refreshing).toBe('signed_out')
    world.browser.time.advance(1000)
    expect(world.browser.jar.session()).toBeNull()
    tab.wake()
    await settled()
    expect(statusOf(tab)).toBe('signedOut')
    expect(world.server.count(refreshPath)).toBe(1)
  })

  it('voids requests in flight, whatever they are answered', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const late = gate()
    world.browser.fault({ path: protectedPath, hold: late.promise })
    const good = codeOf(tab.call(routes.protected))
    await eventually(() => expect(world.server.count(protectedPath)).toBe(1))
    world.server.expireAccessTokens()
    world.browser.fault({ path: protectedPath, hold: late.promise })
    const refused = codeOf(tab.call(routes.protected))
    await eventually(() => expect(world.server.count(protectedPath)).toBe(2))
    await tab.logout()
    late.open()
    expect(await Promise.all([good, refused])).toEqual(['signed_out', 'signed_out'])
    expect(world.server.count(refreshPath)).toBe(0)
  })

  it('while a sign-in is in flight ends that session too', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const late = gate()
    world.browser.fault({ path: '/api/login', hold: late.promise })
    const signingIn = codeOf(tab.login(bob))
    await eventually(() => expect(world.server.count('/api/login')).toBe(2))
    const leaving = tab.logout()
    late.open()
    expect(await signingIn).toBe('signed_out')
    await leaving
    expect(statusOf(tab)).toBe('signedOut')
    expect(world.browser.jar.session()).toBeNull()
    expect([...world.server.sessions.values()].at(-1)?.revoked).toBe(true)
  })

  it('while a sign-in is in flight does not end the session that another tab begins', async () => {
    const world = await setUp()
    const [tab, other] = [world.browser.tab(), world.browser.tab()]
    await Promise.all([tab.start(), other.start()])
    const late = gate()
    world.browser.fault({ path: '/api/login', hold: late.promise })
    const signingIn = codeOf(tab.login(bob))
    await eventually(() => expect(world.server.count('/api/login')).toBe(1))
    const next = other.login(ada)
    await tab.logout()
    late.open()
    await passing(world.browser.time, Promise.all([signingIn, next]))
    expect(await signingIn).toBe('signed_out')
    expect([...world.server.sessions.values()].at(-1)?.revoked).toBe(false)
    expect(other.getState()).toMatchObject({ status: 'signedIn', user: { username: 'ada' } })
  })

  it('while a sign-in is in flight whose answer is lost ends that session too', async () => {
    const world = await setUp()
    const tab = world.browser.tab()
    await tab.start()
    const late = gate()
    world.browser.fault({ path: '/api/login', hold: late.promise, lose: 'body' })
    const signingIn = codeOf(tab.login(bob))
    await eventually(() => expect(world.server.count('/api/login')).toBe(1))
    await tab.logout()
    late.open()
    await passing(world.browser.time, signingIn)
    expect(await signingIn).toBe('signed_out')
    expect(statusOf(tab)).toBe('signedOut')
    expect(world.browser.jar.session()).toBeNull()
    expect([...world.server.sessions.values()].at(-1)?.revoked).toBe(true)
  })

  it('works offline at once, and the server hears of it later', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.browser.network.offline = true
    await tab.logout()
    expect(statusOf(tab)).toBe('signedOut')
    expect(world.browser.jar.session()).toBeNull()
    expect(tab.text()).toContain('the server has not heard of it')
    world.browser.network.offline = false
    world.browser.time.advance(1000)
    await eventually(() => expect(world.browser.jar.header()).toBe(''))
    expect([...world.server.sessions.values()][0]?.revoked).toBe(true)
  })

  it('that the server never heard of is not forgotten when a sign-in fails', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.browser.network.offline = true
    await tab.logout()
    await codeOf(tab.login(ada))
    world.browser.network.offline = false
    expect(await codeOf(tab.login({ ...ada, password: 'wrong' }))).toBe('invalid_credentials')
    await eventually(() => expect([...world.server.sessions.values()][0]?.revoked).toBe(true))
    expect(world.browser.storage.size()).toBe(0)
  })

  it('that the server refused for now is tried again after a sign-in that fails', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    for (let turn = 0; turn < 2; turn += 1)
      world.server.answerNext('/api/logout', 503, problemBody(503, 'database_unavailable'))
    await tab.logout()
    expect(await codeOf(tab.login({ ...ada, password: 'wrong' }))).toBe('invalid_credentials')
    world.browser.time.advance(60_000)
    await eventually(() => expect([...world.server.sessions.values()][0]?.revoked).toBe(true))
  })

  it('that the server never heard of is finished by the next page, which signs nobody in', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.browser.network.offline = true
    await tab.logout()
    tab.stop()
    world.browser.network.offline = false
    const next = world.browser.tab()
    await next.start()
    await eventually(() => expect(world.browser.storage.size()).toBe(0))
    expect(statusOf(next)).toBe('signedOut')
    expect(world.server.count(refreshPath)).toBe(0)
    expect([...world.server.sessions.values()][0]?.revoked).toBe(true)
  })

  it('is not taken for done where the browser kept no cookie, until the access token is over', async () => {
    const world = await setUp()
    const tab = world.browser.tab({ cookies: { read: () => '', write: () => {} } })
    await tab.start()
    await tab.login(ada)
    expect(tab.getState()).toMatchObject({ status: 'signedIn', isKept: false })
    tab.wake()
    await settled()
    expect(statusOf(tab)).toBe('signedIn')
    await tab.refresh().catch(() => undefined)
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'notKept' })
  })

  it('that the server never heard of does not end what was begun where the page reads no cookie', async () => {
    const world = await setUp()
    const cookies = { read: () => '', write: () => {} }
    const tab = world.browser.tab({ cookies })
    await tab.start()
    await tab.login(ada)
    for (let turn = 0; turn < 2; turn += 1)
      world.server.answerNext('/api/logout', 503, problemBody(503, 'database_unavailable'))
    await tab.logout()
    await tab.login(bob)
    world.browser.time.advance(120_000)
    await settled()
    const [, next] = [...world.server.sessions.values()]
    expect(next).toMatchObject({ username: 'bob', revoked: false })
  })

  it('is not told again while a sign-in is under way', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    for (let turn = 0; turn < 2; turn += 1)
      world.server.answerNext('/api/logout', 503, problemBody(503, 'database_unavailable'))
    await tab.logout()
    const slow = gate()
    world.browser.fault({ path: '/api/login', hold: slow.promise })
    const signingIn = tab.login(bob)
    await eventually(() => expect(world.server.count('/api/login')).toBe(2))
    for (let turn = 0; turn < 15; turn += 1) {
      world.browser.time.advance(1000)
      await settled()
    }
    slow.open()
    await signingIn
    expect(world.server.count('/api/logout')).toBe(2)
    expect((await tab.call(routes.protected)).message).toBe('Welcome, bob')
    expect(world.browser.jar.session()).not.toBeNull()
  })

  it('that the server never heard of does not end the session of whoever signs in next', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    world.browser.network.offline = true
    await tab.logout()
    world.browser.network.offline = false
    world.server.answerNext('/api/logout', 503, problemBody(503, 'database_unavailable'))
    await tab.login(bob)
    world.browser.time.advance(120_000)
    await settled()
    expect((await tab.call(routes.protected)).message).toBe('Welcome, bob')
    expect(world.server.count('/api/logout')).toBe(1)
  })
})

describe('a listener that throws', () => {
  it('stops neither a sign-in nor a sign-out, and is heard of', async () => {
    const thrown = uncaught()
    const world = await setUp()
    const tab = world.browser.tab()
    const other = world.browser.tab()
    const listeners = [vi.fn(), vi.fn()]
    const broken = (what: string) => () => {
      throw new Error(what)
    }
    tab.subscribe(broken('state'))
    tab.subscribeLog(broken('log'))
    tab.subscribe(listeners[0] as () => void)
    tab.subscribeLog(listeners[1] as () => void)
    await Promise.all([tab.start(), other.start()])
    expect(await tab.login(ada)).toMatchObject({ username: 'ada' })
    await eventually(() => expect(statusOf(other)).toBe('signedIn'))
    await tab.logout()
    await eventually(() => expect(statusOf(other)).toBe('signedOut'))
    expect([...world.server.sessions.values()].at(-1)?.revoked).toBe(true)
    for (const listener of listeners) expect(listener).toHaveBeenCalled()
    await settled()
    expect(new Set(thrown)).toEqual(new Set(['state', 'log']))
  })

  /** What nobody catches, for the length of a test. */
  function uncaught(): string[] {
    const messages: string[] = []
    const listeners = process.rawListeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', ({ message }) => messages.push(message))
    onTestFinished(() => {
      process.removeAllListeners('uncaughtException')
      for (const listener of listeners) process.on('uncaughtException', listener as () => void)
    })
    return messages
  }
})

describe('across tabs', () => {
  it('a sign-out that is still to be told does not end what another tab has begun', async () => {
    const world = await setUp()
    const a = world.browser.tab({ storage: null })
    await a.start()
    await a.login(ada)
    world.browser.network.offline = true
    await a.logout()
    world.browser.network.offline = false
    const b = world.browser.tab({ storage: null })
    await b.start()
    await b.login(bob)
    world.browser.time.advance(5000)
    await settled()
    expect(world.server.count('/api/logout')).toBe(0)
    expect((await b.call(routes.protected)).message).toBe('Welcome, bob')
  })

  it('a token that arrives after a newer one is left aside', async () => {
    const world = await setUp()
    const said: unknown[] = []
    const a = world.browser.tab({
      openChannel: () => ({ post: (message) => said.push(message), close: () => undefined }),
    })
    let hear = (_message: unknown) => {}
    const b = world.browser.tab({
      openChannel(_name, onMessage) {
        hear = onMessage
        return { post: () => undefined, close: () => undefined }
      },
    })
    await a.start()
    await b.start()
    await a.login(ada)
    await a.refresh()
    hear(said[1])
    const newer = b.getState()
    hear(said[0])
    expect(newer.status).toBe('signedIn')
    expect(b.getState()).toBe(newer)
  })

  it('a newer token is taken from a server whose clock is behind that of the one before', async () => {
    const world = await setUp()
    const a = await signedInTab(world)
    const b = world.browser.tab()
    world.server.settings.clockOffsetSeconds = 600
    await b.start()
    const { iat } = claimsOf(b)
    await eventually(() => expect(claimsOf(a).iat).toBe(iat))
    world.server.settings.clockOffsetSeconds = -600
    await a.refresh()
    expect(claimsOf(a).iat).toBeLessThan(iat)
    await eventually(() => expect(claimsOf(b)).toEqual(claimsOf(a)))
  })

  it('a message of another release, or of nobody we know, is ignored', async () => {
    const world = await setUp()
    let hear = (_message: unknown) => {}
    const tab = world.browser.tab({
      openChannel(_name, onMessage) {
        hear = onMessage
        return { post: () => undefined, close: () => undefined }
      },
    })
    await tab.start()
    await tab.login(ada)
    const before = tab.getState()
    const nonsense = [
      null,
      'token',
      {},
      { type: 'hello' },
      { type: 'signedOut' },
      { type: 'token', ageMs: 1 },
    ]
    for (const message of nonsense) hear(message)
    hear({ type: 'token', ageMs: 0, sentAt: 0, accessToken: 'x.y.z', expiresIn: 1, user: {} })
    hear({ type: 'ended', sid: 'other', code: 'refresh_token_revoked' })
    hear({ type: 'signedOut', sid: 'other' })
    expect(tab.getState()).toBe(before)
  })

  it('signing out in one is seen by the others at once', async () => {
    const world = await setUp()
    const a = await signedInTab(world)
    const b = world.browser.tab()
    await b.start()
    await a.logout()
    await eventually(() => expect(b.getState()).toEqual({ status: 'signedOut', reason: 'signedOut' }))
    expect(await codeOf(b.call(routes.protected))).not.toBe('fulfilled')
    expect(world.server.count(refreshPath)).toBe(1)
  })

  it('signing out beats the refresh of another tab', async () => {
    const world = await setUp()
    const a = await signedInTab(world)
    const b = world.browser.tab()
    await b.start()
    const late = gate()
    world.browser.fault({ path: refreshPath, hold: late.promise, cookiesOutliveAbort: true })
    const refreshing = codeOf(b.refresh())
    await eventually(() => expect(world.server.count(refreshPath)).toBe(2))
    await a.logout()
    late.open()
    expect(await refreshing).toBe('signed_out')
    await settled()
    world.browser.time.advance(1000)
    expect(world.browser.jar.session()).toBeNull()
    expect([statusOf(a), statusOf(b)]).toEqual(['signedOut', 'signedOut'])
  })

  it('signing in is seen by the others, with no refresh of their own', async () => {
    const world = await setUp()
    const b = world.browser.tab()
    await b.start()
    await signedInTab(world)
    await eventually(() =>
      expect(b.getState()).toMatchObject({ status: 'signedIn', user: { username: 'ada' } }),
    )
    expect(world.server.count(refreshPath)).toBe(0)
  })

  it('a verdict on a session that was signed out meanwhile counts as the sign-out', async () => {
    const world = await setUp()
    const a = await signedInTab(world)
    const b = world.browser.tab({ locks: null, openChannel: () => null })
    await b.start()
    const late = gate()
    world.server.answerNext(refreshPath, 403, problemBody(403, 'refresh_token_revoked'))
    world.browser.fault({ path: refreshPath, hold: late.promise })
    const refreshing = codeOf(b.refresh())
    await eventually(() => expect(world.server.count(refreshPath)).toBe(2))
    await a.logout()
    late.open()
    expect(await refreshing).toBe('signed_out')
    expect(b.getState()).toEqual({ status: 'signedOut', reason: 'signedOut' })
  })

  it('another user signing in takes over every tab, and no request crosses over', async () => {
    const world = await setUp()
    const a = await signedInTab(world)
    const b = world.browser.tab()
    await b.start()
    const late = gate()
    world.server.expireAccessTokens()
    world.browser.fault({ path: protectedPath, hold: late.promise })
    const ofAda = codeOf(b.call(routes.protected))
    await eventually(() => expect(world.server.count(protectedPath)).toBe(1))
    await a.login(bob)
    late.open()
    expect(await ofAda).toBe('signed_out')
    await eventually(() => expect(b.getState()).toMatchObject({ user: { username: 'bob' } }))
    expect((await b.call(routes.protected)).message).toBe('Welcome, bob')
    expect(world.server.count(protectedPath)).toBe(2)
  })

  it('what was sent while nobody was signed in is not sent again as whoever signs in next', async () => {
    const world = await setUp()
    const tab = world.browser.tab()
    await tab.start()
    const late = gate()
    world.browser.fault({ path: protectedPath, hold: late.promise })
    const ofNobody = codeOf(tab.call(routes.protected))
    await eventually(() => expect(world.server.count(protectedPath)).toBe(1))
    await tab.login(bob)
    late.open()
    expect(await ofNobody).toBe('access_token_expired')
    expect(world.server.count(protectedPath)).toBe(1)
  })

  it('another user is noticed by the cookie where tabs cannot speak to each other', async () => {
    const world = await setUp()
    const a = world.browser.tab({ openChannel: () => null })
    await a.start()
    await a.login(ada)
    const b = world.browser.tab({ openChannel: () => null })
    await b.start()
    await a.login(bob)
    world.server.expireAccessTokens()
    expect(await codeOf(b.call(routes.protected))).toBe('signed_out')
    expect(b.getState()).toMatchObject({ status: 'signedIn', user: { username: 'bob' } })
  })

  it('coming back from the back/forward cache after a sign-out shows nothing', async () => {
    const world = await setUp()
    const a = await signedInTab(world)
    const b = world.browser.tab({ openChannel: () => null })
    await b.start()
    await a.logout()
    expect(statusOf(b)).toBe('signedIn')
    b.wake()
    expect(b.getState()).toEqual({ status: 'signedOut', reason: 'signedOut' })
  })

  it('a verdict in one is checked by the others, not believed', async () => {
    const world = await setUp()
    const a = await signedInTab(world)
    const b = world.browser.tab()
    await b.start()
    await settled()
    const jarBefore = world.browser.jar.snapshot()
    world.server.answerNext(refreshPath, 403, problemBody(403, 'refresh_token_invalid'))
    a.subscribe(() => world.browser.jar.restore(jarBefore))
    expect(await codeOf(a.refresh())).toBe('refresh_token_invalid')
    expect(statusOf(a)).toBe('signedOut')
    await settled()
    expect(statusOf(b)).toBe('signedIn')
  })

  it('a token of a session that the cookie does not name is not accepted', async () => {
    const world = await setUp()
    const a = await signedInTab(world)
    const b = world.browser.tab()
    await b.start()
    await a.login(bob)
    const bobs = world.browser.jar.snapshot()
    await settled()
    await a.login(ada)
    world.browser.jar.restore(bobs)
    await settled()
    expect(b.getState()).toMatchObject({ user: { username: 'bob' } })
  })
})

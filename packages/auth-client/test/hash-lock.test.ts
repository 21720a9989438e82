import { describe, expect, it } from 'vitest'
import { makeSessionKey, refreshKey, refreshLock } from '../src/refresh-lock.ts'
import { createBrowser } from './support/browser.ts'
import {
  ada,
  codeOf,
  eventually,
  gate,
  passing,
  refreshPath,
  settled,
  setUp,
  signedInTab,
  statusOf,
} from './support/setup.ts'

const otherKey = () => makeSessionKey(globalThis.crypto.subtle)

describe('the hash lock', () => {
  it('derives keys and locks as the protocol spells them', async () => {
    const { subtle } = globalThis.crypto
    const raw = new Uint8Array(64).fill(7)
    const key = await subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    // Computed apart from this code, with Python's hmac and hashlib.
    expect(await refreshKey(subtle, key, 3)).toBe('AkM8ZHko1NJLjJ4eX4Z5IgZwrDNfrq1XEvhcU_zd7vY')
    expect(await refreshLock(subtle, key, 3)).toBe('qEBoTZHIVRI91U6TnDzc17ooQjGJ4zX7SgbLWrAMHIE')
  })

  it('sends lock(0) at sign-in, then at each generation its key and the next lock', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    await tab.refresh()
    await tab.refresh()
    const [signIn, first, second] = world.server.calls.map(({ headers }) => ({
      key: headers['x-refresh-key'],
      lock: headers['x-refresh-lock'],
    }))
    expect(signIn?.key).toBeUndefined()
    expect(signIn?.lock).toMatch(/^[\w-]{43}$/)
    expect(first?.key).toMatch(/^[\w-]{43}$/)
    expect(new Set([signIn?.lock, first?.lock, second?.lock]).size).toBe(3)
    expect([...world.server.sessions.values()][0]?.generation).toBe(2)
  })

  it('keeps a key that cannot be read out, under the session and before signing in', async () => {
    const world = await setUp()
    const tab = world.browser.tab()
    await tab.start()
    let idsAtSignIn: string[] = []
    tab.subscribe(() => {
      if (statusOf(tab) === 'signedIn') idsAtSignIn = world.browser.keyStore.ids()
    })
    await tab.login(ada)
    const sid = [...world.server.sessions.keys()][0]
    expect(idsAtSignIn).toEqual([sid])
    const [stored] = await world.browser.keyStore.all()
    expect(stored?.key.extractable).toBe(false)
    await expect(globalThis.crypto.subtle.exportKey('raw', stored?.key as CryptoKey)).rejects.toThrow()
  })

  it('refuses a copied cookie jar and leaves the owner undisturbed', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const thief = createBrowser(world.url)
    thief.jar.restore(world.browser.jar.snapshot())
    const stolen = thief.tab()
    await stolen.start()
    expect(stolen.getState()).toEqual({ status: 'signedOut', reason: 'ended', code: 'refresh_token_locked' })
    expect(world.server.securityEvents).toHaveLength(1)
    await tab.refresh()
    expect(statusOf(tab)).toBe('signedIn')
  })

  it('that was lost with the browser’s storage ends the session with its code', async () => {
    const world = await setUp()
    await signedInTab(world)
    await world.browser.keyStore.delete(world.browser.keyStore.ids())
    const tab = world.browser.tab()
    await tab.start()
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'ended', code: 'refresh_token_locked' })
  })

  it('is looked for among the latest three unfiled keys only, since each wrong one raises an alarm', async () => {
    const world = await setUp()
    await signedInTab(world)
    const { keyStore } = world.browser
    for (let turn = 0; turn < 6; turn += 1) await keyStore.put(`pending:${turn}`, await otherKey())
    await keyStore.delete([...world.server.sessions.keys()])
    const tab = world.browser.tab()
    await passing(world.browser.time, tab.start())
    expect(tab.getState()).toMatchObject({ reason: 'ended', code: 'refresh_token_locked' })
    expect(world.server.count(refreshPath)).toBe(3)
  })

  it('is found by another tab when the page crashed before it was filed', async () => {
    const world = await setUp()
    const crashing = world.browser.tab({
      keyStore: { ...world.browser.keyStore, rename: () => new Promise(() => {}) },
    })
    await crashing.start()
    // An older sign-in whose answer never came has left its key behind too.
    world.browser.network.offline = true
    await codeOf(crashing.login(ada))
    world.browser.network.offline = false
    crashing.login(ada).catch(() => undefined)
    await eventually(() => expect(world.browser.jar.session()).not.toBeNull())
    crashing.stop()
    const tab = world.browser.tab({ locks: null })
    await passing(world.browser.time, tab.start())
    expect(statusOf(tab)).toBe('signedIn')
    expect(world.server.securityEvents).toEqual([])
    expect(world.browser.keyStore.ids()).toContain([...world.server.sessions.keys()][0])
    await tab.refresh()
    expect(statusOf(tab)).toBe('signedIn')
  })

  it('is filed in vain when the person signs out meanwhile', async () => {
    const world = await setUp()
    const { keyStore } = world.browser
    const crashed = world.browser.tab({
      keyStore: { ...keyStore, rename: () => Promise.reject(new Error()) },
    })
    await crashed.login(ada)
    const slow = gate()
    const filing = gate()
    const tab = world.browser.tab({
      keyStore: {
        ...keyStore,
        rename() {
          filing.open()
          return slow.promise
        },
      },
    })
    const starting = tab.start()
    await passing(world.browser.time, filing.promise)
    const leaving = tab.logout()
    slow.open()
    await Promise.all([starting, leaving])
    await settled()
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'signedOut' })
    expect(world.browser.jar.session()).toBeNull()
  })

  it('is waited for by a tab that sees the cookie before the key is filed', async () => {
    const world = await setUp()
    const slow = gate()
    const signingIn = world.browser.tab({
      locks: null,
      keyStore: {
        ...world.browser.keyStore,
        async rename(from, to) {
          await slow.promise
          await world.browser.keyStore.rename(from, to)
        },
      },
    })
    await signingIn.start()
    const login = signingIn.login(ada)
    await eventually(() => expect(world.browser.jar.session()).not.toBeNull())
    const tab = world.browser.tab({ locks: null, openChannel: () => null })
    const starting = tab.start()
    await settled()
    expect(world.server.count(refreshPath)).toBe(0)
    slow.open()
    await login
    world.browser.time.advance(200)
    await starting
    expect([statusOf(tab), statusOf(signingIn)]).toEqual(['signedIn', 'signedIn'])
    expect(world.server.securityEvents).toEqual([])
  })

  it('opens the session when the answer to the sign-in broke off behind its cookies', async () => {
    const world = await setUp()
    const tab = world.browser.tab({ locks: null })
    await tab.start()
    world.browser.fault({ path: '/api/login', lose: 'body' })
    const login = tab.login(ada)
    await passing(world.browser.time, login)
    expect(await login).toMatchObject({ username: 'ada' })
    expect(statusOf(tab)).toBe('signedIn')
    expect(world.server.securityEvents).toEqual([])
  })

  it('is left behind by a sign-in whose answer was lost, and the next one works', async () => {
    const world = await setUp()
    const tab = world.browser.tab()
    await tab.start()
    world.browser.fault({ path: '/api/login', lose: 'response' })
    expect(await codeOf(tab.login(ada))).toBe('network_error')
    expect(statusOf(tab)).toBe('signedOut')
    await tab.login(ada)
    expect(statusOf(tab)).toBe('signedIn')
  })

  it('keeps a bounded number of keys, and never drops the one in use', async () => {
    const world = await setUp()
    const tab = await signedInTab(world)
    const sid = tab.getState()
    for (let turn = 0; turn < 40; turn += 1) {
      world.browser.fault({ path: '/api/login', lose: 'request' })
      await codeOf(tab.login(ada))
    }
    expect(world.browser.keyStore.ids().length).toBeLessThanOrEqual(17)
    expect(sid.status === 'signedIn' && world.browser.keyStore.ids()).toContain(
      [...world.server.sessions.keys()][0],
    )
    const other = world.browser.tab()
    await other.start()
    expect(statusOf(other)).toBe('signedIn')
  })
})

describe('a browser without the means', () => {
  const throwing = () => Promise.reject(new DOMException('blocked', 'InvalidStateError'))
  const blocked = { all: throwing, put: throwing, rename: throwing, delete: throwing }

  it.each([
    ['WebCrypto', { subtle: null }],
    ['IndexedDB', { keyStore: null }],
    ['a usable IndexedDB', { keyStore: blocked }],
  ])('(%s) works unbound and says so once', async (_name, environment) => {
    const world = await setUp()
    const tab = world.browser.tab(environment)
    await tab.start()
    await tab.login(ada)
    await tab.refresh()
    await tab.logout()
    await tab.login(ada)
    await tab.refresh()
    expect(statusOf(tab)).toBe('signedIn')
    const other = world.browser.tab(environment)
    await other.start()
    expect(statusOf(other)).toBe('signedIn')
    const notices = tab.getLog().filter(({ message }) => message.includes('not bound'))
    expect(notices).toHaveLength(1)
    expect(world.server.calls.every(({ headers }) => !headers['x-refresh-lock'])).toBe(true)
  })

  it('whose store loses what it accepted works unbound', async () => {
    const world = await setUp()
    const forgetful = { ...world.browser.keyStore, all: async () => [] }
    const tab = world.browser.tab({ keyStore: forgetful })
    await tab.start()
    await tab.login(ada)
    await tab.refresh()
    expect(statusOf(tab)).toBe('signedIn')
    expect([...world.server.sessions.values()][0]?.lock).toBeNull()
  })

  it('whose store fails for a moment is waited for, and no alarm is raised', async () => {
    const world = await setUp()
    await signedInTab(world)
    let fails = true
    const all = () =>
      fails
        ? Promise.reject(new DOMException('Internal error opening backing store', 'UnknownError'))
        : world.browser.keyStore.all()
    const tab = world.browser.tab({ keyStore: { ...world.browser.keyStore, all } })
    await tab.start()
    expect(tab.getState()).toMatchObject({ status: 'restoring', problem: { code: 'timeout' } })
    fails = false
    world.browser.time.advance(1000)
    await eventually(() => expect(statusOf(tab)).toBe('signedIn'))
    expect(world.server.securityEvents).toEqual([])
  })

  it('whose store never opens again ends the session at last, and the next sign-in works unbound', async () => {
    const world = await setUp()
    await signedInTab(world)
    const broken = () => Promise.reject(new DOMException('gone', 'UnknownError'))
    const tab = world.browser.tab({
      keyStore: { all: broken, put: broken, rename: broken, delete: broken },
    })
    await tab.start()
    for (let turn = 0; turn < 40 && statusOf(tab) !== 'signedOut'; turn += 1) {
      world.browser.time.advance(2000)
      await settled()
    }
    expect(tab.getState()).toEqual({ status: 'signedOut', reason: 'ended', code: 'refresh_token_locked' })
    expect(world.server.securityEvents).toHaveLength(1)
    await tab.login(ada)
    await tab.refresh()
    expect(statusOf(tab)).toBe('signedIn')
  })

  it('whose store hangs for a while does not present the session without its key', async () => {
    const world = await setUp()
    await signedInTab(world)
    let hangs = true
    const all = () => (hangs ? new Promise<never>(() => {}) : world.browser.keyStore.all())
    const tab = world.browser.tab({ keyStore: { ...world.browser.keyStore, all } })
    const starting = tab.start()
    await settled()
    world.browser.time.advance(2000)
    await starting
    expect(tab.getState()).toMatchObject({ status: 'restoring', problem: { code: 'timeout' } })
    hangs = false
    world.browser.time.advance(1000)
    await eventually(() => expect(statusOf(tab)).toBe('signedIn'))
    expect(world.server.securityEvents).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { createLazyAuthClient } from '../src/lazy.ts'
import { ada, bob, codeOf, passing, settled, setUp, statusOf } from './support/setup.ts'

type World = Awaited<ReturnType<typeof setUp>>
type Client = ReturnType<World['browser']['tab']>

const loginPath = '/api/login'
const factorPath = '/api/login/factor'

/** A browser of Ada's, who has a second factor. */
async function withFactor() {
  const world = await setUp()
  world.server.factors.set('ada', null)
  const tab = world.browser.tab()
  await tab.start()
  return { ...world, tab }
}

/** Signs in with a code. */
async function showCode(client: Pick<Client, 'login' | 'loginFactor'>, who = ada, trustBrowser = true) {
  const outcome = await client.login(who)
  if (!('ticket' in outcome)) throw new Error('No code was asked for.')
  return await client.loginFactor({ ticket: outcome.ticket, method: 'totp', code: '123456', trustBrowser })
}

async function trusted() {
  const world = await withFactor()
  await showCode(world.tab)
  await world.tab.logout()
  return world
}

const isAsked = async (tab: Pick<Client, 'login'>, who = ada) => 'ticket' in (await tab.login(who))
const trustKeysOf = ({ browser }: Pick<World, 'browser'>) =>
  browser.keyStore.ids().filter((id) => id.startsWith('trust:'))
const headersOf = ({ server }: Pick<World, 'server'>, name: string, path = loginPath) =>
  server.calls.filter((call) => call.path === path).map(({ headers }) => headers[name])

describe('a browser that is trusted', () => {
  it('signs in by the password, sign-in after sign-in, and shows each key once', async () => {
    const world = await trusted()
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await isAsked(world.tab)).toBe(false)
      await world.tab.logout()
    }
    const [first, ...shown] = headersOf(world, 'x-trust-key')
    expect(first).toBeUndefined()
    expect(new Set(shown).size).toBe(3)
    expect(trustKeysOf(world)).toHaveLength(1)
    expect(headersOf(world, 'x-trust-lock')[0]).toBeUndefined()
  })

  it('is asked for the code where its owner did not want that', async () => {
    const world = await withFactor()
    await showCode(world.tab, ada, false)
    await world.tab.logout()
    expect(await isAsked(world.tab)).toBe(true)
    expect(trustKeysOf(world)).toEqual([])
  })

  it('keeps the key before the request is sent, as one that cannot be read out', async () => {
    const world = await withFactor()
    world.browser.fault({ path: factorPath, lose: 'request' })
    expect(await codeOf(showCode(world.tab))).toBe('network_error')
    expect(trustKeysOf(world)).toHaveLength(1)
    const [kept] = (await world.browser.keyStore.all()).filter(({ id }) => id.startsWith('trust:'))
    expect(kept?.key.extractable).toBe(false)
  })

  it('is known by the address and by the name, and its keys say neither', async () => {
    const world = await trusted()
    expect(await isAsked(world.tab, { ...ada, email: ' Ada@Example.com ' })).toBe(false)
    await world.tab.logout()
    expect(await isAsked(world.tab)).toBe(false)
    expect(trustKeysOf(world)).toEqual([expect.stringMatching(/^trust:[\w-]{43}\.[\w-]{43}$/)])
  })

  it('shows nothing to another account, whose own trust stands beside it', async () => {
    const world = await trusted()
    world.server.factors.set('bob', null)
    expect(await isAsked(world.tab, bob)).toBe(true)
    expect(headersOf(world, 'x-trust-key').at(-1)).toBeUndefined()
    await showCode(world.tab, bob)
    await world.tab.logout()
    for (const who of [ada, bob, ada]) {
      expect(await isAsked(world.tab, who)).toBe(false)
      await world.tab.logout()
    }
    expect(trustKeysOf(world)).toHaveLength(2)
  })

  it('is trusted still after a wrong password', async () => {
    const world = await trusted()
    expect(await codeOf(world.tab.login({ ...ada, password: 'wrong' }))).toBe('invalid_credentials')
    expect(trustKeysOf(world)).toHaveLength(1)
    expect(await isAsked(world.tab)).toBe(false)
  })

  it('forgets keys that count no more, and can be trusted anew', async () => {
    const world = await trusted()
    world.server.factors.set('ada', null)
    expect(await isAsked(world.tab)).toBe(true)
    expect(trustKeysOf(world)).toEqual([])
    await showCode(world.tab)
    await world.tab.logout()
    expect(await isAsked(world.tab)).toBe(false)
  })

  it('is trusted in a client that downloads axios later, too', async () => {
    const world = await withFactor()
    const client = createLazyAuthClient(world.browser.options())
    await client.start()
    await showCode(client)
    await client.logout()
    expect(await isAsked(client)).toBe(false)
  })

  it('is trusted where the second step knows nothing of the first', async () => {
    const world = await withFactor()
    await world.tab.loginFactor({ ticket: 'a-ticket', method: 'totp', code: '123456', trustBrowser: true })
    await world.tab.logout()
    expect(await isAsked(world.tab)).toBe(false)
  })

  it('whose page crashed behind a sign-in is trusted in the next one', async () => {
    const world = await withFactor()
    const { keyStore } = world.browser
    const crashing = world.browser.tab({ keyStore: { ...keyStore, rename: () => new Promise(() => {}) } })
    await crashing.start()
    const signingIn = showCode(crashing)
    await settled()
    crashing.stop()
    signingIn.catch(() => undefined)
    const tab = world.browser.tab({ locks: null })
    expect(await isAsked(tab)).toBe(false)
  })
})

describe('a sign-in whose answer is lost', () => {
  it.each(['request', 'response'] as const)('(the %s) costs no code, however often', async (lose) => {
    const world = await trusted()
    for (let turn = 0; turn < 12; turn += 1) {
      world.browser.fault({ path: loginPath, lose })
      expect(await codeOf(world.tab.login(ada))).toBe('network_error')
    }
    expect(trustKeysOf(world).length).toBeLessThanOrEqual(5)
    expect(await isAsked(world.tab)).toBe(false)
    expect(trustKeysOf(world).length).toBeLessThanOrEqual(1)
    expect(world.server.securityEvents).toEqual([])
  })

  it.each(['request', 'response'] as const)('(now the request, then the %s) costs no code', async (lose) => {
    const world = await trusted()
    for (const each of ['response', 'request', lose] as const) {
      world.browser.fault({ path: loginPath, lose: each })
      await codeOf(world.tab.login(ada))
    }
    expect(await isAsked(world.tab)).toBe(false)
  })

  it('and breaks off behind its cookies leaves the browser trusted', async () => {
    const world = await trusted()
    const tab = world.browser.tab({ locks: null })
    world.browser.fault({ path: loginPath, lose: 'body' })
    const login = tab.login(ada)
    await passing(world.browser.time, login)
    expect(statusOf(tab)).toBe('signedIn')
    await tab.logout()
    expect(await isAsked(tab)).toBe(false)
  })

  it('with the code leaves a browser that is trusted, if the server counted it', async () => {
    const world = await withFactor()
    world.browser.fault({ path: factorPath, lose: 'response' })
    expect(await codeOf(showCode(world.tab))).toBe('network_error')
    expect(await isAsked(world.tab)).toBe(false)
  })

  it('with the code costs one more, if the server did not', async () => {
    const world = await withFactor()
    world.browser.fault({ path: factorPath, lose: 'request' })
    expect(await codeOf(showCode(world.tab))).toBe('network_error')
    await showCode(world.tab)
    await world.tab.logout()
    expect(await isAsked(world.tab)).toBe(false)
    expect(trustKeysOf(world)).toHaveLength(1)
  })
})

describe('two tabs that sign in at the same time', () => {
  it('are both let in, one after the other', async () => {
    const world = await trusted()
    const other = world.browser.tab()
    expect(await Promise.all([isAsked(world.tab), isAsked(other)])).toEqual([false, false])
  })

  it('without locks cost one code at most, and the browser is trusted all the same', async () => {
    const world = await trusted()
    const [one, two] = [world.browser.tab({ locks: null }), world.browser.tab({ locks: null })]
    const asked = await Promise.all([isAsked(one), isAsked(two)])
    expect(asked.filter(Boolean).length).toBeLessThanOrEqual(1)
    expect(await isAsked(one)).toBe(false)
    expect(world.server.securityEvents).toEqual([])
  })
})

describe('the keys in the store', () => {
  it('of a session and of trust never push each other out', async () => {
    const world = await trusted()
    await world.tab.login(ada)
    for (let turn = 0; turn < 40; turn += 1) {
      world.browser.fault({ path: loginPath, lose: 'request' })
      await codeOf(world.tab.login(bob))
    }
    const tab = world.browser.tab()
    await tab.start()
    expect(statusOf(tab)).toBe('signedIn')
    await tab.logout()
    expect(await isAsked(tab)).toBe(false)
    expect(world.browser.keyStore.ids().length).toBeLessThanOrEqual(18)
  })

  it('are bounded however many people are trusted, and the latest stay', async () => {
    const world = await withFactor()
    for (let turn = 0; turn < 20; turn += 1) {
      world.server.factors.set(`person${turn}`, null)
      await showCode(world.tab, { ...ada, email: `person${turn}` })
      await world.tab.logout()
    }
    expect(trustKeysOf(world)).toHaveLength(16)
    expect(await isAsked(world.tab, { ...ada, email: 'person19' })).toBe(false)
  })

  it('that are lost cost a code, and no more', async () => {
    const world = await trusted()
    await world.browser.keyStore.delete(world.browser.keyStore.ids())
    expect(await isAsked(world.tab)).toBe(true)
    expect(world.server.securityEvents).toEqual([])
  })
})

describe('a browser that cannot be trusted', () => {
  const throwing = () => Promise.reject(new DOMException('blocked', 'InvalidStateError'))

  it.each([
    ['WebCrypto', { subtle: null }],
    ['IndexedDB', { keyStore: null }],
    [
      'a usable IndexedDB',
      { keyStore: { all: throwing, put: throwing, rename: throwing, delete: throwing } },
    ],
    [
      'an IndexedDB that keeps',
      {
        keyStore: {
          all: async () => [],
          put: async () => {},
          rename: async () => {},
          delete: async () => {},
        },
      },
    ],
  ])('(without %s) says so, and signs in all the same', async (_name, environment) => {
    const world = await setUp()
    world.server.factors.set('ada', null)
    const tab = world.browser.tab(environment)
    await showCode(tab)
    expect(statusOf(tab)).toBe('signedIn')
    expect(tab.canTrustBrowser()).toBe(false)
    expect(headersOf(world, 'x-trust-lock', factorPath)).toEqual([undefined])
  })

  it('(without cookies) says so', async () => {
    const world = await withFactor()
    const { cookies } = world.browser.options().environment
    const tab = world.browser.tab({ cookies: { ...cookies, areBlocked: () => true } })
    await tab.login(ada)
    expect(tab.canTrustBrowser()).toBe(false)
    await world.tab.login(ada)
    expect(world.tab.canTrustBrowser()).toBe(true)
  })
})

import { format, inspect } from 'node:util'
import { routes } from '@latchkey/contracts'
import axios, { type AxiosAdapter, AxiosError } from 'axios'
import { describe, expect, it } from 'vitest'
import { AuthError, bodyTransport, createAuthClient } from '../src/index.ts'
import { createLazyAuthClient } from '../src/lazy.ts'
import { plainCause } from '../src/plain-cause.ts'
import { onOtherHost } from './support/browser.ts'
import { ada, passing, refreshPath, setUp, signedInTab } from './support/setup.ts'

const secrets = ['correct horse', 'battery staple', 'Bearer', 'eyJ', 'refreshToken=', 'latchkey.session=']
const body = { currentPassword: 'correct horse', newPassword: 'battery staple' }
const nowhere = 'http://127.0.0.1:9'

const failure = async (attempt: Promise<unknown>): Promise<AuthError> => {
  const error = await attempt.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof AuthError)) throw new Error('It did not fail as it should.', { cause: error })
  return error
}

/** All that is printed of an error, sent to another thread, or put into a report. */
const allOf = (error: Error) =>
  [
    format(error),
    inspect(error, { depth: null, showHidden: true }),
    JSON.stringify(error),
    JSON.stringify(error.cause),
    inspect(structuredClone(error), { depth: null, showHidden: true }),
  ].join('\n')

function expectNoSecret(error: AuthError, ...more: string[]) {
  const all = allOf(error)
  for (const secret of [...secrets, ...more]) expect(all).not.toContain(secret)
}

async function setUpTab() {
  const world = await setUp()
  return { ...world, tab: await signedInTab(world) }
}

type Adapter = AxiosAdapter | 'http' | 'fetch'

/** Keeps what it is given, as adapters of others may. */
const careless: AxiosAdapter = async (config) => {
  throw Object.assign(new Error('broken'), { config, isAxiosError: false })
}
const hanging: AxiosAdapter = async (config) => {
  throw new AxiosError('timeout of 1 ms', 'ECONNABORTED', config, { _header: config.headers.toString() })
}

const adapters: [string, Adapter, string][] = [
  ['http', 'http', 'network_error'],
  ['fetch', 'fetch', 'network_error'],
  ['one that takes too long', hanging, 'timeout'],
  ['one that throws errors of its own', careless, 'network_error'],
]

describe.each(adapters)('an error of a request that went by %s', (_, adapter, code) => {
  const options = { baseUrl: `${nowhere}/api`, environment: { adapter: axios.getAdapter(adapter) } }

  it('holds no password after a sign-in', async () => {
    for (const client of [createAuthClient(options), createLazyAuthClient(options)]) {
      const error = await failure(client.login(ada))
      expect(error.code).toBe(code)
      expect(error.cause).toBeInstanceOf(Error)
      expectNoSecret(error)
    }
  })

  it('holds neither body nor access token after a call', async () => {
    const { browser, tab } = await setUpTab()
    const online = browser.options().environment.adapter as AxiosAdapter
    const failing = { is: false }
    const turning: AxiosAdapter = (config) =>
      failing.is ? axios.getAdapter(adapter)(config) : online(config)
    const client = createAuthClient({
      baseUrl: browser.options().baseUrl,
      environment: { ...browser.options().environment, adapter: turning },
    })
    await client.start()
    tab.stop()
    failing.is = true
    // What answers is the API of the world: nobody may get there.
    client.http.interceptors.request.use((config) => Object.assign(config, { baseURL: `${nowhere}/api` }))
    expectNoSecret(await failure(client.call(routes.changePassword, { body })))
    expectNoSecret(await failure(client.call(routes.findUsers, { query: { query: 'ada' } })), 'query=ada')
    client.stop()
  })

  it('holds no refresh token where the client carries it', async () => {
    const token = `x.${Buffer.from(JSON.stringify({ sid: 'session', gen: 0 })).toString('base64url')}.signature`
    const client = createAuthClient({
      ...options,
      refreshTransport: bodyTransport({ read: () => token, write: () => undefined }),
    })
    expectNoSecret(await failure(client.refresh()), token, 'signature')
  })
})

it('holds no key and no cookie after a refresh whose answer was lost, or came too late', async () => {
  const { browser, tab } = await setUpTab()
  const lost = ['request', 'response', 'body'] as const
  for (const lose of lost) {
    browser.fault({ path: refreshPath, lose })
    expectNoSecret(await failure(tab.refresh()), 'X-Refresh-Key', 'X-Refresh-Lock')
  }
  browser.fault({ path: refreshPath, hold: new Promise(() => undefined) })
  const late = failure(tab.refresh())
  await passing(browser.time, late)
  expect((await late).code).toBe('timeout')
  expectNoSecret(await late, 'X-Refresh-Key', 'X-Refresh-Lock')
})

it('holds nothing of a sign-in that was answered by somebody else', async () => {
  const { browser, server } = await setUp()
  const body = { hotel: 'Sign in to our network', password: 'correct horse' }
  for (const status of [200, 401, 500]) {
    server.answerNext('/api/login', status, body)
    const error = await failure(browser.tab().login(ada))
    expect(error).toMatchObject({ code: 'unexpected_answer', status })
    expectNoSecret(error)
  }
})

it('holds nothing where the API refuses pages of this origin', async () => {
  const { browser } = await setUp()
  browser.network.offline = true
  const reach = async (_: string, credentials: RequestCredentials) => {
    if (credentials === 'include') throw new TypeError('Failed to fetch')
    return new Response()
  }
  const error = await failure(browser.tab({ ...onOtherHost, reach }).login(ada))
  expect(error.code).toBe('origin_refused')
  expect(error.cause).toMatchObject({ code: 'ERR_NETWORK', method: 'post', url: '/login' })
  expectNoSecret(error)
})

describe('the cause of an error', () => {
  it('says what was asked, and what became of it', async () => {
    const client = createAuthClient({
      baseUrl: `${nowhere}/api`,
      environment: { adapter: axios.getAdapter('http') },
    })
    const { cause } = await failure(client.login(ada))
    expect(cause).toMatchObject({
      message: 'connect ECONNREFUSED 127.0.0.1:9',
      code: 'ECONNREFUSED',
      method: 'post',
      url: '/login',
    })
    expect(cause).not.toHaveProperty('config')
  })

  it('leads to where a request was broken by the code of the page', async () => {
    const { tab } = await setUpTab()
    tab.http.interceptors.request.use(function addingHeader(): never {
      throw new TypeError('no such header')
    })
    const { cause } = await failure(tab.call(routes.protected))
    expect(cause).toMatchObject({ name: 'TypeError', message: 'no such header' })
    expect((cause as Error).stack).toContain('addingHeader')
  })

  it('has no queries, fragments and passwords of addresses, wherever they stand', () => {
    const said = 'GET https://ada:secret@api.example.com/orders?key=secret#secret failed'
    const config = { method: 'get', url: 'https://ada:secret@api.example.com/orders?key=secret#secret' }
    const thrown = Object.assign(new Error(said), { config, response: { data: 'secret' } })
    const cause = plainCause(thrown)?.cause
    expect(cause).toMatchObject({
      message: 'GET https://api.example.com/orders failed',
      method: 'get',
      url: 'https://api.example.com/orders',
    })
    expect(inspect(cause, { depth: null, showHidden: true })).not.toContain('secret')
  })

  it('has causes of its own, cleaned too, and no circle of them', () => {
    const inner = Object.assign(new Error('socket hang up'), {
      code: 'ECONNRESET',
      config: { data: 'secret' },
    })
    expect(plainCause(new Error('failed', { cause: inner }))?.cause.cause).toMatchObject({
      code: 'ECONNRESET',
    })
    inner.cause = inner
    expect(inspect(plainCause(inner)?.cause, { depth: null })).not.toContain('Circular')
    expect(inspect(plainCause(inner)?.cause, { depth: null })).not.toContain('secret')
  })

  it('is missing where there was none', () => {
    expect('cause' in new AuthError('signed_out', 'You are signed out.')).toBe(false)
    expect(plainCause('thrown')).toBeUndefined()
  })
})

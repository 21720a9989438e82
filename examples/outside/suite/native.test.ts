import { createContext, runInContext } from 'node:vm'
import { build, type Rolldown } from 'vite'
import { beforeAll, expect, inject, it } from 'vitest'
import { compile, project } from './support/project.ts'
import { asking, type Member, somebody } from './support/shopper.ts'

/** What is used of the app's client. */
interface Client {
  getState(): { status: string; user?: { username: string }; isKept?: boolean }
  login(body: object): Promise<{ username: string }>
  logout(): Promise<void>
  refresh(): Promise<void>
  stop(): void
  expireAccessToken(): void
  http: { get(path: string): Promise<{ data: { orders: string[] } }> }
}

/** What React Native has of the web: no document, cookies, IndexedDB, BroadcastChannel, locks, crypto or TextDecoder. */
const globals = {
  ...{ AbortController, AbortSignal, Blob, FormData, Headers, Request, Response, TextEncoder, URL },
  ...{ URLSearchParams, atob, btoa, clearTimeout, console, fetch, performance, setTimeout },
  navigator: { product: 'ReactNative' },
}

const ask = asking(inject('apiUrl'))
const usual = globalThis.fetch
let code: string
let ada: Member

beforeAll(async () => {
  const folder = await project('native')
  await compile(folder)
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'warn',
    // As Metro, the bundler of React Native, chooses among what a package exports.
    resolve: { conditions: ['react-native', 'import', 'module', 'default'] },
    build: { write: false, lib: { entry: 'src/app.ts', name: 'App', formats: ['iife'] } },
  })
  const { output } = (Array.isArray(built) ? built[0] : built) as Rolldown.RolldownOutput
  code = output[0].code
  ada = somebody()
  await ask('/register', { body: ada })
})

/** A phone: what is stored there stays when the app is closed, and nothing else does. */
function phone() {
  const stored = new Map<string, string>()
  const storage = {
    getItem: async (name: string) => stored.get(name) ?? null,
    setItem: async (name: string, value: string) => void stored.set(name, value),
    removeItem: async (name: string) => void stored.delete(name),
  }
  return {
    stored,
    async open(fetch = usual): Promise<Client> {
      const context = createContext({ ...globals, fetch })
      runInContext('globalThis.window = globalThis.self = globalThis.global = globalThis', context)
      runInContext(code, context)
      return await runInContext('App.openApp', context)(inject('apiUrl'), storage)
    },
  }
}

it('has nothing of a browser but what React Native has', () => {
  const missing = ['document', 'indexedDB', 'BroadcastChannel', 'localStorage', 'crypto', 'TextDecoder']
  const context = createContext({ ...globals })
  expect(missing.map((name) => runInContext(`typeof ${name}`, context))).toEqual(
    missing.map(() => 'undefined'),
  )
})

it('signs in, calls, renews, and is signed in when it is opened again', async () => {
  const { open, stored } = phone()
  const app = await open()
  expect(app.getState().status).toBe('signedOut')
  expect((await app.login({ email: ada.email, password: ada.password })).username).toBe(ada.username)
  expect([...stored.keys()]).toEqual(['refresh-token'])
  app.expireAccessToken()
  expect((await app.http.get('/orders')).data.orders).toEqual(['a lock', 'a key'])
  app.stop()

  const again = await open()
  expect(again.getState()).toMatchObject({
    status: 'signedIn',
    isKept: true,
    user: { username: ada.username },
  })
  expect((await again.http.get('/orders')).data.orders).toEqual(['a lock', 'a key'])
  again.stop()
})

it('loses no session to an answer that was lost', async () => {
  const { open } = phone()
  const app = await open()
  await app.login({ email: ada.email, password: ada.password })
  app.stop()
  const inTunnel = await open(async (...request) => {
    await usual(...request)
    throw new TypeError('Network request failed')
  })
  expect(inTunnel.getState().status).toBe('restoring')
  inTunnel.stop()
  const outside = await open()
  expect(outside.getState().status).toBe('signedIn')
  outside.stop()
})

it('signs out, and stores nothing any more', async () => {
  const { open, stored } = phone()
  const app = await open()
  await app.login({ email: ada.email, password: ada.password })
  const refreshToken = stored.get('refresh-token')
  await app.logout()
  app.stop()
  expect(stored.size).toBe(0)
  expect((await ask('/refresh-token', { body: { refreshToken } })).body.code).toBe('refresh_token_revoked')
  expect((await open()).getState().status).toBe('signedOut')
})

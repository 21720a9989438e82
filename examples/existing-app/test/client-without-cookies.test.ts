import { inspect } from 'node:util'
import { type AuthClient, bodyTransport, createAuthClient } from '@latchkey/auth-client'
import axios, { type AxiosAdapter } from 'axios'
import supertest from 'supertest'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { ada, openShop, type Shop } from './shop.ts'

const started: AuthClient[] = []
let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterEach(() => {
  for (const client of started.splice(0)) client.stop()
})
afterAll(() => shop.close())

interface Outside {
  url?: string
  adapter?: AxiosAdapter | null
}

/** What stays between two starts of a program. `fails`: it takes nothing more. */
function keptTokens() {
  const kept = { token: null as string | null, fails: false }
  return Object.assign(kept, {
    read: () => kept.token,
    async write(token: string | null) {
      if (kept.fails) throw new Error('no room')
      kept.token = token
    },
  })
}

async function program(
  store: ReturnType<typeof keptTokens>,
  { url = shop.url, adapter = null }: Outside = {},
) {
  const client = createAuthClient({
    baseUrl: `${url}/api`,
    refreshTransport: bodyTransport(store),
    environment: { adapter },
  })
  started.push(client)
  await client.start()
  return client
}

async function signedIn(store = keptTokens()) {
  const client = await program(store)
  await client.login(ada)
  return { client, store }
}

const sidOf = (token: string | null): string =>
  JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()).sid

function claimsOf(client: AuthClient) {
  const state = client.getState()
  if (state.status !== 'signedIn') throw new Error(`the program is ${state.status}`)
  return state.accessToken.claims
}

const post = (path: string, refreshToken: string | null) =>
  supertest(shop.url).post(`/api${path}`).send({ refreshToken })

it('signs in, and is still signed in when it is started again', async () => {
  const { store } = await signedIn()
  const first = store.token
  const again = await program(store)
  expect(again.getState()).toMatchObject({ status: 'signedIn', isKept: true })
  expect((await again.http.get('/orders')).data).toEqual({ orders: [] })
  expect(store.token).not.toBe(first)
  expect(again.getLog().filter(({ kind }) => kind === 'refresh')).toHaveLength(1)
})

it('goes on where two of them share what is kept', async () => {
  const { store } = await signedIn()
  const both = await Promise.all([program(store), program(store)])
  for (const client of both) expect(client.getState().status).toBe('signedIn')
  expect((await program(store)).getState().status).toBe('signedIn')
})

it('keeps the token of a sign-in, when a refresh from before is answered after it', async () => {
  const { store } = await signedIn()
  const usual = axios.getAdapter('http')
  let arrived = () => {}
  const signedInMeanwhile = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const slow: AxiosAdapter = async (config) => {
    const answer = await usual(config)
    await signedInMeanwhile
    return answer
  }
  const starting = program(store, { adapter: slow })
  const other = await signedIn(store)
  const sid = sidOf(store.token)
  arrived()
  const client = await starting
  expect(sidOf(store.token)).toBe(sid)
  expect(claimsOf(client).sid).toBe(sid)
  expect(claimsOf(other.client).sid).toBe(sid)
})

it('signs out here and on the server, by the token it held', async () => {
  const { client, store } = await signedIn()
  const token = store.token
  await client.logout()
  expect(store.token).toBeNull()
  expect((await post('/refresh-token', token)).body.code).toBe('refresh_token_revoked')
  expect((await program(store)).getState()).toEqual({ status: 'signedOut', reason: 'anonymous' })
})

it('forgets the token of a session that was ended elsewhere, and may sign in again', async () => {
  const { client, store } = await signedIn()
  await post('/logout', store.token).expect(200)
  await expect(client.refresh()).rejects.toMatchObject({ code: 'refresh_token_revoked' })
  expect(client.getState()).toMatchObject({ status: 'signedOut', reason: 'ended' })
  expect(store.token).toBeNull()
  await client.login(ada)
  expect(store.token).not.toBeNull()
})

it('is signed in for as long as it runs where nothing can be kept, and says so', async () => {
  const store = Object.assign(keptTokens(), { fails: true })
  const client = await program(store)
  await client.login(ada)
  expect(client.getState()).toMatchObject({ status: 'signedIn', isKept: false })
  expect(client.getLog().map(({ message }) => message)).toContain(
    'The refresh token could not be kept: the next start may find nobody signed in.',
  )
})

it('is signed out by no outage, and no error holds the token', async () => {
  const { store } = await signedIn()
  const token = store.token
  const nowhere = await program(store, { url: 'http://127.0.0.1:9' })
  expect(nowhere.getState()).toMatchObject({ status: 'restoring', problem: { code: 'network_error' } })
  expect(store.token).toBe(token)
  const error: unknown = await nowhere.refresh().catch((thrown) => thrown)
  expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(token)
  expect((await program(store)).getState().status).toBe('signedIn')
})

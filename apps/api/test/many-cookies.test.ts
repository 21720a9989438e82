import jwt from 'jsonwebtoken'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { protectedWith, registered, setCookies } from './support/people.ts'

// A request has room for hundreds of cookies, and whoever writes them has no need of an account.

let api: TestApi
let header: string
beforeAll(async () => {
  api = await startApi()
  header = (await registered(api)).jar.refreshToken.split('.', 1)[0] ?? ''
})
afterAll(() => api.close())
afterEach(() => vi.restoreAllMocks())

const cookies = (count: number, cookie: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => cookie(i))
const kinds: Record<string, () => string[]> = {
  'of three parts': () => cookies(700, () => 'refreshToken=a.b.c'),
  'of three parts, under today’s name': () => cookies(500, () => 'latchkey.refreshToken=a.b.c'),
  'that begin like ours': () => cookies(150, (i) => `refreshToken=${header}.e30.${i}`),
}

const post = (path: string, cookie: string, body?: object) =>
  api.http.post(`/api/${path}`).set('Cookie', cookie).send(body)

/** How many tokens were decoded or had their signature looked at meanwhile. */
async function tokensRead(work: () => Promise<unknown>): Promise<number> {
  const spies = [vi.spyOn(jwt, 'verify'), vi.spyOn(jwt, 'decode')]
  await work()
  return spies.reduce((sum, { mock }) => sum + mock.calls.length, 0)
}

describe.each(Object.entries(kinds))('hundreds of cookies %s', (_, junk) => {
  it.each([
    ['logout', 204],
    ['refresh-token', 403],
  ])('are not read one by one: %s', async (path, status) => {
    const read = await tokensRead(() => post(path, junk().join('; ')).expect(status))
    expect(read).toBeLessThanOrEqual(8)
  })

  it('nor by a sign-in', async () => {
    const { email, password } = await registered(api)
    const read = await tokensRead(() => post('login', junk().join('; '), { email, password }).expect(200))
    expect(read).toBeLessThanOrEqual(8)
  })

  it.each([
    ['before', (theirs: string[], own: string) => [...theirs, own]],
    ['behind', (theirs: string[], own: string) => [own, ...theirs]],
  ])('%s those of somebody who signs out keep nobody from it', async (_, together) => {
    const { jar, body } = await registered(api)
    const out = await post('logout', together(junk(), jar.header).join('; ')).expect(200)
    expect(setCookies(out).map((cookie) => cookie.split('=', 1)[0])).toContain('latchkey.refreshToken')
    await protectedWith(api, body.accessToken).expect(401)
  })
})

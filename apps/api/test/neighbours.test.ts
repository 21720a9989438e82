import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { login, protectedWith, registered, setCookies } from './support/people.ts'
import { lockOwner } from './support/refresh-lock.ts'

// All ports of a host share its cookies: what else stands in a request says nothing about ours.

let api: TestApi
/** Another Latchkey on another port of the same host. */
let neighbour: TestApi
beforeAll(async () => {
  api = await startApi()
  neighbour = await startApi({
    environment: { PORT: '4001' },
    configure: (config) => ({
      ...config,
      refreshToken: { ...config.refreshToken, key: 'another secret of another instance on this host' },
    }),
  })
})
afterAll(() => Promise.all([api.close(), neighbour.close()]))

const post = (path: string, cookie: string, headers: Record<string, string> = {}, at = api) =>
  at.http.post(`/api/${path}`).set('Cookie', cookie).set(headers)
const namesIn = (response: Parameters<typeof setCookies>[0]) =>
  setCookies(response).map((cookie) => cookie.split('=', 1)[0])
const formerNames = (cookies: string) => cookies.replaceAll('latchkey.', '')

/** In the right form, signed by somebody else. */
const foreignToken = ['{"alg":"HS256","typ":"rt+jwt","kid":"theirs"}', '{"sub":"x"}', 'signature']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

describe.each([
  'refreshToken=abc.def',
  'latchkey.refreshToken=x',
  'latchkey.refreshToken=',
  'latchkey.refreshToken=j:{"$ne":null}',
  'latchkey.refreshToken=%E0%A4%A',
  `latchkey.refreshToken=${foreignToken}`,
  `latchkey-4001.refreshToken=${foreignToken}; latchkey-4001.session=0123456789abcdef01234567.3`,
  'session=s%3Aabc.def; device=x',
])('beside a neighbour’s %s', (theirs) => {
  it.each([
    ['before', (ours: string) => `${theirs}; ${ours}`],
    ['behind', (ours: string) => `${ours}; ${theirs}`],
  ])('%s ours, a refresh and a sign-out find ours', async (_, together) => {
    const person = await registered(api)
    const renewed = await post('refresh-token', together(person.jar.header))
    expect(renewed.status).toBe(200)
    expect(namesIn(renewed)).toEqual(['latchkey.refreshToken', 'latchkey.session'])

    const out = await post('logout', together(person.jar.header))
    expect(out.status).toBe(200)
    expect(namesIn(out)).toEqual(['latchkey.refreshToken', 'latchkey.session'])
    expect((await protectedWith(api, renewed.body.accessToken)).status).toBe(401)
  })

  it('alone, it is nobody’s session, and is not touched', async () => {
    const renewed = await post('refresh-token', theirs)
    expect([401, 403]).toContain(renewed.status)
    expect(setCookies(renewed)).toEqual([])
    const out = await post('logout', theirs)
    expect(out.status).toBe(204)
    expect(namesIn(out)).toEqual(['latchkey.refreshToken', 'latchkey.session'])
  })
})

it('two instances on two ports of one host leave each other’s people signed in', async () => {
  const here = await registered(api)
  const there = await registered(neighbour)
  expect(there.jar.header).toMatch('latchkey-4001.session=')
  const both = `${here.jar.header}; ${there.jar.header}`
  expect((await post('refresh-token', both)).status).toBe(200)
  expect((await post('refresh-token', both, {}, neighbour)).status).toBe(200)

  const out = await post('logout', both)
  expect(namesIn(out)).toEqual(['latchkey.refreshToken', 'latchkey.session'])
  expect((await protectedWith(neighbour, there.body.accessToken)).status).toBe(200)
  expect((await post('refresh-token', both, {}, neighbour)).status).toBe(200)
})

it('whoever is signed in under the names of former versions stays so, and can sign out', async () => {
  const owner = lockOwner()
  const person = await registered(api, owner.signIn)
  const former = formerNames(person.jar.header)
  expect(former).not.toMatch('latchkey')

  const renewed = await post('refresh-token', former, owner.at(0))
  expect(renewed.status).toBe(200)
  expect(namesIn(renewed)).toEqual(['latchkey.refreshToken', 'latchkey.session'])

  // The old cookies are still there: the newest token counts, and a tab with the old page is the same client.
  const now = setCookies(renewed).map((cookie) => cookie.split(';', 1)[0])
  const both = `${former}; ${now.join('; ')}`
  expect((await post('refresh-token', both, owner.at(1))).status).toBe(200)
  expect((await post('refresh-token', former, owner.at(0))).status).toBe(200)

  const out = await post('logout', both)
  expect(out.status).toBe(200)
  expect(namesIn(out)).toEqual(['latchkey.refreshToken', 'latchkey.session', 'refreshToken', 'session'])
  expect((await post('refresh-token', both, owner.at(2))).body.code).toBe('refresh_token_revoked')
})

it('nodes with other prefixes know each other’s cookies, and the newest token counts', async () => {
  const node = await startApi({ mongoUri: api.mongoUri, environment: { COOKIE_PREFIX: 'node-2' } })
  const person = await registered(api)
  const there = await post('refresh-token', person.jar.header, {}, node)
  expect(namesIn(there)).toEqual(['node-2.refreshToken', 'node-2.session'])
  const both = `${person.jar.header}; ${setCookies(there)
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')}`
  // Long after the leeway: the older cookie alone would be a reused token.
  api.clock.advance(3600)
  expect((await post('refresh-token', both)).status).toBe(200)
  await node.close()
})

it('a session planted in front of a browser’s own is not taken for it, and alarms nobody', async () => {
  const owner = lockOwner()
  const victim = await registered(api, owner.signIn)
  const attacker = await registered(api, lockOwner().signIn)
  const planted = `latchkey.refreshToken=${attacker.jar.refreshToken}; ${victim.jar.header}`
  const renewed = await post('refresh-token', planted, owner.at(0))
  expect([renewed.status, renewed.body.user?.username]).toEqual([200, victim.username])
  const events = (await api.services.events.page(attacker.body.user.id)).events
  expect(events.map(({ kind }) => kind)).not.toContain('copied_session_refused')
})

it('on https only __Host- names count', async () => {
  const secure = await startApi({ environment: { PUBLIC_URL: 'https://app.example.com' } })
  const person = await registered(secure)
  expect(person.jar.header).toMatch(/__Host-latchkey\.refreshToken=/)
  const stripped = person.jar.header.replaceAll('__Host-', '')
  const renewed = await secure.http.post('/api/refresh-token').set('Cookie', stripped)
  expect(renewed.body.code).toBe('refresh_token_missing')
  const former = person.jar.header.replaceAll('latchkey.', '')
  expect((await secure.http.post('/api/refresh-token').set('Cookie', former)).status).toBe(200)
  await secure.close()
})

it('a browser that is known under the former name stays known', async () => {
  const person = await registered(api)
  const again = await api.http
    .post('/api/login')
    .set('Cookie', formerNames(person.jar.header))
    .send({ email: person.email, password: person.password })
  const { events } = (
    await api.http.get('/api/activity').set('Authorization', `Bearer ${again.body.accessToken}`)
  ).body
  expect(events[0].kind === 'signed_in' || events[1].kind === 'signed_in').toBe(true)
  expect(events.map(({ kind }: { kind: string }) => kind)).not.toContain('new_device')
  expect((await login(api, person)).body.user.username).toBe(person.username)
})

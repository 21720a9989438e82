import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refuseClientsOfOtherSites } from '../src/client-sites.ts'
import { ConfigError } from '../src/config.ts'
import { startApi, type TestApi } from './support/api.ts'
import { jarOf, login, refresh, registered, setCookies, somebody } from './support/people.ts'
import { lockOwner } from './support/refresh-lock.ts'

// A page on another host than the API can read none of its cookies, so it says what it believes that they say.

const page = 'https://app.example.com'
const sameSite = { Origin: page, 'Sec-Fetch-Site': 'same-site' }
const believing = (session: string) => ({ ...sameSite, 'X-Refresh-Session': session })

let api: TestApi
beforeAll(async () => {
  api = await startApi({
    environment: { CLIENT_URL: `${page}, https://shop.example.net, capacitor://localhost` },
  })
})
afterAll(() => api.close())

const kindsOfJobs = async () =>
  (await api.services.database.connection.collection('mailJobs').find().toArray()).map(({ kind }) => kind)

describe('a refresh that says what its page believes', () => {
  it('is answered where that is right, with the generation', async () => {
    const owner = lockOwner()
    const person = await registered(api, { ...owner.signIn, ...sameSite })
    // Whoever signs in is at the first. Pages that read the cookie are told nothing more than before.
    expect(person.body).not.toHaveProperty('generation')
    const rotated = await refresh(api, person.jar, { ...owner.at(0), ...believing(person.jar.session) })
    expect([rotated.status, rotated.body.generation]).toEqual([200, 1])
    expect(jarOf(rotated).session).toBe(`${person.sessionId}.1`)
  })

  it('is told what the cookies are where that is wrong, and nothing is judged or changed', async () => {
    const owner = lockOwner()
    const person = await registered(api, owner.signIn)
    const stranger = lockOwner()
    for (const session of ['none', 'nonsense', `${person.sessionId}.3`, '0123456789abcdef01234567.0']) {
      const answer = await refresh(api, person.jar, { ...stranger.at(0), ...believing(session) })
      expect(answer.body).toMatchObject({ status: 409, code: 'session_moved', session: person.jar.session })
      expect(setCookies(answer)).toEqual([])
    }
    expect(await kindsOfJobs()).not.toContain('copied_session_refused')
    await refresh(api, person.jar, { ...owner.at(0), ...believing(person.jar.session) }).expect(200)
  })

  it('that believes in a wrong key still rings the alarm', async () => {
    const person = await registered(api, lockOwner().signIn)
    const copied = await refresh(api, person.jar, { ...lockOwner().at(0), ...believing(person.jar.session) })
    expect(copied.body.code).toBe('refresh_token_locked')
    expect(await kindsOfJobs()).toContain('copied_session_refused')
  })

  it('without cookies hears that nobody is signed in', async () => {
    const answer = await api.http.post('/api/refresh-token').set(believing('none')).expect(401)
    expect(answer.body.code).toBe('refresh_token_missing')
  })

  it('goes on where a page of the API has removed the readable cookie', async () => {
    const owner = lockOwner()
    const person = await registered(api, owner.signIn)
    const left = { ...person.jar, header: `latchkey.refreshToken=${person.jar.refreshToken}` }
    expect((await refresh(api, left, believing('none'))).body.code).toBe('refresh_token_missing')
    const rotated = await refresh(api, left, { ...owner.at(0), ...believing(person.jar.session) }).expect(200)
    expect(jarOf(rotated).session).toBe(`${person.sessionId}.1`)
  })
})

it('a sign-out ends the session that its page means, and no other', async () => {
  const person = await registered(api)
  const before = await login(api, person)
  const logout = (session: string) =>
    api.http.post('/api/logout').set(believing(session)).set('Cookie', person.jar.header)
  const missed = await logout(before.sessionId)
  expect([missed.status, setCookies(missed)]).toEqual([204, []])
  const ended = await logout(person.sessionId)
  expect([ended.status, setCookies(ended).length > 0]).toEqual([200, true])
  expect((await refresh(api, person.jar)).body.code).toBe('refresh_token_revoked')
  await refresh(api, before.jar).expect(200)
})

it('it is ended also where the readable cookie is that of another session', async () => {
  const [person, neighbour] = [await registered(api), await registered(api)]
  const answer = await api.http
    .post('/api/logout')
    .set(believing(person.jar.session))
    .set('Cookie', `${neighbour.jar.header}; refreshToken=${person.jar.refreshToken}`)
  expect([answer.status, setCookies(answer)]).toEqual([200, []])
  expect((await refresh(api, person.jar)).body.code).toBe('refresh_token_revoked')
  await refresh(api, neighbour.jar).expect(200)
})

describe('a page of another site that CLIENT_URL names', () => {
  const crossSite = { Origin: 'https://shop.example.net', 'Sec-Fetch-Site': 'cross-site' }

  it('signs nobody in by cookies, and is told why', async () => {
    for (const path of ['/api/login', '/api/register', '/api/login/passkey/options']) {
      const answer = await api.http.post(path).set(crossSite).send(somebody())
      expect([answer.status, answer.body.code]).toEqual([403, 'cross_site_page'])
      expect(answer.body.detail).toContain('docs/origins.md')
      expect(setCookies(answer)).toEqual([])
      expect(answer.headers['access-control-allow-origin']).toBe(crossSite.Origin)
    }
    const answer = await api.http.post('/api/refresh-token').set(crossSite)
    expect(answer.body.code).toBe('cross_site_page')
  })

  it('may sign in and refresh with its token in the body, as may a page in an app', async () => {
    for (const headers of [crossSite, { ...crossSite, Origin: 'capacitor://localhost' }]) {
      const person = await registered(api, { ...headers, 'X-Refresh-Transport': 'body' })
      const answer = await api.http
        .post('/api/refresh-token')
        .set(headers)
        .send({ refreshToken: person.body.refreshToken })
      expect(answer.status).toBe(200)
    }
  })
})

it('a page that may not call finds out that somebody is there, and nothing else', async () => {
  const headers = { Origin: 'https://stranger.example' }
  const live = await api.http.get('/api/health/live').set(headers).expect(200)
  expect(live.headers['access-control-allow-origin']).toBe('*')
  expect(live.headers['access-control-allow-credentials']).toBe('true')
  const other = await api.http.get('/api/health/ready').set(headers).expect(200)
  expect(other.headers['access-control-allow-origin']).toBeUndefined()
})

describe('a server that passes a browser’s cookies on', () => {
  it('is refused by a sentence that says what to do, and nobody is alarmed or disturbed', async () => {
    const owner = lockOwner()
    const person = await registered(api, owner.signIn)
    const pageView = { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
    const fetchOfPage = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' }
    for (const passedOn of [{}, {}, pageView, fetchOfPage]) {
      const answer = await refresh(api, person.jar, passedOn)
      expect([answer.status, answer.body.code]).toEqual([403, 'refresh_token_forwarded'])
      expect(answer.body.detail).toContain('docs/server-rendered.md')
      expect(setCookies(answer)).toEqual([])
    }
    const list = await api.http.get('/api/sessions').set('Authorization', `Bearer ${person.body.accessToken}`)
    expect([list.status, list.body.sessions.length]).toEqual([200, 1])
    const { events } = await api.services.events.page(person.body.user.id)
    expect(events.map(({ kind }) => kind)).not.toContain('copied_session_refused')
    await refresh(api, person.jar, owner.at(0)).expect(200)
  })

  it('that passes on less than all of them looks like a thief, and its owner is told', async () => {
    const person = await registered(api, lockOwner().signIn)
    const header = `latchkey.refreshToken=${person.jar.refreshToken}; latchkey.session=${person.jar.session}`
    const answer = await refresh(api, { ...person.jar, header })
    expect(answer.body).toMatchObject({ code: 'refresh_token_locked' })
    expect(answer.body.detail).toContain('docs/server-rendered.md')
    const { events } = await api.services.events.page(person.body.user.id)
    expect(events.map(({ kind }) => kind)).toContain('copied_session_refused')
  })
})

describe('at its start the API', () => {
  const start = (publicUrl: string, ...clientOrigins: string[]) =>
    refuseClientsOfOtherSites({
      ...api.config,
      server: { ...api.config.server, publicUrl, clientOrigins },
    })

  it.each([
    ['https://api.example.com', 'https://app.example.com'],
    ['https://api.example.co.uk', 'https://example.co.uk'],
    ['http://localhost:4000', 'http://localhost:5173'],
    ['http://192.168.1.5:4000', 'http://192.168.1.5:5173'],
    ['http://[::1]:4000', 'http://[::1]:5173'],
    ['https://api.example.com', 'capacitor://localhost'],
  ])('at %s takes pages at %s, on the same site', async (publicUrl, client) => {
    await expect(start(publicUrl, client)).resolves.toBeUndefined()
  })

  it.each([
    ['https://api.example.com', 'https://app.example.net'],
    ['https://api.example.com', 'http://app.example.com'],
    ['https://api.example.co.uk', 'https://shop.co.uk'],
    ['https://one.github.io', 'https://other.github.io'],
    ['http://localhost:4000', 'http://127.0.0.1:5173'],
    ['http://192.168.1.5:4000', 'http://192.168.1.6:5173'],
  ])('at %s refuses pages at %s, by a sentence that says why', async (publicUrl, client) => {
    const refusal = await start(publicUrl, client).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ConfigError)
    expect(String(refusal)).toContain(`CLIENT_URL has ${client}, which is another site than PUBLIC_URL`)
  })

  it('takes them with SameSite=None, and domains that lead to itself', async () => {
    const server = {
      ...api.config.server,
      publicUrl: 'https://api.example.com',
      clientOrigins: ['https://shop.example.net'],
    }
    const { cookie, passkeys } = api.config
    await refuseClientsOfOtherSites({ server, passkeys, cookie: { ...cookie, sameSite: 'none' } })
    await refuseClientsOfOtherSites({
      server,
      cookie,
      passkeys: { ...passkeys, origins: ['https://shop.example.net'] },
    })
  })
})

import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { demoRoutes } from '@latchkey/contracts'
import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { jarOf, refresh, registered, type SignedInPerson } from './support/people.ts'
import { lockOwner } from './support/refresh-lock.ts'

const as = ({ body }: SignedInPerson) => ({ Authorization: `Bearer ${body.accessToken}` })

/** What the page does: the token in a header, the cookies by the browser. */
const press = (api: TestApi, { path }: { path: string }, token: SignedInPerson, { jar } = token) =>
  api.http.post(`/api${path}`).set(as(token)).set('Cookie', jar.header)

const eventsOf = async (api: TestApi, person: SignedInPerson): Promise<Record<string, unknown>[]> =>
  (await api.http.get('/api/activity').set(as(person)).expect(200)).body.events

const sessionOf = async (api: TestApi, person: SignedInPerson) =>
  (await api.http.get('/api/sessions').set(as(person)).expect(200)).body.sessions[0]

it('the thief shows the copied cookies to the API itself, which refuses them and tells their owner', async () => {
  const api = await apiForTest()
  const browser = lockOwner()
  const ada = await registered(api, { ...browser.signIn, 'User-Agent': 'Firefox/140.0' })
  const answer = await press(api, demoRoutes.stealCookie, ada).expect(200)
  expect(answer.body).toEqual({
    userAgent: 'curl/8.5.0',
    cookies: ['latchkey.refreshToken', 'latchkey.session'],
    status: 403,
    code: 'refresh_token_locked',
    detail:
      'This session belongs to another browser, and no server can continue it either (docs/server-rendered.md).',
    cookiesSet: 0,
  })
  expect(demoRoutes.stealCookie.reply.parse(answer.body)).toEqual(answer.body)
  expect(await eventsOf(api, ada)).toContainEqual(
    expect.objectContaining({ kind: 'copied_session_refused', sessionId: ada.sessionId, device: 'curl' }),
  )

  // The owner goes on as if nothing had been.
  const next = await refresh(api, ada.jar, browser.at(0)).expect(200)
  expect(jarOf(next).session).toBe(`${ada.sessionId}.1`)
  expect(JSON.stringify(answer.body)).not.toContain(ada.jar.refreshToken)
  expect(api.logged()).not.toContain(ada.jar.refreshToken)
})

it('nobody has somebody else’s cookie stolen, or one that would work', async () => {
  const api = await apiForTest()
  const ada = await registered(api, lockOwner().signIn)
  const eve = await registered(api, lockOwner().signIn)
  const unbound = await registered(api)

  const without = await api.http.post('/api/demo/steal-cookie').set('Cookie', ada.jar.header)
  expect([without.status, without.body.code]).toEqual([401, 'access_token_missing'])
  for (const [token, { jar }] of [
    [eve, ada],
    [ada, { jar: { ...ada.jar, header: '' } }],
    [
      ada,
      { jar: { ...ada.jar, header: `latchkey.refreshToken=x.y.z; latchkey.session=${ada.jar.session}` } },
    ],
    [unbound, unbound],
  ] as const) {
    const answer = await press(api, demoRoutes.stealCookie, token, { ...token, jar })
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden'])
  }
  const elsewhere = await press(api, demoRoutes.stealCookie, ada).set('Sec-Fetch-Site', 'cross-site')
  expect([elsewhere.status, elsewhere.body.code]).toEqual([403, 'cross_site_request'])

  for (const person of [ada, eve, unbound]) {
    expect((await eventsOf(api, person)).map(({ kind }) => kind)).not.toContain('copied_session_refused')
    expect(await sessionOf(api, person)).toMatchObject({ generation: 0 })
  }
})

it('of several sessions in one cookie jar only the caller’s own is copied', async () => {
  const api = await apiForTest()
  const ada = await registered(api, lockOwner().signIn)
  const neighbour = await registered(api)
  const header = `other.refreshToken=${neighbour.jar.refreshToken}; other.session=${neighbour.jar.session}; ${ada.jar.header}`
  const answer = await press(api, demoRoutes.stealCookie, ada, { ...ada, jar: { ...ada.jar, header } })
  expect(answer.body).toMatchObject({ status: 403, cookies: ['latchkey.refreshToken', 'latchkey.session'] })
  expect(await sessionOf(api, neighbour)).toMatchObject({ generation: 0 })
})

it('an answer that is lost on purpose was given: the retry gets the one token there is', async () => {
  const api = await apiForTest()
  const browser = lockOwner()
  const ada = await registered(api, browser.signIn)
  await press(api, demoRoutes.loseAnswer, ada).expect(204)
  await expect(refresh(api, ada.jar, browser.at(0))).rejects.toThrow('socket hang up')
  expect(await sessionOf(api, ada)).toMatchObject({ generation: 1, bound: true })
  api.clock.advance(1)

  const retry = await refresh(api, ada.jar, browser.at(0)).expect(200)
  expect(retry.headers['server-timing']).toMatch(/^answered;dur=\d+\.\d$/)
  expect(jarOf(retry).session).toBe(`${ada.sessionId}.1`)
  expect(await sessionOf(api, ada)).toMatchObject({ generation: 1 })
  const next = await refresh(api, jarOf(retry), browser.at(1)).expect(200)
  expect(next.headers['server-timing']).toMatch(/^rotated;dur=\d+\.\d$/)
})

it('the repeat that a browser sends by itself at once is lost, too', async () => {
  const api = await apiForTest()
  const browser = lockOwner()
  const ada = await registered(api, browser.signIn)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const send = async (path: string, headers: Record<string, string>) => {
    const sent = request(`${api.url}/api${path}`, {
      agent,
      method: 'POST',
      headers: { ...headers, cookie: ada.jar.header },
    })
    const [answer] = await once(sent.end(), 'response')
    await once(answer.resume(), 'end')
    return [answer.statusCode, sent.reusedSocket]
  }
  expect(await send('/demo/lose-answer', as(ada))).toEqual([204, false])
  const proof = browser.at(0)
  await expect(send('/refresh-token', proof)).rejects.toThrow('socket hang up')
  await expect(send('/refresh-token', proof)).rejects.toThrow('socket hang up')
  api.clock.advance(1)
  expect(await send('/refresh-token', proof)).toEqual([200, false])
  expect(await sessionOf(api, ada)).toMatchObject({ generation: 1 })
  agent.destroy()
})

it('only the session that asked for it loses an answer, and only with its access token', async () => {
  const api = await apiForTest()
  const ada = await registered(api)
  const eve = await registered(api)
  await api.http.post('/api/demo/lose-answer').set('Cookie', ada.jar.header).expect(401)
  await press(api, demoRoutes.loseAnswer, eve, ada).expect(204)
  await refresh(api, ada.jar).expect(200)
})

it('in production none of it is there, and no refresh tells how long it took', async () => {
  const api = await apiForTest({
    environment: {
      NODE_ENV: 'production',
      EMBEDDED_DATABASE: 'allow',
      JWT_ACCESS_SECRET: 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1EuRi0ToWvBxN4M',
      JWT_REFRESH_SECRET: 'Zx5Cv8Bn1Mq4Wr7Et0Yu3Io6Pa9Sd2Fg5Hj8Kl1QwE',
    },
  })
  const ada = await registered(api, lockOwner().signIn)
  for (const contract of Object.values(demoRoutes)) {
    const answer = await press(api, contract, ada)
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
    expect((await api.http.get(`/api${contract.path}`).set(as(ada))).status).toBe(404)
  }
  const plain = await registered(api)
  const refreshed = await refresh(api, plain.jar).expect(200)
  expect(refreshed.headers['server-timing']).toBeUndefined()
})

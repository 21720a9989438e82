import { afterAll, beforeAll, expect, it } from 'vitest'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { login, protectedWith, refresh, registered, setCookies, somebody, stored } from './support/people.ts'
import { whom } from './support/whom.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const attempt = (email: string, password: string) => api.http.post('/api/login').send({ email, password })

it('signs in with the address or the username, in any case', async () => {
  const person = await registered(api)
  for (const identifier of [
    person.email,
    person.email.toUpperCase(),
    person.username,
    ` ${person.username.toUpperCase()}`,
  ]) {
    const response = await attempt(identifier, person.password)
    expect(response.status).toBe(200)
    expect(response.body).toMatchObject({
      message: `Welcome back, ${person.username}`,
      tokenType: 'Bearer',
      expiresIn: 900,
      user: { email: person.email },
    })
    expect(setCookies(response)).toHaveLength(3)
  }
})

it('a wrong password and an unknown account get the same answer', async () => {
  const person = await registered(api)
  const wrong = await attempt(person.email, 'not the password')
  const unknown = await attempt(somebody().email, 'not the password')
  expect(wrong.status).toBe(401)
  expect(unknown.status).toBe(401)
  expect(wrong.body).toEqual(unknown.body)
  expect(wrong.body.code).toBe('invalid_credentials')
  expect(Object.keys(wrong.headers).sort()).toEqual(Object.keys(unknown.headers).sort())
  expect(setCookies(wrong)).toEqual([])
})

it('an unknown account costs a real comparison', async () => {
  const compared: unknown[] = []
  const { passwords } = api.services
  expect(await passwords.verify('anything', undefined, whom('ada'))).toBe(false)
  const started = process.hrtime.bigint()
  for (let i = 0; i < 20; i++) compared.push(await passwords.verify('anything', undefined, whom('ada')))
  const unknown = Number(process.hrtime.bigint() - started)
  const hash = await passwords.hash('something else', whom('ada'))
  const again = process.hrtime.bigint()
  for (let i = 0; i < 20; i++) compared.push(await passwords.verify('anything', hash, whom('ada')))
  const known = Number(process.hrtime.bigint() - again)
  expect(compared).toEqual(Array(40).fill(false))
  // Without the comparison the ratio is below 0.05.
  expect(unknown / known).toBeGreaterThan(0.3)
})

it('passwords that differ only behind the 72nd byte are told apart', async () => {
  const tail = 'otter lamp violet grain '.repeat(3)
  const person = { ...somebody(), password: `${tail}a` }
  await api.http.post('/api/register').send(person).expect(201)
  await attempt(person.email, `${tail}a`).expect(200)
  await attempt(person.email, `${tail}b`).expect(401)
  await attempt(person.email, tail).expect(401)
})

it.each([
  ['64 characters', `${'long'.repeat(15)}tail`],
  ['128 characters', 'otter lamp violet grain candles '.repeat(4)],
  ['emoji', '🦊🐙🦉🐝🦋🐢🐬🦔'],
  ['a NUL in the middle', 'before\0after and more'],
])('a password of %s works, and its neighbour does not', async (_, password) => {
  const person = { ...somebody(), password }
  await api.http.post('/api/register').send(person).expect(201)
  await attempt(person.email, password).expect(200)
  await attempt(person.email, `${password.slice(0, -1)}!`).expect(401)
})

it('a password typed on another keyboard is the same password (NFKC)', async () => {
  const person = { ...somebody(), password: 'Café Zürich Ångström' }
  await api.http.post('/api/register').send(person).expect(201)
  await attempt(person.email, person.password.normalize('NFD')).expect(200)
})

it('two sign-ins within one second have distinct tokens, and signing one out leaves the other', async () => {
  const person = await registered(api)
  const [first, second] = await Promise.all([login(api, person), login(api, person)])
  expect(first.jar.refreshToken).not.toBe(second.jar.refreshToken)
  expect(first.body.accessToken).not.toBe(second.body.accessToken)
  await api.http.post('/api/logout').set('Cookie', first.jar.header).expect(200)
  await api.http.post('/api/refresh-token').set('Cookie', first.jar.header).expect(403)
  await api.http.post('/api/refresh-token').set('Cookie', second.jar.header).expect(200)
})

it('hashes anew when the cost has changed, and the person notices nothing', async () => {
  const person = await registered(api)
  const before = (await stored(api, person)).passwordHash
  const costlier = await apiForTest({
    environment: { BCRYPT_COST: '5' },
    mongoUri: api.mongoUri,
  })
  await login(costlier, person)
  expect(before).toMatch(/^\$2b\$04\$/)
  // In the background, for the sign-in does not wait for it.
  await eventually(async () => expect((await stored(api, person)).passwordHash).toMatch(/^\$2b\$05\$/))
  await login(costlier, person)
})

it('several sign-ins at once while the hash is made anew all succeed', async () => {
  const person = await registered(api)
  const costlier = await apiForTest({ environment: { BCRYPT_COST: '5' }, mongoUri: api.mongoUri })
  await Promise.all(Array.from({ length: 6 }, () => login(costlier, person)))
  await eventually(async () => expect((await stored(api, person)).passwordHash).toMatch(/^\$2b\$05\$/))
})

it('the headers say nothing of whether two names are one account', async () => {
  const person = await registered(api)
  const remaining = async (identifier: string) => (await attempt(identifier, 'wrong wrong')).headers.ratelimit
  const seen = (header: string | undefined) => /"login";r=(\d+)/.exec(header ?? '')?.[1]
  expect(seen(await remaining(person.email))).toBe('9')
  expect(seen(await remaining(person.username))).toBe('9')
})

const rounds = process.env.CI ? 200 : 20
const timeout = 60_000 + rounds * 3000

it('thousands of sign-ins leave fifty sessions, the latest ones', { timeout }, async () => {
  const person = await registered(api)
  const { accounts, sessions } = api.services
  const credentials = await accounts.findByIdentifier(person.email)
  if (!credentials) throw new Error('no such user')
  const opened: string[] = []
  for (let round = 0; round < rounds; round++) {
    api.clock.advance(1)
    const begun = Array.from({ length: 50 }, () => sessions.begin({ device: { userAgent: '$curl', ip: '' } }))
    await Promise.all(begun.map((session) => sessions.issue(credentials._id, session)))
    opened.push(...begun.map(({ _id }) => String(_id)))
  }
  const { refreshTokens } = await stored(api, person)
  const kept = refreshTokens.map(({ _id }: { _id: object }) => String(_id))
  expect(kept.toSorted()).toEqual(opened.slice(-50).toSorted())
  // A User-Agent is text, whatever it starts with.
  expect(refreshTokens[0].userAgent).toBe('$curl')
})

it('a session that is used stays, however many others are opened', async () => {
  const small = await apiForTest({ environment: { SESSION_LIMIT: '3' } })
  const person = await registered(small)
  let used = await login(small, person)
  const idle = await login(small, person)
  for (let i = 0; i < 5; i++) {
    small.clock.advance(60)
    const response = await small.http.post('/api/refresh-token').set('Cookie', used.jar.header).expect(200)
    const cookies = setCookies(response).map((cookie) => cookie.split(';', 1)[0])
    used = { ...used, jar: { ...used.jar, header: cookies.join('; ') } }
    small.clock.advance(60)
    await login(small, person)
  }
  await small.http.post('/api/refresh-token').set('Cookie', used.jar.header).expect(200)
  await small.http.post('/api/refresh-token').set('Cookie', idle.jar.header).expect(403)
})

it('signing in removes sessions that have expired', async () => {
  const person = await registered(api)
  await login(api, person)
  api.clock.advance(7 * 86_400 + 1)
  const latest = await login(api, person)
  const { refreshTokens } = await stored(api, person)
  expect(refreshTokens.map((session: { _id: object }) => String(session._id))).toEqual([latest.sessionId])
})

it('signing in ends the session that this browser presented, and no other', async () => {
  const person = await registered(api)
  const elsewhere = await login(api, person)
  const again = await login(api, person, { Cookie: person.jar.header })
  expect((await protectedWith(api, person.body.accessToken)).body.code).toBe('access_token_revoked')
  expect((await refresh(api, person.jar)).body.code).toBe('refresh_token_revoked')
  for (const { body } of [elsewhere, again])
    expect((await protectedWith(api, body.accessToken)).status).toBe(200)

  // Whoever held the browser before, too.
  const other = await registered(api, { Cookie: again.jar.header })
  expect((await protectedWith(api, again.body.accessToken)).status).toBe(401)
  expect((await protectedWith(api, other.body.accessToken)).status).toBe(200)

  // A wrong password ends nothing.
  await api.http
    .post('/api/login')
    .set('Cookie', other.jar.header)
    .send({ email: other.email, password: 'not the one at all' })
    .expect(401)
  expect((await protectedWith(api, other.body.accessToken)).status).toBe(200)
})

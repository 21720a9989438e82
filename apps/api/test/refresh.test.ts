import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { copyOf, jarOf, login, refresh, registered, setCookies, stored } from './support/people.ts'
import { lockOwner } from './support/refresh-lock.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const generationOf = (jar: { session: string }) => Number(jar.session.split('.')[1])

describe('any session', () => {
  it('a refresh answers with a new access token and moves both cookies together', async () => {
    const person = await registered(api)
    api.clock.advance(60)
    const response = await refresh(api, person.jar)
    expect(response.status).toBe(200)
    expect(response.body).toEqual({
      accessToken: expect.any(String),
      tokenType: 'Bearer',
      expiresIn: 900,
      user: person.body.user,
    })
    const jar = jarOf(response)
    expect(jar.session).toBe(`${person.sessionId}.1`)
    expect(jar.refreshToken).not.toBe(person.jar.refreshToken)
  })

  it('a hundred refreshes at once with one cookie are a hundred 200s with one successor', async () => {
    const person = await registered(api)
    const responses = await Promise.all(Array.from({ length: 100 }, () => refresh(api, person.jar)))
    expect(responses.map(({ status }) => status)).toEqual(Array(100).fill(200))
    expect(new Set(responses.map((response) => jarOf(response).refreshToken)).size).toBe(1)
    expect((await stored(api, person)).refreshTokens[0].generation).toBe(1)
  })

  it('without a token it is 401 and no cookie is touched', async () => {
    const response = await api.http.post('/api/refresh-token')
    expect(response.status).toBe(401)
    expect(response.body.code).toBe('refresh_token_missing')
    expect(setCookies(response)).toEqual([])
  })

  it.each([
    ['garbage', 'garbage'],
    ['a JSON cookie', 'j:{"$ne":null}'],
    ['an unsigned token', `${btoa('{"alg":"none","typ":"rt+jwt"}').replace(/=+$/, '')}.e30.`],
  ])('%s in the cookie opens nothing and clears nothing', async (_, value) => {
    const response = await api.http
      .post('/api/refresh-token')
      .set('Cookie', `latchkey.refreshToken=${encodeURIComponent(value)}`)
    expect([401, 403]).toContain(response.status)
    expect(['refresh_token_missing', 'refresh_token_invalid']).toContain(response.body.code)
    expect(setCookies(response)).toEqual([])
  })

  it('an access token in its place is invalid', async () => {
    const person = await registered(api)
    const response = await api.http.post('/api/refresh-token').send({ refreshToken: person.body.accessToken })
    expect(response.status).toBe(403)
    expect(response.body.code).toBe('refresh_token_invalid')
  })

  it('a token that came in the body is answered in the body, one from a cookie never leaves in a body', async () => {
    const person = await registered(api)
    const fromBody = await api.http.post('/api/refresh-token').send({ refreshToken: person.jar.refreshToken })
    expect(fromBody.status).toBe(200)
    expect(fromBody.body.refreshToken).toEqual(expect.any(String))
    expect(setCookies(fromBody)).toEqual([])
    const fromCookie = await refresh(api, person.jar, { 'X-Refresh-Transport': 'body' })
    expect(fromCookie.status).toBe(200)
    expect(fromCookie.body.refreshToken).toBeUndefined()
    expect(jarOf(fromCookie).refreshToken).toBe(fromBody.body.refreshToken)
  })

  it('expires after its idle time, and a refresh in between slides it', async () => {
    const person = await registered(api)
    api.clock.advance(6 * 86_400)
    const second = await refresh(api, person.jar).expect(200)
    api.clock.advance(6 * 86_400)
    const third = await refresh(api, jarOf(second)).expect(200)
    api.clock.advance(7 * 86_400)
    const late = await refresh(api, jarOf(third))
    expect(late.status).toBe(403)
    expect(late.body.code).toBe('refresh_token_expired')
    expect(setCookies(late)).toEqual([])
  })

  it('never outlives the longest age of a session', async () => {
    const short = await apiForTest({ environment: { SESSION_MAX_AGE: '10d' } })
    const person = await registered(short)
    short.clock.advance(6 * 86_400)
    const second = await refresh(short, person.jar).expect(200)
    short.clock.advance(3 * 86_400)
    const third = await refresh(short, jarOf(second)).expect(200)
    expect(generationOf(jarOf(third))).toBe(2)
    short.clock.advance(86_400)
    expect((await refresh(short, jarOf(third))).body.code).toBe('refresh_token_expired')
  })

  it('at its longest age its cookies are still there, so that a page that is open hears that it has expired', async () => {
    const short = await apiForTest({ environment: { SESSION_MAX_AGE: '10d' } })
    const person = await registered(short)
    short.clock.advance(6 * 86_400)
    const second = await refresh(short, person.jar).expect(200)
    short.clock.advance(4 * 86_400 - 1)
    const last = await refresh(short, jarOf(second)).expect(200)
    for (const cookie of setCookies(last)) expect(cookie).toContain(`Max-Age=${7 * 86_400 + 1};`)
    short.clock.advance(1)
    expect((await refresh(short, jarOf(last))).body.code).toBe('refresh_token_expired')
  })

  it('a session that was ended is refused, and so is one of a person who is gone', async () => {
    const person = await registered(api)
    const other = await login(api, person)
    await api.http.post('/api/logout').set('Cookie', other.jar.header).expect(200)
    expect((await refresh(api, other.jar)).body.code).toBe('refresh_token_revoked')
    await api.services.database.connection.collection('users').deleteOne({ emailKey: person.email })
    const gone = await refresh(api, person.jar)
    expect(gone.status).toBe(403)
    expect(gone.body.code).toBe('refresh_token_revoked')
  })
})

describe('an unbound session', () => {
  it('a lost response does not sign anyone out: the same token is answered again within the leeway', async () => {
    const person = await registered(api)
    const lost = await refresh(api, person.jar).expect(200)
    api.clock.advance(10)
    const retried = await refresh(api, person.jar).expect(200)
    expect(jarOf(retried).refreshToken).toBe(jarOf(lost).refreshToken)
    await refresh(api, jarOf(retried)).expect(200)
  })

  it('two responses in reverse order leave a jar that still works', async () => {
    const person = await registered(api)
    const [first, second] = [await refresh(api, person.jar), await refresh(api, person.jar)]
    expect(jarOf(second).refreshToken).toBe(jarOf(first).refreshToken)
    await refresh(api, jarOf(first)).expect(200)
  })

  it('a token used again after the leeway revokes that session and no other', async () => {
    const person = await registered(api)
    const other = await login(api, person)
    const successor = await refresh(api, person.jar).expect(200)
    api.clock.advance(11)
    const reused = await refresh(api, person.jar)
    expect(reused.status).toBe(403)
    expect(reused.body.code).toBe('refresh_token_reused')
    expect(setCookies(reused)).toEqual([])
    expect((await refresh(api, jarOf(successor))).body.code).toBe('refresh_token_revoked')
    await refresh(api, other.jar).expect(200)
  })

  it('cannot be bound later, by anybody', async () => {
    const person = await registered(api)
    const thief = lockOwner()
    const bound = await refresh(api, person.jar, thief.at(0)).expect(200)
    expect((await stored(api, person)).refreshTokens[0].lock).toBeNull()
    await refresh(api, jarOf(bound)).expect(200)
  })
})

describe('a bound session', () => {
  it('rotates for the owner of the key, and a retry two days later gets the same session', async () => {
    const owner = lockOwner()
    const person = await registered(api, owner.signIn)
    const lost = await refresh(api, person.jar, owner.at(0)).expect(200)
    api.clock.advance(2 * 86_400)
    const retried = await refresh(api, person.jar, owner.at(0)).expect(200)
    expect(jarOf(retried)).toEqual(jarOf(lost))
    await refresh(api, jarOf(retried), owner.at(1)).expect(200)
  })

  it('a copied cookie without the key is refused, and the owner is not disturbed', async () => {
    const owner = lockOwner()
    const person = await registered(api, owner.signIn)
    for (const headers of [{}, lockOwner().at(0), lockOwner().signIn]) {
      const refused = await refresh(api, copyOf(person.jar), headers)
      expect(refused.status).toBe(403)
      expect(refused.body.code).toBe('refresh_token_locked')
      expect(setCookies(refused)).toEqual([])
    }
    const rotated = await refresh(api, person.jar, owner.at(0)).expect(200)
    // The old cookie is refused to a thief just the same, now that it is consumed.
    expect((await refresh(api, copyOf(person.jar))).body.code).toBe('refresh_token_locked')
    await refresh(api, jarOf(rotated), owner.at(1)).expect(200)
  })

  it('an answer that is lost in the last days of the idle time is asked for again after them', async () => {
    const owner = lockOwner()
    const person = await registered(api, owner.signIn)
    api.clock.advance(6 * 86_400)
    const lost = await refresh(api, person.jar, owner.at(0)).expect(200)
    api.clock.advance(3 * 86_400)
    // The token had seven days; the session has gone on since.
    const retried = await refresh(api, person.jar, owner.at(0)).expect(200)
    expect(jarOf(retried).refreshToken).toBe(jarOf(lost).refreshToken)
    api.clock.advance(4 * 86_400)
    expect((await refresh(api, person.jar, owner.at(0))).body.code).toBe('refresh_token_expired')
  })

  it('a thief without the key cannot use up what the owner may refresh', async () => {
    const tight = await apiForTest({
      environment: { TRUST_PROXY: '1' },
      configure: (config) => ({
        ...config,
        rateLimits: { ...config.rateLimits, refreshPerSession: { points: 5, windowSeconds: 60 } },
      }),
    })
    const owner = lockOwner()
    const person = await registered(tight, owner.signIn)
    const thief = { 'X-Forwarded-For': '198.51.100.1' }
    const statuses: number[] = []
    for (let i = 0; i < 7; i++) statuses.push((await refresh(tight, copyOf(person.jar), thief)).status)
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429])
    await refresh(tight, person.jar, { ...owner.at(0), 'X-Forwarded-For': '198.51.100.2' }).expect(200)
  })

  it('a key that lags one generation behind its cookie is still the same client', async () => {
    const owner = lockOwner()
    const person = await registered(api, owner.signIn)
    const second = jarOf(await refresh(api, person.jar, owner.at(0)).expect(200))
    // Another tab moved the cookie on after this one had read it.
    const answered = await refresh(api, second, owner.at(0)).expect(200)
    expect(jarOf(answered)).toEqual(second)
    expect((await stored(api, person)).refreshTokens[0].generation).toBe(1)
  })

  it('the same client is known again by the current key when its cookie is older than the server remembers', async () => {
    const owner = lockOwner()
    const person = await registered(api, owner.signIn)
    let jar = person.jar
    for (let generation = 0; generation < 12; generation++)
      jar = jarOf(await refresh(api, jar, owner.at(generation)).expect(200))
    expect((await stored(api, person)).refreshTokens[0].consumed).toHaveLength(8)

    const forgotten = await refresh(api, person.jar, owner.at(0))
    expect(forgotten.status).toBe(403)
    expect(forgotten.body).toMatchObject({ code: 'refresh_token_locked', generation: 12 })
    const answered = await refresh(api, person.jar, owner.at(12)).expect(200)
    expect(jarOf(answered)).toEqual(jar)
    expect((await stored(api, person)).refreshTokens[0].generation).toBe(12)
  })

  it.each([
    ['a key that is too short', { 'X-Refresh-Key': 'abc' }],
    ['a key with stray bits at the end', { 'X-Refresh-Key': `${'A'.repeat(42)}B` }],
    ['a lock with padding', { 'X-Refresh-Lock': `${'A'.repeat(43)}=` }],
    ['the right key without the next lock', null],
  ])('%s is 400 and rotates nothing', async (_, headers) => {
    const owner = lockOwner()
    const person = await registered(api, owner.signIn)
    const sent = headers ?? { 'X-Refresh-Key': owner.at(0)['X-Refresh-Key'] }
    const response = await refresh(api, person.jar, sent)
    expect(response.status).toBe(400)
    expect(response.body.code).toBe('refresh_lock_malformed')
    expect((await stored(api, person)).refreshTokens[0].generation).toBe(0)
    await refresh(api, person.jar, owner.at(0)).expect(200)
  })

  it('a malformed lock at sign-in is 400 and makes no account', async () => {
    const response = await api.http
      .post('/api/register')
      .set('X-Refresh-Lock', 'nonsense')
      .send({ username: 'nobody-yet', email: 'nobody-yet@example.com', password: 'correct horse battery' })
    expect(response.status).toBe(400)
    expect(
      await api.services.database.connection
        .collection('users')
        .countDocuments({ usernameKey: 'nobody-yet' }),
    ).toBe(0)
  })
})

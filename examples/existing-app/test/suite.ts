import { createHash, createHmac, randomBytes } from 'node:crypto'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import bcrypt from 'bcryptjs'
import mongoose from 'mongoose'
import supertest from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../src/app.ts'

const secrets = {
  accessSecret: 'an access secret of this test',
  refreshSecret: 'a refresh secret of this test',
}
const origin = 'https://elsewhere.example'

/** What an application with existing users gets. The same for Express 4 and 5. */
export function existingAppSuite() {
  const connection = mongoose.createConnection(testDatabaseUri())
  let http: ReturnType<typeof supertest>

  beforeAll(async () => {
    const app = await createApp(connection, secrets)
    await connection.collection('members').insertMany([
      // A user from before there were sessions, without refreshTokens.
      { login: 'grace', secret: await bcrypt.hash('a compiler', 4) },
      { login: 'ada', secret: await bcrypt.hash('an engine', 4), refreshTokens: [] },
    ])
    http = supertest(app)
  })
  afterAll(() => connection.close())

  const signIn = (login: string, secret: string, headers: Record<string, string> = {}) =>
    http.post('/api/login').set(headers).send({ email: login, password: secret })
  const cookiesOf = (response: supertest.Response) =>
    (response.headers['set-cookie'] as unknown as string[])
      .map((cookie) => cookie.split(';', 1)[0])
      .join('; ')
  const ordersWith = (accessToken: string) =>
    http.get('/api/orders').set('Authorization', `Bearer ${accessToken}`)

  it('signs in somebody who was there before, and only with the right password', async () => {
    await signIn('grace', 'wrong').expect(401)
    const { body } = await signIn('grace', 'a compiler').expect(200)
    expect(body).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, user: { id: expect.any(String) } })
    const orders = await ordersWith(body.accessToken).expect(200)
    expect(orders.body.of).toBe(body.user.id)
  })

  it('renews by the cookie, once for any number of callers', async () => {
    const cookie = cookiesOf(await signIn('ada', 'an engine'))
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => http.post('/api/refresh-token').set('Cookie', cookie)),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(new Set(answers.map(cookiesOf)).size).toBe(1)
    await ordersWith(answers[0]?.body.accessToken).expect(200)
  })

  it('refuses a copied cookie without the key of its browser, and leaves the owner alone', async () => {
    const k = randomBytes(32)
    const key = (generation: number) => createHmac('sha256', k).update(`latchkey${generation}`).digest()
    const lock = (generation: number) => createHash('sha256').update(key(generation)).digest('base64url')
    const cookie = cookiesOf(await signIn('ada', 'an engine', { 'X-Refresh-Lock': lock(0) }))

    const withoutDevice = cookie.split('; ').filter((each) => !each.includes('device='))
    const copy = await http.post('/api/refresh-token').set('Cookie', withoutDevice.join('; '))
    expect([copy.status, copy.body.code]).toEqual([403, 'refresh_token_locked'])
    await http
      .post('/api/refresh-token')
      .set('Cookie', cookie)
      .set('X-Refresh-Key', key(0).toString('base64url'))
      .set('X-Refresh-Lock', lock(1))
      .expect(200)
  })

  it('signs out: the access token dies with the session', async () => {
    const signedIn = await signIn('ada', 'an engine')
    await http.post('/api/logout').set('Cookie', cookiesOf(signedIn)).expect(200)
    const after = await ordersWith(signedIn.body.accessToken)
    expect([after.status, after.body.code]).toEqual([401, 'access_token_revoked'])
  })

  it('ends the session that a browser held before it signed in again', async () => {
    const before = await signIn('ada', 'an engine')
    const after = await signIn('grace', 'a compiler', { Cookie: cookiesOf(before) })
    await ordersWith(before.body.accessToken).expect(401)
    await ordersWith(after.body.accessToken).expect(200)
  })

  it('lists sessions and ends one from another device', async () => {
    const here = await signIn('grace', 'a compiler')
    const there = await signIn('grace', 'a compiler')
    const bearer = { Authorization: `Bearer ${here.body.accessToken}` }
    const { body } = await http.get('/api/sessions').set(bearer).expect(200)
    const [, sid] = /latchkey\.session=([0-9a-f]{24})/.exec(cookiesOf(there)) ?? []
    expect(body.sessions.map(({ id }: { id: string }) => id)).toContain(sid)
    await http.delete(`/api/sessions/${sid}`).set(bearer).expect(204)
    await ordersWith(there.body.accessToken).expect(401)
    await ordersWith(here.body.accessToken).expect(200)
    expect((await http.delete('/api/sessions/').set(bearer)).status).toBe(404)
  })

  it('answers errors with problem documents, and pages of other sites with a refusal', async () => {
    const cookie = cookiesOf(await signIn('ada', 'an engine'))
    const foreign = await http.post('/api/refresh-token').set('Cookie', cookie).set('Origin', origin)
    expect([foreign.status, foreign.body.code]).toEqual([403, 'cross_site_request'])
    expect(foreign.headers['content-type']).toMatch('application/problem+json')
    await http.get('/api/orders').expect(401)
    await http.post('/api/refresh-token').send({ refreshToken: 1 }).expect(400)
    await http
      .post('/api/token')
      .type('form')
      .send({ grant_type: 'refresh_token', refresh_token: 'x' })
      .expect(400, /invalid_grant/)
  })
}

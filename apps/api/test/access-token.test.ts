import { createHmac, generateKeyPairSync } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { jarOf, protectedWith, refresh, registered, type SignedInPerson } from './support/people.ts'

let api: TestApi
let person: SignedInPerson
beforeAll(async () => {
  api = await startApi()
  person = await registered(api)
})
afterAll(() => api.close())

type Part = Record<string, unknown>
const encode = (part: Part) => Buffer.from(JSON.stringify(part)).toString('base64url')
const parts = (token: string) =>
  token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString())) as [Part, Part]

/** A token with header and claims changed, signed with our own secret or another. */
function forged({
  header = {},
  claims = {},
  secret = api.config.accessToken.key,
}: {
  header?: Part
  claims?: Part
  secret?: string | Buffer
}) {
  const [realHeader, realClaims] = parts(person.body.accessToken)
  const input = `${encode({ ...realHeader, ...header })}.${encode({ ...realClaims, ...claims })}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

it('opens the protected endpoint, and says there whose it is', async () => {
  const response = await protectedWith(api, person.body.accessToken)
  expect(response.status).toBe(200)
  expect(response.body).toEqual({
    message: `Welcome, ${person.username}`,
    user: {
      id: person.body.user.id,
      username: person.username,
      email: person.email,
      emailVerified: false,
      roles: ['user'],
    },
  })
})

it('of a version with other roles is read without them', async () => {
  const { status, body } = await protectedWith(api, forged({ claims: { roles: ['user', 'juggler'] } }))
  expect([status, body.user.roles]).toEqual([200, ['user']])
  const malformed = await protectedWith(api, forged({ claims: { roles: 'admin' } }))
  expect(malformed.status).toBe(401)
})

it('is issued to whoever has a role that is known no more, without it', async () => {
  const juggler = await registered(api)
  const users = api.services.database.connection.collection('users')
  await users.updateOne({ emailKey: juggler.email.toLowerCase() }, { $set: { roles: ['user', 'juggler'] } })
  const response = await refresh(api, juggler.jar)
  expect([response.status, response.body.user.roles]).toEqual([200, ['user']])
  expect((await protectedWith(api, response.body.accessToken)).status).toBe(200)
})

it('carries the header and the claims of RFC 9068 and nothing else', () => {
  const [header, claims] = parts(person.body.accessToken)
  expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: expect.any(String) })
  const issuedAt = Math.floor(api.clock.now().getTime() / 1000)
  expect(claims).toEqual({
    iss: 'latchkey',
    aud: 'latchkey/api',
    sub: person.body.user.id,
    sid: person.sessionId,
    jti: expect.any(String),
    iat: issuedAt,
    exp: issuedAt + 900,
    auth_time: issuedAt,
    amr: ['pwd'],
    acr: 'sfa',
    mfa_time: 0,
    epoch: 0,
    roles: ['user'],
    username: person.username,
    email: person.email,
    email_verified: false,
  })
})

it('a token forged by this test with the right key opens, so the refusals below mean something', async () => {
  await protectedWith(api, forged({})).expect(200)
})

it('from before there were epochs it goes on, and dies like any other', async () => {
  const old = forged({ claims: { epoch: undefined } })
  await protectedWith(api, old).expect(200)
  const fresh = await registered(api)
  const its = { sub: fresh.body.user.id, sid: fresh.sessionId, epoch: undefined }
  const [ended, demoted] = [forged({ claims: its }), forged({ claims: { ...its, sid: person.sessionId } })]
  await api.services.sessions.revoke(fresh.body.user.id, fresh.sessionId)
  expect((await protectedWith(api, ended)).body.code).toBe('access_token_revoked')
  await protectedWith(api, demoted).expect(200)
  await api.services.administration.setRoles(fresh.body.user.id, ['user', 'admin'])
  expect((await protectedWith(api, demoted)).body.code).toBe('access_token_revoked')
  await protectedWith(api, old).expect(200)
})

it('an account from before there were epochs goes on, and what it is issued can be revoked', async () => {
  const old = await registered(api)
  const users = api.services.database.connection.collection('users')
  await users.updateOne({ emailKey: old.email }, { $unset: { epoch: '' } })
  const refreshed = await refresh(api, old.jar).expect(200)
  expect(parts(refreshed.body.accessToken)[1]).toMatchObject({ epoch: 0 })
  await protectedWith(api, refreshed.body.accessToken).expect(200)
  await api.services.administration.setRoles(old.body.user.id, ['user', 'admin'])
  await protectedWith(api, refreshed.body.accessToken).expect(401)
  const promoted = await refresh(api, jarOf(refreshed)).expect(200)
  await protectedWith(api, promoted.body.accessToken).expect(200)
})

it('a token from before it said whether the address is proved opens as well, and says that it is not', async () => {
  const response = await protectedWith(api, forged({ claims: { email_verified: undefined } })).expect(200)
  expect(response.body.user.emailVerified).toBe(false)
  await protectedWith(api, forged({ claims: { email_verified: 'true' } })).expect(401)
})

it('answers /me from the database', async () => {
  const response = await api.http.get('/api/me').set('Authorization', `bearer ${person.body.accessToken}`)
  expect(response.status).toBe(200)
  expect(response.body).toEqual({ user: person.body.user, language: null, pendingEmail: null })
})

it('without a token: 401 and a challenge that names no error', async () => {
  const response = await api.http.get('/api/protected')
  expect(response.status).toBe(401)
  expect(response.body.code).toBe('access_token_missing')
  expect(response.headers['www-authenticate']).toBe('Bearer realm="latchkey"')
})

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicPem = publicKey.export({ type: 'spki', format: 'pem' })

it.each<[string, () => string]>([
  [
    'alg none',
    () => `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(parts(person.body.accessToken)[1])}.`,
  ],
  ['alg none with our kid', () => forged({ header: { alg: 'none' } })],
  ['another algorithm of the same family', () => forged({ header: { alg: 'HS512' } })],
  ['HS256 signed with a public key', () => forged({ secret: Buffer.from(publicPem) })],
  ['another secret', () => forged({ secret: 'x'.repeat(48) })],
  ['another audience', () => forged({ claims: { aud: 'somebody-else' } })],
  ['another issuer', () => forged({ claims: { iss: 'https://evil.example' } })],
  ['the type of another kind of token', () => forged({ header: { typ: 'JWT' } })],
  ['no type', () => forged({ header: { typ: undefined } })],
  ['a kid that climbs folders', () => forged({ header: { kid: '../../x' } })],
  ['a kid that is a list', () => forged({ header: { kid: ['a'] } })],
  ['no kid', () => forged({ header: { kid: undefined } })],
  ['a key of its own', () => forged({ header: { jwk: { kty: 'oct', k: 'eA' } } })],
  ['the address of a key', () => forged({ header: { jku: 'https://evil.example/jwks.json' } })],
  ['an extension we do not know', () => forged({ header: { crit: ['exp'] } })],
  ['not valid yet', () => forged({ claims: { nbf: Math.floor(api.clock.now().getTime() / 1000) + 60 } })],
  ['no expiry', () => forged({ claims: { exp: undefined } })],
  ['claims of the wrong type', () => forged({ claims: { sub: { $gt: '' } } })],
  [
    'a changed claim under the old signature',
    () => {
      const [header, claims] = parts(person.body.accessToken)
      return `${encode(header)}.${encode({ ...claims, roles: ['admin'] })}.${person.body.accessToken.split('.')[2]}`
    },
  ],
  ['a refresh token', () => person.jar.refreshToken],
])('%s: 401 with an RFC 6750 challenge', async (_, token) => {
  const response = await protectedWith(api, token())
  expect(response.status).toBe(401)
  expect(response.body.code).toBe('access_token_invalid')
  expect(response.headers['www-authenticate']).toMatch(
    /^Bearer realm="latchkey", error="invalid_token", error_description="/,
  )
})

it.each([
  ['no token', 'Bearer'],
  ['no token behind a space', 'Bearer '],
  ['nonsense', 'bearer x'],
  ['two spaces', 'Bearer  abc.def.ghi'],
  ['another scheme', 'Basic YTpi'],
  ['two tokens', 'Bearer a.b.c, Bearer d.e.f'],
  ['eight kilobytes', `Bearer ${'a'.repeat(8000)}`],
  ['a header that is not JSON', 'Bearer bm9wZQ.e30.c2ln'],
  ['a header that is null', 'Bearer bnVsbA.e30.c2ln'],
])('an Authorization header with %s is a 401', async (_, authorization) => {
  const response = await api.http.get('/api/protected').set('Authorization', authorization)
  expect(response.status).toBe(401)
  expect(response.headers['www-authenticate']).toContain('error="invalid_token"')
})

it('an Authorization header of 100 kB is a 431 and the process lives on', async () => {
  const response = await api.http.get('/api/protected').set('Authorization', `Bearer ${'a'.repeat(100_000)}`)
  expect(response.status).toBe(431)
  await protectedWith(api, person.body.accessToken).expect(200)
})

it('expires by the clock of the server', async () => {
  const fresh = await registered(api)
  api.clock.advance(899)
  await protectedWith(api, fresh.body.accessToken).expect(200)
  api.clock.advance(1)
  const response = await protectedWith(api, fresh.body.accessToken)
  expect(response.status).toBe(401)
  expect(response.body.code).toBe('access_token_expired')
  expect(response.headers['www-authenticate']).toContain('error="invalid_token"')
})

it('never outlives its session', async () => {
  const short = await startApi({ environment: { SESSION_MAX_AGE: '1h' } })
  const fresh = await registered(short)
  short.clock.advance(3600 - 60)
  const last = await refresh(short, fresh.jar).expect(200)
  expect(last.body.expiresIn).toBe(60)
  await protectedWith(short, last.body.accessToken).expect(200)
  short.clock.advance(61)
  expect((await protectedWith(short, last.body.accessToken)).body.code).toBe('access_token_expired')
  await short.close()
})

it('never outlives what is set today, whatever was set when it was issued', async () => {
  const long = await startApi({ environment: { ACCESS_TOKEN_EXPIRY: '1h' } })
  const fresh = await registered(long)
  const shared = { mongoUri: long.mongoUri, clock: long.clock }
  const short = await startApi({ ...shared, environment: { ACCESS_TOKEN_EXPIRY: '5m' } })
  await protectedWith(short, fresh.body.accessToken).expect(200)
  long.clock.advance(299)
  await protectedWith(short, fresh.body.accessToken).expect(200)
  long.clock.advance(1)
  expect((await protectedWith(short, fresh.body.accessToken)).body.code).toBe('access_token_expired')
  await Promise.all([short.close(), long.close()])
})

it('the token of a person who is gone does not open their profile', async () => {
  const gone = await registered(api)
  await api.services.database.connection.collection('users').deleteOne({ emailKey: gone.email })
  const response = await api.http.get('/api/me').set('Authorization', `Bearer ${gone.body.accessToken}`)
  expect(response.status).toBe(401)
  expect(response.body.code).toBe('access_token_revoked')
})

it('is signed by the library that everybody knows', () => {
  const claims = jwt.verify(person.body.accessToken, api.config.accessToken.key, {
    ignoreExpiration: true,
  })
  expect(claims).toMatchObject({ sub: person.body.user.id })
})

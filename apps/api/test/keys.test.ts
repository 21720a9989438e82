import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from '../src/config.ts'
import { apiForTest } from './support/api.ts'
import { jarOf, protectedWith, refresh, registered } from './support/people.ts'
import { latchkey } from './support/terminal.ts'

const first = 'first-secret-qP9sKd82LmXz71VbNcYt65WrEu'
const second = 'second-secret-Hg4Jk93SdFq20PoIuYtRe8WnBv'
const privateKey = () => {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return `es256:${key.export({ format: 'der', type: 'pkcs8' }).toString('base64url')}`
}
const kidOf = (token: string) => jwt.decode(token, { complete: true })?.header.kid

describe.each([
  ['a shared secret', first, second],
  ['a private key', privateKey(), privateKey()],
  ['a secret that gives way to a private key', first, privateKey()],
])('%s', (_, before, after) => {
  it('changes without signing anybody out, and is refused at once when it is taken out', async () => {
    const old = await apiForTest({ environment: { JWT_ACCESS_SECRET: before } })
    const person = await registered(old)
    const shared = { mongoUri: old.mongoUri, clock: old.clock }
    const rotated = await apiForTest({
      ...shared,
      environment: { JWT_ACCESS_SECRET: after, JWT_ACCESS_SECRET_PREVIOUS: before },
    })
    await protectedWith(rotated, person.body.accessToken).expect(200)
    const refreshed = await refresh(rotated, person.jar).expect(200)
    expect(kidOf(refreshed.body.accessToken)).not.toBe(kidOf(person.body.accessToken))
    await protectedWith(rotated, refreshed.body.accessToken).expect(200)

    const retired = await apiForTest({ ...shared, environment: { JWT_ACCESS_SECRET: after } })
    const refused = await protectedWith(retired, person.body.accessToken)
    expect(refused.status).toBe(401)
    expect(refused.body.code).toBe('access_token_invalid')
    await protectedWith(retired, refreshed.body.accessToken).expect(200)
    await refresh(retired, jarOf(refreshed)).expect(200)
  })
})

it('the refresh secret changes without signing anybody out', async () => {
  const old = await apiForTest({ environment: { JWT_REFRESH_SECRET: first } })
  const person = await registered(old)
  const shared = { mongoUri: old.mongoUri, clock: old.clock }
  const rotated = await apiForTest({
    ...shared,
    environment: { JWT_REFRESH_SECRET: second, JWT_REFRESH_SECRET_PREVIOUS: first },
  })
  const moved = await refresh(rotated, person.jar).expect(200)
  const retired = await apiForTest({ ...shared, environment: { JWT_REFRESH_SECRET: second } })
  expect((await refresh(retired, person.jar)).body.code).toBe('refresh_token_invalid')
  await refresh(retired, jarOf(moved)).expect(200)
})

it('another service verifies tokens with the public keys alone', async () => {
  const key = privateKey()
  const previous = privateKey()
  const api = await apiForTest({
    environment: { JWT_ACCESS_SECRET: key, JWT_ACCESS_SECRET_PREVIOUS: previous },
  })
  const person = await registered(api)
  const response = await api.http.get('/.well-known/jwks.json')
  expect(response.status).toBe(200)
  expect(response.headers['cache-control']).toBe('public, max-age=300')
  expect(response.body.keys).toHaveLength(2)
  for (const jwk of response.body.keys)
    expect(Object.keys(jwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  const jwk = response.body.keys.find(({ kid }: { kid: string }) => kid === kidOf(person.body.accessToken))
  const claims = jwt.verify(person.body.accessToken, createPublicKey({ key: jwk, format: 'jwk' }), {
    algorithms: ['ES256'],
    issuer: 'latchkey',
    audience: 'latchkey/api',
    clockTimestamp: Math.floor(api.clock.now().getTime() / 1000),
  })
  expect(claims).toMatchObject({ sub: person.body.user.id })
})

it('with shared secrets there is nothing to publish', async () => {
  const api = await apiForTest()
  expect((await api.http.get('/.well-known/jwks.json')).body).toEqual({ keys: [] })
})

it('a public key does not sign: HS256 with the published key is refused', async () => {
  const api = await apiForTest({ environment: { JWT_ACCESS_SECRET: privateKey() } })
  const person = await registered(api)
  const { keys } = (await api.http.get('/.well-known/jwks.json')).body
  const pem = createPublicKey({ key: keys[0], format: 'jwk' })
    .export({ format: 'pem', type: 'spki' })
    .toString()
  const claims = jwt.decode(person.body.accessToken) as object
  for (const secret of [pem, JSON.stringify(keys[0])]) {
    const forged = jwt.sign(claims, secret, {
      algorithm: 'HS256',
      header: { alg: 'HS256', typ: 'at+jwt', kid: keys[0].kid },
    })
    await protectedWith(api, forged).expect(401)
  }
})

it.each([
  ['JWT_ACCESS_SECRET', 'es256:nonsense'],
  ['JWT_REFRESH_SECRET', privateKey()],
])('%s=%s is refused with a sentence', (name, value) => {
  expect(() => readConfig({ [name]: value }, () => ({ accessSecret: first, refreshSecret: second }))).toThrow(
    ConfigError,
  )
})

it('makes keys that production accepts', async () => {
  const keys = async (...args: string[]) => (await latchkey(null, ['keys', 'make', ...args])).stdout
  const environment = (output: string) =>
    Object.fromEntries(
      output
        .split('\n')
        .filter((line) => /^[A-Z]/.test(line))
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    )
  const secrets = environment(await keys())
  const none = () => {
    throw new Error('asked for development secrets')
  }
  const production = { NODE_ENV: 'production', MONGO_URI: 'mongodb://127.0.0.1/latchkey' }
  expect(readConfig({ ...production, ...secrets }, none).accessToken.key).toBe(secrets.JWT_ACCESS_SECRET)
  const es256 = environment(await keys('es256'))
  expect(readConfig({ ...production, ...secrets, ...es256 }, none).accessToken.key).toMatch(/^es256:/)
  expect((await latchkey(null, ['keys', 'make', 'rot13'])).status).toBe(2)
})

import { generateKeyPairSync } from 'node:crypto'
import type { AccessTokenClaims } from '@latchkey/contracts'
import { createVerifier, type LatchkeyClaims, type TokenRefused } from '@latchkey/verify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { registered, type SignedInPerson } from './support/people.ts'

// @latchkey/verify and the tokens of this API.

const secret = 'shared-secret-qP9sKd82LmXz71VbNcYt65WrEu'
const issuer = 'https://id.example.com'
const jwksUrl = (api: TestApi) => `${api.url}/.well-known/jwks.json`

let published: TestApi
let shared: TestApi
let person: SignedInPerson
let other: SignedInPerson

beforeAll(async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = `es256:${privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url')}`
  published = await startApi({ environment: { JWT_ACCESS_SECRET: key, PUBLIC_URL: issuer } })
  shared = await startApi({ mongoUri: published.mongoUri, environment: { JWT_ACCESS_SECRET: secret } })
  person = await registered(published)
  other = await registered(shared)
})
afterAll(async () => {
  await shared.close()
  await published.close()
})

/** What is heard of a refusal. */
const quiet = { debug() {}, warn() {} }
const refusal = (verified: Promise<unknown>): Promise<TokenRefused> =>
  verified.then(
    () => expect.unreachable('it was let in'),
    (error) => error,
  )

it('reads every claim of a token, by the published keys', async () => {
  const { verify } = createVerifier({ issuer, jwksUrl: jwksUrl(published) })
  const { claims } = await verify(person.body.accessToken)
  const said: unknown = JSON.parse(
    Buffer.from(person.body.accessToken.split('.')[1] ?? '', 'base64url').toString(),
  )
  expect(claims).toEqual(said)
  // What the API promises of its tokens is what the package says of them. Roles are everybody's own.
  const promised: LatchkeyClaims = claims as AccessTokenClaims
  expect(promised).toMatchObject({ sub: person.body.user.id, email: person.email, email_verified: false })
})

it('verifies by the shared secret, the former one included, and by no other', async () => {
  const { accessToken } = other.body
  const audience = 'latchkey/api'
  for (const given of [secret, ['a-new-secret-Hg4Jk93SdFq20PoIuYtRe8WnBv', secret]]) {
    const { claims } = await createVerifier({ issuer: 'latchkey', audience, secret: given }).verify(
      accessToken,
    )
    expect(claims.username).toBe(other.username)
  }
  const wrong = createVerifier({ issuer: 'latchkey', secret: `${secret}x`, log: quiet })
  expect((await refusal(wrong.verify(accessToken))).reason).toBe('unknown_key')
})

it('takes no refresh token, and no token that is signed in another way', async () => {
  const byKeys = createVerifier({ issuer, jwksUrl: jwksUrl(published), log: quiet })
  const bySecret = createVerifier({ issuer: 'latchkey', secret, log: quiet })
  const { refreshToken } = shared.config
  const bySecretOfRefresh = createVerifier({ issuer: 'latchkey', secret: refreshToken.key, log: quiet })
  expect(await refusal(byKeys.verify(other.body.accessToken))).toMatchObject({
    reason: 'algorithm',
    message: expect.stringContaining('the verifier needs `secret`'),
  })
  expect(await refusal(bySecret.verify(person.body.accessToken))).toMatchObject({
    reason: 'algorithm',
    message: expect.stringContaining('the verifier needs `jwksUrl`'),
  })
  expect((await refusal(bySecretOfRefresh.verify(other.jar.refreshToken))).reason).toBe('type')
})

it('where Latchkey publishes no keys, it says what to set', async () => {
  const { verify } = createVerifier({ issuer, jwksUrl: jwksUrl(shared), log: quiet })
  const { status, message } = await refusal(verify(person.body.accessToken))
  expect(status).toBe(503)
  expect(message).toMatch(/lists no key for ES256.*the verifier needs `secret`/)
})

it('names the issuer that came and the one that was expected', async () => {
  const warned: string[] = []
  const log = { debug() {}, warn: (_: object, message: string) => void warned.push(message) }
  const { verify } = createVerifier({ issuer: 'latchkey', jwksUrl: jwksUrl(published), log })
  const { reason, message, body } = await refusal(verify(person.body.accessToken))
  expect(reason).toBe('issuer')
  expect(message).toMatch(/issued by "https:\/\/id\.example\.com", and this verifier believes "latchkey"/)
  expect(warned).toEqual([message])
  expect(JSON.stringify(body)).not.toContain('issue')
})

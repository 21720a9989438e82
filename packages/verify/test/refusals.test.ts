import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { createVerifier, TokenRefused } from '../src/index.ts'
import {
  claims,
  handmade,
  heardLog,
  issuer,
  keyServer,
  movableClock,
  secret,
  signingKey,
  start,
  tokenOf,
} from './support/issuer.ts'

const key = await signingKey('one')
const stranger = await signingKey('one')

async function verifying(options: { issuer?: string; audience?: string } = {}) {
  const server = await keyServer([key])
  const clock = movableClock()
  const log = heardLog()
  const verifier = createVerifier({ issuer, jwksUrl: server.url, clock, log, ...options })
  return { server, clock, log, verifier }
}

const refusal = (verified: Promise<unknown>): Promise<TokenRefused> =>
  verified.then(
    () => expect.unreachable('it was let in'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(TokenRefused)
      return error as TokenRefused
    },
  )

it('lets in a token of Latchkey with its claims, roles of one’s own included', async () => {
  const { verifier, server } = await verifying()
  const token = await tokenOf(key)
  const { claims: read } = await verifier.authorize(`bearer ${token}`)
  expect(read).toEqual(claims)
  expect(read.roles.includes('editor')).toBe(true)
  // The same object, which nobody can change for the next.
  expect((await verifier.verify(token)).claims).toBe(read)
  expect(Object.isFrozen(read) && Object.isFrozen(read.roles)).toBe(true)
  server.close()
})

it('a token from before there was a claim says what proves least', async () => {
  const { verifier, server } = await verifying()
  const { iss, aud, sub, sid, jti, iat, exp, roles, username, email } = claims
  const old = handmadeClaims({ iss, aud, sub, sid, jti, iat, exp, roles, username, email })
  const { claims: read } = await verifier.verify(await tokenOf(key, old))
  expect(read).toMatchObject({
    epoch: -1,
    acr: 'sfa',
    amr: [],
    auth_time: 0,
    email_verified: false,
  })
  server.close()
})

/** What is left out is undefined, and stands in no JSON. */
const handmadeClaims = (kept: object) => ({
  ...Object.fromEntries(Object.keys(claims).map((name) => [name, undefined])),
  ...kept,
})

it.each<[string, string, () => string | Promise<string>, RegExp]>([
  ['no JWT', 'malformed', () => 'abc', /no JWT/],
  ['nothing', 'malformed', () => '', /no JWT/],
  ['a huge one', 'malformed', () => 'a'.repeat(5000), /longer than 4096/],
  ['alg none', 'algorithm', () => handmade({ alg: 'none', typ: 'at+jwt', kid: 'one' }, claims), /"none"/],
  [
    'HS256 signed with the public key',
    'algorithm',
    () =>
      handmade({ alg: 'HS256', typ: 'at+jwt', kid: 'one' }, claims, (content) =>
        createHmac('sha256', JSON.stringify(key.jwk)).update(content).digest('base64url'),
      ),
    /"HS256", and this verifier takes ES256 alone/,
  ],
  ['a refresh token', 'type', () => tokenOf(key, {}, { typ: 'rt+jwt' }), /"rt\+jwt"/],
  ['any other JWT', 'type', () => tokenOf(key, {}, { typ: 'JWT' }), /"JWT"/],
  ['no key named', 'malformed', () => tokenOf(key, {}, { kid: undefined }), /kid/],
  ['another key', 'unknown_key', () => tokenOf(key, {}, { kid: 'two' }), /"two" among http/],
  ['a key that leads astray', 'unknown_key', () => tokenOf(key, {}, { kid: '../__proto__' }), /__proto__/],
  ['a key in the header', 'malformed', () => tokenOf(stranger, {}, { jwk: stranger.jwk }), /"jwk"/],
  ['keys at an address', 'malformed', () => tokenOf(stranger, {}, { jku: 'http://127.0.0.1/' }), /"jku"/],
  ['somebody else’s signature', 'signature', () => tokenOf(stranger), /signature/],
  ['no signature', 'signature', async () => `${(await tokenOf(key)).split('.', 2).join('.')}.`, /signature/],
  [
    'claims that were changed',
    'signature',
    async () => {
      const [header, , signature] = (await tokenOf(key)).split('.')
      const [, payload] = (await tokenOf(key, { roles: ['admin'] })).split('.')
      return [header, payload, signature].join('.')
    },
    /changed/,
  ],
  [
    'another issuer',
    'issuer',
    () => tokenOf(key, { iss: 'latchkey' }),
    /issued by "latchkey", and this verifier believes "https:\/\/id\.example\.com"/,
  ],
  ['no issuer', 'issuer', () => tokenOf(key, { iss: undefined }), /issued by undefined/],
  ['another audience', 'audience', () => tokenOf(key, { aud: 'https://other' }), /for "https:\/\/other"/],
  ['one that has expired', 'expired', () => tokenOf(key, { exp: start - 6 }), /expired at 2026-09-21T/],
  ['one that does not count yet', 'not_yet', () => tokenOf(key, { nbf: start + 60 }), /from 2026-09-21T/],
  ['one without end', 'claims', () => tokenOf(key, { exp: undefined }), /"exp" is missing/],
  ['one that lives for a day', 'claims', () => tokenOf(key, { exp: start + 86_400 }), /longer than the hour/],
  ['one without a session', 'claims', () => tokenOf(key, { sid: undefined }), /"sid" is missing/],
  ['one without roles', 'claims', () => tokenOf(key, { roles: undefined }), /"roles" is missing/],
  ['one with half an address', 'claims', () => tokenOf(key, { email_verified: 'true' }), /"email_verified"/],
  ['one of another strength', 'claims', () => tokenOf(key, { acr: 'loa4' }), /"acr" says what/],
  ['one of another way', 'claims', () => tokenOf(key, { amr: ['pwd', 'retina'] }), /"amr" says what/],
  ['one whose user is a number', 'claims', () => tokenOf(key, { sub: 7 }), /"sub" is no string/],
])('%s is refused as %s, and the log says why', async (_, reason, make, sentence) => {
  const { verifier, log, server } = await verifying()
  const token = await make()
  const error = await refusal(verifier.verify(token))
  expect(error.reason).toBe(reason)
  expect(error.message).toMatch(sentence)
  expect(error.status).toBe(401)
  expect(error.headers['WWW-Authenticate']).toContain('error="invalid_token"')
  expect([...log.warned, ...log.debugged]).toEqual([error.message])
  // The caller learns nothing of how this server is set up, nor the log of what could be replayed.
  const answer = await error.toResponse().text()
  expect(answer).not.toContain(issuer)
  expect(token === '' || !`${error.message}${answer}`.includes(token)).toBe(true)
  server.close()
})

it('a request without a token is asked for one; a header of another kind is malformed', async () => {
  const { verifier, server, log } = await verifying()
  const none = await refusal(verifier.authorize(undefined))
  expect([none.reason, none.status, none.body.code]).toEqual(['missing', 401, 'access_token_missing'])
  expect(none.headers['WWW-Authenticate']).toBe('Bearer realm="latchkey"')
  for (const other of ['', 'Basic YTpi', 'Bearers abc']) {
    const error = await refusal(verifier.authorize(other))
    expect([error.reason, error.headers['WWW-Authenticate']]).toEqual(['missing', 'Bearer realm="latchkey"'])
  }
  expect((await refusal(verifier.authorize('Bearer a b'))).reason).toBe('malformed')
  expect(log.warned).toHaveLength(1)
  server.close()
})

it('claims of one’s own are frozen, and what they hold is left as it is', async () => {
  const server = await keyServer([key])
  const shared = new Map([['a', 1]])
  const verifier = createVerifier({
    issuer,
    jwksUrl: server.url,
    clock: movableClock(),
    log: heardLog(),
    readClaims: (payload) => {
      expect(Object.isFrozen(payload) && Object.isFrozen(payload.roles)).toBe(true)
      return { ...payload, shared }
    },
  })
  const { claims: read } = await verifier.verify(await tokenOf(key))
  expect([Object.isFrozen(read), Object.isFrozen(read.shared)]).toEqual([true, false])
  server.close()
})

it('a token that was verified is refused when its time is over', async () => {
  const { verifier, server, clock } = await verifying()
  const token = await tokenOf(key)
  await verifier.verify(token)
  clock.advance(904)
  await verifier.verify(token)
  clock.advance(1)
  const error = await refusal(verifier.verify(token))
  expect([error.reason, error.body.code]).toEqual(['expired', 'access_token_expired'])
  server.close()
})

it('what may be set up wrong is warned of once a minute, however often it happens', async () => {
  const { verifier, server, clock, log } = await verifying({ issuer: 'latchkey' })
  const token = await tokenOf(key, { aud: 'latchkey/api' })
  for (let times = 0; times < 50; times += 1) await refusal(verifier.verify(token))
  expect(log.warned).toEqual([
    expect.stringMatching(/believes "latchkey": `issuer` has to be the PUBLIC_URL/),
  ])
  clock.advance(60)
  await refusal(verifier.verify(token))
  expect(log.warned).toHaveLength(2)
  server.close()
})

it('options that are missing or wrong do not compile, and throw with a sentence', () => {
  const jwksUrl = 'https://id.example.com/.well-known/jwks.json'
  // @ts-expect-error the issuer is missing
  expect(() => createVerifier({ jwksUrl })).toThrow(/needs `issuer`: the PUBLIC_URL of Latchkey/)
  // @ts-expect-error a setting may be missing
  expect(() => createVerifier({ issuer: process.env.NO_SUCH_SETTING, jwksUrl })).toThrow(/needs `issuer`/)
  expect(() => createVerifier({ issuer: '', jwksUrl })).toThrow(/needs `issuer`/)
  // @ts-expect-error no keys
  expect(() => createVerifier({ issuer })).toThrow(/either `jwksUrl` or `secret`/)
  // @ts-expect-error both
  expect(() => createVerifier({ issuer, jwksUrl, secret })).toThrow(/either `jwksUrl` or `secret`/)
  expect(() => createVerifier({ issuer, jwksUrl: 'id.example.com' })).toThrow(
    /`jwksUrl` has to be an address/,
  )
  expect(() => createVerifier({ issuer, secret: '' })).toThrow(/`secret` has to be a string/)
  expect(() => createVerifier({ issuer, secret: 'es256:abc' })).toThrow(/private key/)
  expect(() => createVerifier({ issuer, secret, webhookSecret: 'abc' })).toThrow(
    /`webhookSecret` has to be whsec_/,
  )
  expect(() => createVerifier({ issuer, secret, clockToleranceSeconds: -1 })).toThrow(/from 0 to 300/)
  expect(() => createVerifier({ issuer, secret }).receiveWebhooks()).toThrow(/needs `webhookSecret`/)
})

it('reads claims of one’s own, and refuses a token that has them not', async () => {
  const server = await keyServer([key])
  const verifier = createVerifier({
    issuer,
    jwksUrl: server.url,
    clock: movableClock(),
    log: heardLog(),
    readClaims({ tenant, ...payload }) {
      if (typeof tenant !== 'string') throw new Error('it names no tenant')
      return { ...payload, tenant }
    },
  })
  const { claims: read } = await verifier.verify(await tokenOf(key, { tenant: 'acme' }))
  expect(read.tenant.toUpperCase()).toBe('ACME')
  const error = await refusal(verifier.verify(await tokenOf(key)))
  expect([error.reason, error.message]).toEqual(['claims', 'The token cannot be read: it names no tenant.'])
  server.close()
})

import { AccessTokenClaimsSchema } from '@latchkey/contracts'
import { holdAgainstVectors, readVectors } from '@latchkey/contracts/testing'
import { Types } from 'mongoose'
import { it } from 'vitest'
import type { SessionSettings } from '../../src/settings.ts'
import { createAccessTokens } from '../../src/tokens/access-token.ts'
import { signingKey } from '../../src/tokens/signing-keys.ts'
import {
  accessSecret,
  after,
  type Claims,
  clockAt,
  ecdsaSigned,
  hmacSigned,
  partsOf,
  privateKey,
  publicKeyText,
  refreshSecret,
  respelled,
  secondsAt,
  sessionId,
  settings,
  strangersSecret,
  unsigned,
  userId,
} from './published.ts'
import { codeOf } from './refusal.ts'

const jti = '6f1d7f0a-0f2b-4a56-9a35-0c6a7d3c9b11'
const lifetime = settings.accessToken.ttlSeconds

/** As the product describes its users. */
const owner = {
  claims: () => ({
    roles: ['user' as const],
    username: 'ada',
    email: 'ada@example.com',
    email_verified: true,
  }),
  claimsSchema: AccessTokenClaimsSchema,
}

const tokensAt = (at: Date, accessToken: SessionSettings['accessToken'] = settings.accessToken) =>
  createAccessTokens({ settings: accessToken, owner, clock: clockAt(at) })

/** A token of the code under test, taken apart. What is random in it is always the same here. */
function issued(accessToken = settings.accessToken) {
  const session = { _id: new Types.ObjectId(sessionId), createdAt: after(0), expiresAt: after(7 * 86_400) }
  const user = { _id: new Types.ObjectId(userId) }
  const subject = { user, session, epoch: 3, issuedAt: secondsAt(after(0)) }
  const { header, claims } = partsOf(tokensAt(after(0), accessToken).sign(subject).accessToken)
  const always: Claims = { ...claims, jti }
  return { header, claims: always }
}

interface Taken {
  name: string
  token: string
}

it('access tokens are taken and refused as the vectors say', () => {
  const { header, claims } = issued()
  const asymmetric = issued({ ...settings.accessToken, key: privateKey })
  const good = hmacSigned(header, claims, accessSecret)
  const { sub, sid, iat, exp, iss, aud, roles, username, email } = claims
  const former: Claims = { iss, aud, sub, sid, jti, iat, exp, roles, username, email }
  const signed = (changed: Claims, otherHeader = header) =>
    hmacSigned(otherHeader, { ...claims, ...changed }, accessSecret)
  const { sid: _, ...withoutSession } = claims

  const accepted = [
    { name: 'signed with the secret', token: good, at: after(0) },
    { name: 'in its last second', token: good, at: after(lifetime - 1) },
    { name: 'by a clock that is a minute behind', token: good, at: after(-60) },
    { name: 'signed with the private key', token: asymmetricToken(asymmetric), at: after(0) },
    {
      name: 'from before there were claims about the sign-in: they say what proves least',
      token: hmacSigned(header, former, accessSecret),
      at: after(0),
    },
  ].map(({ name, token, at }) => ({ name, token, at, claims: tokensAt(at).verify(token) }))

  const refused = [
    { name: 'no token', token: '' },
    { name: 'no JWT', token: 'a token' },
    { name: 'expired', token: good, at: after(lifetime) },
    {
      name: 'older than tokens live here, whatever it says itself',
      token: signed({ exp: secondsAt(after(3600)) }),
      at: after(lifetime),
    },
    { name: 'another secret', token: hmacSigned(header, claims, strangersSecret) },
    { name: 'changed after it was signed', token: tampered(good, { ...claims, roles: ['admin'] }) },
    { name: 'the signature of another spelling', token: respelled(good) },
    { name: 'the signature padded', token: `${good}=` },
    { name: 'no signature', token: `${unsigned({ ...header, alg: 'none' }, claims)}.` },
    {
      name: 'another algorithm than its key has',
      token: hmacSigned({ ...header, alg: 'HS512' }, claims, accessSecret, 'sha512'),
    },
    {
      name: 'the public key taken for a secret',
      token: hmacSigned({ ...asymmetric.header, alg: 'HS256' }, claims, publicKeyText),
    },
    { name: 'no key of that name', token: signed({}, { ...header, kid: 'AAAAAAAAAA' }) },
    { name: 'no name of a key', token: signed({}, { alg: 'HS256', typ: 'at+jwt' }) },
    { name: 'no type', token: signed({}, { alg: 'HS256', kid: header.kid }) },
    { name: 'another type', token: signed({}, { ...header, typ: 'JWT' }) },
    {
      name: 'a key in its header',
      token: signed({}, { ...header, jku: 'https://id.example.com/jwks.json' }),
    },
    { name: 'a critical extension', token: signed({}, { ...header, crit: ['exp'] }) },
    { name: 'another issuer', token: signed({ iss: 'https://elsewhere.example' }) },
    { name: 'another audience', token: signed({ aud: 'https://id.example.com/other' }) },
    { name: 'several audiences', token: signed({ aud: [claims.aud, 'https://id.example.com/other'] }) },
    { name: 'no session', token: hmacSigned(header, withoutSession, accessSecret) },
    { name: 'a time with a fraction', token: signed({ iat: secondsAt(after(0)) + 0.5 }) },
    {
      name: 'a refresh token',
      token: hmacSigned(
        { alg: 'HS256', typ: 'rt+jwt', kid: signingKey(refreshSecret).kid },
        { sub, sid, gen: 0, iat, exp },
        refreshSecret,
      ),
    },
  ].map(({ name, token, at = after(0) }) => ({
    name,
    token,
    at,
    code: codeOf(() => tokensAt(at).verify(token)),
  }))

  const { issuer, audience } = settings.accessToken
  holdAgainstVectors('access-tokens', {
    verifier: { keys: [accessSecret, privateKey], issuer, audience, ttlSeconds: lifetime },
    accepted,
    refused,
  })
})

/** The signature is another one each time: the one that was written down stays, as long as it signs the same. */
function asymmetricToken({ header, claims }: ReturnType<typeof issued>): string {
  const written = readVectors<{ accepted: Taken[] }>('access-tokens')?.accepted ?? []
  const text = unsigned(header, claims)
  return written.find(({ token }) => token.startsWith(`${text}.`))?.token ?? ecdsaSigned(header, claims)
}

function tampered(token: string, claims: Claims): string {
  const { header, signature } = partsOf(token)
  return `${unsigned(header, claims)}.${signature}`
}

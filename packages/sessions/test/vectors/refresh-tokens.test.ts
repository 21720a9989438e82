import { holdAgainstVectors } from '@latchkey/contracts/testing'
import { Types } from 'mongoose'
import { it } from 'vitest'
import { createRefreshTokens } from '../../src/tokens/refresh-token.ts'
import { signingKey } from '../../src/tokens/signing-keys.ts'
import {
  accessSecret,
  after,
  type Claims,
  clockAt,
  formerRefreshSecret,
  hmacSigned,
  partsOf,
  refreshSecret,
  respelled,
  sessionId,
  settings,
  strangersSecret,
  unsigned,
  userId,
} from './published.ts'
import { codeOf } from './refusal.ts'

const tokensAt = (at: Date) => createRefreshTokens(settings.refreshToken, clockAt(at))

it('refresh tokens are made, read and refused as the vectors say', () => {
  const session = {
    generation: 3,
    lock: 'PtM7QJcQ3rBEtZRrTMt5mUqPUIeCjj7DWPoI8pQzNrE',
    rotatedAt: after(60),
    expiresAt: after(60 + settings.refreshToken.ttlSeconds),
  }
  const _id = new Types.ObjectId(sessionId)
  const good = tokensAt(after(60)).sign(userId, { _id, ...session })
  const unbound = tokensAt(after(60)).sign(userId, { _id, ...session, lock: null })
  const { header, claims } = partsOf(good)
  const signed = (changed: Claims, otherHeader = header) =>
    hmacSigned(otherHeader, { ...claims, ...changed }, refreshSecret)
  const { exp: _, ...endless } = claims

  const accepted = [
    { name: 'the current key', token: good, at: after(60) },
    {
      name: 'a former key',
      token: hmacSigned({ ...header, kid: signingKey(formerRefreshSecret).kid }, claims, formerRefreshSecret),
      at: after(60),
    },
    { name: 'of an unbound session, or of former releases: no lock', token: unbound, at: after(60) },
    { name: 'after its exp, which is for the session to decide', token: good, at: session.expiresAt },
  ].map((each) => ({ ...each, says: tokensAt(each.at).read(each.token) }))

  const refused = [
    { name: 'no token', token: '' },
    { name: 'no JWT', token: 'a token' },
    { name: 'another secret', token: hmacSigned(header, claims, strangersSecret) },
    {
      name: 'changed after it was signed',
      token: `${unsigned(header, { ...claims, gen: 4 })}.${partsOf(good).signature}`,
    },
    { name: 'the signature of another spelling', token: respelled(good) },
    { name: 'no signature', token: `${unsigned({ ...header, alg: 'none' }, claims)}.` },
    {
      name: 'another algorithm',
      token: hmacSigned({ ...header, alg: 'HS512' }, claims, refreshSecret, 'sha512'),
    },
    { name: 'another type', token: signed({}, { ...header, typ: 'JWT' }) },
    { name: 'no key of that name', token: signed({}, { ...header, kid: 'AAAAAAAAAA' }) },
    { name: 'a header with a member more', token: signed({}, { ...header, crit: ['exp'] }) },
    {
      name: 'a header in another order: it is compared as text',
      token: signed({}, { typ: header.typ, alg: header.alg, kid: header.kid }),
    },
    { name: 'a generation below zero', token: signed({ gen: -1 }) },
    { name: 'a generation with a fraction', token: signed({ gen: 0.5 }) },
    { name: 'a generation as text', token: signed({ gen: '3' }) },
    { name: 'a lock that is no text', token: signed({ lock: 3 }) },
    { name: 'an id in capitals', token: signed({ sid: sessionId.toUpperCase() }) },
    { name: 'no end', token: hmacSigned(header, endless, refreshSecret) },
    {
      name: 'an access token',
      token: hmacSigned(
        { alg: 'HS256', typ: 'at+jwt', kid: signingKey(accessSecret).kid },
        claims,
        accessSecret,
      ),
    },
  ].map((each) => ({ ...each, code: codeOf(() => tokensAt(after(60)).read(each.token)) }))

  holdAgainstVectors('refresh-tokens', {
    keys: { current: refreshSecret, former: [formerRefreshSecret] },
    made: { userId, session: { sid: sessionId, ...session }, token: good },
    accepted,
    refused,
  })
})

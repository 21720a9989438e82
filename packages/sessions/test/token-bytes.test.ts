import { generateKeyPairSync } from 'node:crypto'
import { AccessTokenClaimsSchema } from '@latchkey/contracts'
import jwt from 'jsonwebtoken'
import { Types } from 'mongoose'
import { expect, it } from 'vitest'
import { idOnly } from '../src/owner.ts'
import { defaultSettings } from '../src/settings.ts'
import { createAccessTokens } from '../src/tokens/access-token.ts'
import { createRefreshTokens } from '../src/tokens/refresh-token.ts'
import { signingKey } from '../src/tokens/signing-keys.ts'

// Tokens are signed by hand: a library, and with it every version before, makes and takes the same.

const secret = 'a secret that is long enough for anybody'
const clock = { now: () => new Date('2026-11-28T12:00:00Z') }
const settings = defaultSettings({ accessSecret: `${secret}, for access`, refreshSecret: secret })
const es256Key = `es256:${generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url')}`

const userId = new Types.ObjectId().toHexString()
const session = {
  _id: new Types.ObjectId(),
  generation: 12,
  lock: 'L'.repeat(43),
  createdAt: clock.now(),
  rotatedAt: clock.now(),
  expiresAt: new Date(clock.now().getTime() + 7 * 86_400_000),
}
const refreshClaims = {
  sub: userId,
  sid: session._id.toHexString(),
  gen: 12,
  lock: session.lock,
  iat: Math.floor(session.rotatedAt.getTime() / 1000),
  exp: Math.floor(session.expiresAt.getTime() / 1000),
}
const signedByLibrary = (claims: object) => {
  const { kid, verifyWith } = signingKey(secret)
  return jwt.sign(claims, verifyWith, { header: { alg: 'HS256', typ: 'rt+jwt', kid } })
}
const refreshTokens = createRefreshTokens(settings.refreshToken, clock)
const invalid = expect.objectContaining({ code: 'refresh_token_invalid' })

it('a refresh token is to the byte what the library makes of its claims', () => {
  expect(refreshTokens.sign(userId, session)).toBe(signedByLibrary(refreshClaims))
  expect(refreshTokens.read(signedByLibrary(refreshClaims))).toEqual({
    userId,
    sessionId: refreshClaims.sid,
    lock: session.lock,
    generation: 12,
    expired: false,
  })
})

it.each([`${secret}, for access`, es256Key])('an access token is good for the library, too', (key) => {
  const owner = { ...idOnly, claimsSchema: AccessTokenClaimsSchema } as never
  const accessTokens = createAccessTokens({
    settings: { ...settings.accessToken, key },
    owner: {
      ...(owner as object),
      claims: () => ({ roles: ['user'], username: 'Zoë', email: 'ü@b.ch' }),
    } as never,
    clock,
  })
  const { accessToken } = accessTokens.sign({
    user: { _id: new Types.ObjectId(userId) },
    session,
    epoch: 3,
    issuedAt: refreshClaims.iat,
  })
  const { algorithm, kid, verifyWith } = signingKey(key)
  const { header, payload } = jwt.verify(accessToken, verifyWith, {
    algorithms: [algorithm],
    complete: true,
    clockTimestamp: refreshClaims.iat,
  })
  expect(header).toEqual({ alg: algorithm, typ: 'at+jwt', kid })
  expect(payload).toMatchObject({ sub: userId, username: 'Zoë', email: 'ü@b.ch', epoch: 3 })
  expect(accessTokens.verify(accessToken)).toEqual(payload)
})

it('a refresh token has three parts and one spelling, and is good from when it is signed', () => {
  const token = signedByLibrary(refreshClaims)
  const [header, payload = '', signature] = token.split('.')
  const others = [
    `${token}.`,
    `${token}.${signature}`,
    `${header}.${payload}`,
    `${header}.${payload}.`,
    ` ${token}`,
    `${token} `,
    `${token}=`,
    `${header}.${payload}=.${signature}`,
    `${header}.${payload.slice(0, 4)}.${payload.slice(4)}.${signature}`,
    `${token.slice(0, -1)}é`,
    signedByLibrary({ ...refreshClaims, nbf: refreshClaims.exp }),
  ]
  for (const other of others) expect(() => refreshTokens.read(other), other).toThrow(invalid)
})

it('a key whose signatures differ each time signs no refresh tokens', () => {
  for (const keys of [
    { key: es256Key, previousKeys: [] },
    { key: secret, previousKeys: [es256Key] },
  ])
    expect(() => createRefreshTokens({ ...settings.refreshToken, ...keys }, clock)).toThrow('shared secret')
})

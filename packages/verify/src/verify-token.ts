import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import { type ReadClaims, readStandardClaims } from './claims.ts'
import type { KeySource } from './keys/key-source.ts'
import type { Clock, Settings } from './options.ts'
import { remembered } from './remembered.ts'
import { type RefusalReason, TokenRefused } from './token-refused.ts'

/** Longer than any token that Latchkey signs. Anything longer is refused unread. */
const maxLength = 4096
/** All that Latchkey writes: a header with `jwk`, `jku` or `crit` is not its own. */
const headerMembers = new Set(['alg', 'typ', 'kid'])
/** How many verified tokens are remembered, about 1.5 kB each. */
const rememberedTokens = 4096

interface Collaborators<Claims> {
  settings: Pick<Settings, 'issuer' | 'audience' | 'clockToleranceSeconds'>
  keys: KeySource
  clock: Clock
  readClaims: ReadClaims<Claims>
}

/** A token that is good, whatever was revoked. */
export interface Good<Claims> {
  claims: Claims
  standard: ReturnType<typeof readStandardClaims>
}

interface Kept<Claims> extends Good<Claims> {
  kid: string
  key: object
}

/**
 * Reads access tokens (RFC 9068, RFC 8725). A token that was verified before is recognised as a whole; only its time and
 * its key are looked at again. Rejects with TokenRefused.
 */
export function createVerifyToken<Claims>({ settings, keys, clock, readClaims }: Collaborators<Claims>) {
  const { issuer, audience, clockToleranceSeconds } = settings
  const known = remembered<Kept<Claims>>(rememberedTokens)

  return async function verifyToken(token: string): Promise<Good<Claims>> {
    const before = known.get(token)
    if (before && isInTime(before) && (await keys.find(before.kid)) === before.key) return before
    const now = await verifyAnew(token)
    known.set(token, now)
    return now
  }

  function isInTime({ standard: { exp } }: Good<Claims>): boolean {
    return clock.now().getTime() / 1000 < exp + clockToleranceSeconds
  }

  async function verifyAnew(token: string): Promise<Kept<Claims>> {
    const kid = kidOf(token)
    const key = await keys.find(kid)
    if (!key) throw new TokenRefused('unknown_key', `No key is called ${quoted(kid)} among ${keys.origin}.`)
    const { payload } = await jwtVerify(token, key, {
      algorithms: [keys.algorithm],
      issuer,
      audience,
      clockTolerance: clockToleranceSeconds,
      currentDate: clock.now(),
    }).catch((error: unknown) => {
      throw refusalOf(error)
    })
    return { ...claimsIn(payload), kid, key }
  }

  /** The name of its key, if its header is one that Latchkey writes for an access token. */
  function kidOf(token: string): string {
    const { alg, typ, kid, ...rest } = headerOf(token)
    const others = Object.keys(rest)
    if (alg !== keys.algorithm)
      throw new TokenRefused(
        'algorithm',
        `The token is signed with ${quoted(alg)}, and this verifier takes ${keys.algorithm} alone: ${adviceOf(keys)}.`,
      )
    if (typ !== 'at+jwt')
      throw new TokenRefused(
        'type',
        `The token is of the type ${quoted(typ)}, and an access token is "at+jwt".`,
      )
    if (typeof kid !== 'string') throw new TokenRefused('malformed', 'The token does not name its key (kid).')
    if (others.some((name) => !headerMembers.has(name)))
      throw new TokenRefused(
        'malformed',
        `The token’s header has members that Latchkey never writes: ${quoted(others)}.`,
      )
    return kid
  }

  function claimsIn(payload: JWTPayload): Good<Claims> {
    try {
      const standard = frozen(readStandardClaims(payload))
      return { claims: Object.freeze(readClaims(standard)), standard }
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'its claims are not what this server reads'
      throw new TokenRefused('claims', `The token cannot be read: ${why}.`, { cause })
    }
  }

  function refusalOf(error: unknown): TokenRefused {
    if (error instanceof errors.JWTExpired)
      return new TokenRefused('expired', `The token expired at ${timeOf(error.payload.exp)}.`)
    if (error instanceof errors.JWTClaimValidationFailed) return claimRefusal(error)
    if (error instanceof errors.JWSSignatureVerificationFailed)
      return new TokenRefused(
        'signature',
        'The token’s signature is not of the key that it names, or it was changed.',
      )
    return new TokenRefused('malformed', 'The token is no JWT that is signed.', { cause: error })
  }

  function claimRefusal({ claim, payload, message }: errors.JWTClaimValidationFailed): TokenRefused {
    const { iss, aud, nbf } = payload
    const [reason, sentence] = ((): [RefusalReason, string] => {
      if (claim === 'iss')
        return [
          'issuer',
          `The token was issued by ${quoted(iss)}, and this verifier believes ${quoted(issuer)}: \`issuer\` has to be the PUBLIC_URL of Latchkey, or "latchkey" where that is not set.`,
        ]
      if (claim === 'aud')
        return [
          'audience',
          `The token is for ${quoted(aud)}, and \`audience\` of this verifier is ${quoted(audience)}.`,
        ]
      if (claim === 'nbf') return ['not_yet', `The token counts from ${timeOf(nbf)} on.`]
      return ['claims', `The token cannot be read: ${message}.`]
    })()
    return new TokenRefused(reason, sentence)
  }
}

function headerOf(token: unknown): Record<string, unknown> {
  if (typeof token !== 'string') throw new TokenRefused('malformed', 'The token is no string.')
  if (token.length > maxLength)
    throw new TokenRefused(
      'malformed',
      `The token is longer than ${maxLength} characters, so it is none of Latchkey.`,
    )
  try {
    return { ...decodeProtectedHeader(token) }
  } catch (cause) {
    throw new TokenRefused('malformed', 'The token is no JWT.', { cause })
  }
}

const adviceOf = ({ algorithm }: KeySource) =>
  algorithm === 'ES256'
    ? 'where JWT_ACCESS_SECRET of Latchkey is not es256:…, the verifier needs `secret`'
    : 'where JWT_ACCESS_SECRET of Latchkey is es256:…, the verifier needs `jwksUrl`'

/** What a stranger wrote, in one line and short. */
const quoted = (value: unknown): string => String(JSON.stringify(value)).slice(0, 200)

const timeOf = (seconds: unknown): string => {
  const at = new Date(Number(seconds) * 1000)
  return Number.isNaN(at.getTime()) ? 'no time' : at.toISOString()
}

/** It is remembered and handed out again, so no request may change what the next one reads. */
function frozen<Payload extends object>(payload: Payload): Payload {
  for (const value of Object.values(payload)) Object.freeze(value)
  return Object.freeze(payload)
}

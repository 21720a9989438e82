/** What every access token says (RFC 9068). Times are seconds since 1970. */
export interface StandardClaims {
  readonly iss: string
  readonly aud: string
  /** The account. */
  readonly sub: string
  /** The session. */
  readonly sid: string
  /** This one token. */
  readonly jti: string
  readonly iat: number
  readonly exp: number
  /** When its owner last proved who they are, and how; 0 and nothing where the token does not say. */
  readonly auth_time: number
  readonly amr: readonly string[]
  readonly acr: string
  /** When another factor than a password was last shown, of several; 0: never. */
  readonly mfa_time: number
  /** Which revocation of the account it came after; -1: before there were numbers. */
  readonly epoch: number
}

/** What the tokens of the Latchkey API say beside that. */
export interface LatchkeyClaims extends StandardClaims {
  readonly roles: readonly string[]
  readonly username: string
  /** Confirmed or not: anybody can sign up with any address. */
  readonly email: string
  /** Whether its owner has confirmed it. */
  readonly email_verified: boolean
}

type Payload = Readonly<Record<string, unknown>>

/**
 * Claims of a product of one's own from what a token says, the standard ones read already. Throws what it likes where they
 * are not what it wants: the token is refused then.
 */
export type ReadClaims<Claims> = (payload: StandardClaims & Payload) => Claims

/** All that Latchkey writes into `amr` and `acr`. */
const methods = ['pwd', 'otp', 'hwk', 'swk', 'user', 'mfa']
const contexts = ['sfa', 'mfa']

/** No access token of Latchkey lives longer, in seconds; nor is a revocation remembered for one that would. */
const longestSeconds = 3600

/** Throws Error, whose sentence names the claim. */
export function readStandardClaims(payload: Payload): StandardClaims & Payload {
  const iat = whole(payload, 'iat')
  const exp = whole(payload, 'exp')
  if (exp - iat > longestSeconds) throw new Error('it lives longer than the hour that Latchkey gives at most')
  return {
    ...payload,
    iss: text(payload, 'iss'),
    aud: text(payload, 'aud'),
    sub: text(payload, 'sub'),
    sid: text(payload, 'sid'),
    jti: text(payload, 'jti'),
    iat,
    exp,
    auth_time: whole(payload, 'auth_time', 0),
    amr: known(texts(payload, 'amr', []), 'amr', methods),
    acr: known([text(payload, 'acr', 'sfa')], 'acr', contexts)[0] as string,
    mfa_time: whole(payload, 'mfa_time', 0),
    epoch: whole(payload, 'epoch', -1),
  }
}

/** Throws Error, whose sentence names the claim. */
export const readLatchkeyClaims: ReadClaims<LatchkeyClaims> = (payload) => ({
  ...payload,
  roles: texts(payload, 'roles'),
  username: text(payload, 'username'),
  email: text(payload, 'email'),
  email_verified: truth(payload, 'email_verified', false),
})

function text(payload: Payload, name: string, missing?: string): string {
  const value = payload[name] ?? missing
  if (typeof value === 'string') return value
  throw new Error(`its claim "${name}" is ${value === undefined ? 'missing' : 'no string'}`)
}

function whole(payload: Payload, name: string, missing?: number): number {
  const value = payload[name] ?? missing
  if (Number.isSafeInteger(value)) return value as number
  throw new Error(`its claim "${name}" is ${value === undefined ? 'missing' : 'no whole number'}`)
}

function truth(payload: Payload, name: string, missing: boolean): boolean {
  const value = payload[name] ?? missing
  if (typeof value === 'boolean') return value
  throw new Error(`its claim "${name}" is neither true nor false`)
}

/** Throws for a value that Latchkey never writes. */
function known(values: readonly string[], name: string, all: readonly string[]): readonly string[] {
  if (values.every((each) => all.includes(each))) return values
  throw new Error(`its claim "${name}" says what Latchkey never says`)
}

function texts(payload: Payload, name: string, missing?: readonly string[]): readonly string[] {
  const value = payload[name] ?? missing
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  throw new Error(`its claim "${name}" is ${value === undefined ? 'missing' : 'no list of strings'}`)
}

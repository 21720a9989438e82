import * as z from 'zod/mini'
import { authenticationContexts, authenticationMethods } from './authentication.ts'
import { complaint } from './complaint.ts'
import { RolesSchema } from './roles.ts'
import { UserSchema } from './users.ts'

/**
 * Names on the wire.
 *
 * The refresh token travels in an HttpOnly cookie. The same response sets a readable cookie with `sid.gen`. It tells
 * the page that somebody is signed in, and which generation the browser holds. All ports of a host share its cookies,
 * so the names begin with a prefix and a dot: `latchkey.session`. On https they also start with `__Host-` (RFC
 * 6265bis §4.1.3.2).
 */
export const cookieNames = {
  bare: {
    refreshToken: 'refreshToken',
    session: 'session',
    /** A random id by which an account recognises a browser. It signs nobody in. */
    device: 'device',
  },
  defaultPrefix: 'latchkey',
  hostPrefix: '__Host-',
} as const

/** `<meta name="…" content="the prefix">`: tells the page a prefix other than the default. */
export const cookiePrefixMeta = 'latchkey-cookie-prefix'

export const headerNames = {
  /** `body`: the client cannot keep cookies and wants the refresh token in the JSON. */
  refreshTransport: 'X-Refresh-Transport',
  /** base64url(SHA-256(next key)): what the next refresh must open. */
  refreshLock: 'X-Refresh-Lock',
  /** base64url of the 32-byte key that opens the stored lock. */
  refreshKey: 'X-Refresh-Key',
  /**
   * From a page that cannot read the `session` cookie, because it is on another host: what it believes that says,
   * `sid.gen`, or `none`.
   */
  refreshSession: 'X-Refresh-Session',
  /**
   * For a browser that is trusted: what its next sign-in must open, and what opens it now: up to four keys, with
   * commas between.
   */
  trustLock: 'X-Trust-Lock',
  trustKey: 'X-Trust-Key',
} as const

/**
 * What every access token says (RFC 9068 §2.2). `iat`, `exp` and `auth_time` are seconds since 1970; a refresh leaves
 * `auth_time`, when its owner last proved who they are, as it was. `epoch` counts how often what its user was issued
 * so far has been revoked. Tokens from before there was a claim say what proves least.
 */
export const StandardClaimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  sid: z.string(),
  jti: z.string(),
  iat: z.int(),
  exp: z.int(),
  auth_time: z._default(z.int(), 0),
  amr: z._default(z.array(z.enum(authenticationMethods)), []),
  acr: z._default(z.enum(authenticationContexts), 'sfa'),
  /** When another factor than a password was last shown, of several; 0: never. */
  mfa_time: z._default(z.int(), 0),
  epoch: z._default(z.int(), -1),
})

/** What the tokens of this application say beside that. */
export const AccessTokenClaimsSchema = z.extend(StandardClaimsSchema, {
  roles: RolesSchema,
  username: z.string(),
  email: z.string(),
  /** Whether its owner has proved it. */
  email_verified: z._default(z.boolean(), false),
})
export type AccessTokenClaims = z.infer<typeof AccessTokenClaimsSchema>

const tokenFields = {
  accessToken: z.string(),
  tokenType: z.literal('Bearer'),
  /** Lifetime of the access token, in seconds. */
  expiresIn: z.int(),
  user: UserSchema,
  /** Of the session; only where the request says what its page believes (`X-Refresh-Session`). */
  generation: z.optional(z.int()),
  /** Only for clients that asked for it in a body, or sent theirs there. */
  refreshToken: z.optional(z.string()),
}

export const TokensSchema = z.object(tokenFields)
export type Tokens = z.infer<typeof TokensSchema>

export const SignedInSchema = z.object({ message: z.string(), ...tokenFields })
export type SignedIn = z.infer<typeof SignedInSchema>

/**
 * The answer to a registration after which nobody is signed in yet: the address must be confirmed first
 * (`REQUIRE_VERIFIED_EMAIL`), or the first sign-in sets up a second factor (`REQUIRE_FACTOR_FOR`).
 */
export const RegisteredOnlySchema = z.object({
  message: z.string(),
  user: UserSchema,
  next: z.enum(['confirm_email', 'sign_in']),
})
export type RegisteredOnly = z.infer<typeof RegisteredOnlySchema>

export const RegisteredSchema = z.union([SignedInSchema, RegisteredOnlySchema])
export type Registered = z.infer<typeof RegisteredSchema>

/** RFC 6749 §5.1. `expires_in` is in seconds. */
export const OAuthTokensSchema = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  refresh_token: z.string(),
})
export type OAuthTokens = z.infer<typeof OAuthTokensSchema>

/** Our JWTs are under 1 kB. Anything much longer is not worth parsing. */
const RefreshTokenSchema = z
  .string(complaint('refresh_token_type'))
  .check(
    z.minLength(1, complaint('refresh_token_empty')),
    z.maxLength(4096, complaint('refresh_token_too_long')),
  )

export const RefreshBodySchema = z.optional(z.strictObject({ refreshToken: z.optional(RefreshTokenSchema) }))

/** RFC 6749 §6. Unknown parameters are ignored, as §3.2 asks. */
export const TokenBodySchema = z.object({
  grant_type: z.string(),
  refresh_token: z.optional(RefreshTokenSchema),
})

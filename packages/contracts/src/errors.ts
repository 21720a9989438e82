import * as z from 'zod/mini'

/**
 * Every `code` that a problem document can carry. Clients switch on the code; titles and sentences may change.
 * `server/problem.ts` maps each code to a status. It does not compile when one is missing.
 */
export const errorCodes = [
  'validation_failed',
  'malformed_json',
  'payload_too_large',
  'unsupported_media_type',
  'unsupported_encoding',
  'headers_too_large',
  'bad_request',
  'not_found',
  'method_not_allowed',
  'cross_site_request',
  'cross_site_page',
  'forbidden',
  'rate_limited',
  'email_taken',
  'username_taken',
  'invalid_credentials',
  'email_not_verified',
  'account_disabled',
  'password_required',
  'passkey_invalid',
  'passkey_challenge_invalid',
  'passkey_unknown',
  'passkey_taken',
  'too_many_passkeys',
  'passkeys_unavailable',
  'last_way_in',
  'token_invalid',
  'token_expired',
  'token_used',
  'access_token_missing',
  'access_token_invalid',
  'access_token_expired',
  'access_token_revoked',
  'step_up_required',
  'factor_invalid',
  'factor_required',
  'ticket_expired',
  'refresh_token_missing',
  'refresh_token_invalid',
  'refresh_token_expired',
  'refresh_token_revoked',
  'refresh_token_reused',
  'refresh_token_locked',
  'refresh_token_key_lost',
  'refresh_token_forwarded',
  'session_moved',
  'refresh_lock_malformed',
  'database_unavailable',
  'overloaded',
  'shutting_down',
  'internal_error',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/**
 * What is wrong with one field. `path` is dotted (`email`), and empty for the body as a whole. `code` and `limit` are of the
 * list in `complaints.ts`: of this one, of a newer one, or missing, for servers before there was a list.
 */
export const FieldErrorSchema = z.object({
  path: z.string(),
  message: z.string(),
  code: z.optional(z.string()),
  limit: z.optional(z.number()),
})
export type FieldError = z.infer<typeof FieldErrorSchema>

/** RFC 9457 problem document. `message` repeats `detail`, for clients that read `data.message`. */
export const ProblemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(errorCodes),
  detail: z.string(),
  message: z.string(),
  errors: z.optional(z.array(FieldErrorSchema)),
  /** With `refresh_token_locked`: the generation whose key would open the session. */
  generation: z.optional(z.int()),
  /** With `session_moved`: what the readable `session` cookie says, `sid.gen`. */
  session: z.optional(z.string()),
  /** With `password_required`: the account whose password it is. */
  username: z.optional(z.string()),
  /** With `step_up_required`: how long ago the caller may have signed in, in seconds, and how strongly it must have been. */
  stepUp: z.optional(z.object({ maxAgeSeconds: z.optional(z.int()), acr: z.optional(z.literal('mfa')) })),
})
export type StepUpDemand = NonNullable<Problem['stepUp']>
export type Problem = z.infer<typeof ProblemSchema>

/** The error answer of the OAuth token endpoint (RFC 6749 §5.2). Only that endpoint has a shape of its own. */
export const OAuthErrorSchema = z.object({
  error: z.enum(['invalid_request', 'invalid_grant', 'unsupported_grant_type']),
  error_description: z.string(),
})
export type OAuthError = z.infer<typeof OAuthErrorSchema>

import * as z from 'zod/mini'
import { authenticationMethods } from './authentication.ts'
import { complaint } from './complaint.ts'

export const sessionNameMaxLength = 64

export const deviceForms = ['phone', 'tablet', 'computer'] as const
export type DeviceForm = (typeof deviceForms)[number]

/** What a browser says of itself beyond its name, which it need not. An iPad says the same as a Mac. */
const deviceTraits = {
  form: z.optional(z.enum(deviceForms)),
  /** Of the browser: "131". Browsers no longer tell the system's. */
  version: z.optional(z.string()),
}

/** A signed-in device. `id` is the `sid` of its tokens; times are ISO 8601 in UTC. */
export const SessionSchema = z.object({
  id: z.string(),
  /** Whether this is the session that makes the request. */
  current: z.boolean(),
  /** The name its owner gave it. Null: none yet. */
  name: z.nullable(z.string()),
  /** Browser and system in words: "Firefox on macOS". */
  device: z.string(),
  ...deviceTraits,
  ip: z.string(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime(),
  /** Where it was last used. `device` and `ip` say where it was opened. */
  lastDevice: z.string(),
  lastIp: z.string(),
  expiresAt: z.iso.datetime(),
  /** However often it is used, it ends then. Servers of the last release do not say this and the next two. */
  endsAt: z.optional(z.iso.datetime()),
  /** How often its refresh token has been replaced. */
  generation: z.optional(z.int()),
  /** Whether it goes on only with the key that is kept in its browser. */
  bound: z.optional(z.boolean()),
  /** By what it was opened (RFC 8176). Missing where nobody kept it. */
  amr: z.optional(z.array(z.enum(authenticationMethods))),
})
export type Session = z.infer<typeof SessionSchema>

/** An empty name removes the name. */
export const RenameSessionBodySchema = z.strictObject({
  name: z
    .string(complaint('name_missing'))
    .check(z.trim(), z.maxLength(sessionNameMaxLength, complaint('name_long'))),
})

/** A browser that has signed in to the account before. It is known by a cookie that opens nothing. */
export const KnownDeviceSchema = z.object({
  id: z.string(),
  /** Whether it is the one that asks. */
  current: z.boolean(),
  device: z.string(),
  ...deviceTraits,
  ip: z.string(),
  firstSeenAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  /**
   * Until then the password alone signs in from it, where a second factor is asked for elsewhere. Missing: it is not
   * trusted.
   */
  trustedUntil: z.optional(z.iso.datetime()),
})
export type KnownDevice = z.infer<typeof KnownDeviceSchema>

export const SessionParamsSchema = z.object({ id: z.string() })

/** Events of an account that its owner wants to know about. */
export const activityKinds = [
  'registered',
  'signed_in',
  /** A sign-in from a browser that is new to this account. */
  'new_device',
  /** A sign-in from a browser that is known, in a network that it had not signed in from. */
  'new_network',
  'signed_out',
  /** Its owner ended it from another device, or ended all. */
  'session_revoked',
  /** A cookie came without the key of its browser, and was refused. */
  'copied_session_refused',
  /** An old token of an unbound session was used again. The session was ended. */
  'token_reused',
  /** A repeated refresh came from another network than the session's last use, and was answered. */
  'answered_elsewhere',
  'password_changed',
  'password_reset',
  /** Its owner signs in by passkey alone. */
  'password_removed',
  'email_verified',
  'email_changed',
  /** It was asked for, and taken back before it was confirmed. */
  'email_change_cancelled',
  /** The address from before a change was put back from there; the password is to be reset. */
  'email_change_undone',
  'username_changed',
  /** The language of mails. */
  'language_changed',
  'roles_changed',
  'account_disabled',
  'account_enabled',
  /** Many failed sign-ins in a row. */
  'failed_sign_ins',
  'totp_enabled',
  'totp_disabled',
  'recovery_codes_renewed',
  'recovery_code_used',
  /** One was used, and only a few are left. */
  'recovery_codes_low',
  /** The password was right, and the second factor was asked for. */
  'factor_asked',
  /** And what was shown was wrong. */
  'factor_failed',
  /** Many times. */
  'failed_factors',
  /** It signs in without the second factor for some time. */
  'browser_trusted',
  /** Its owner no longer wants that. */
  'browser_untrusted',
  /** The operator was asked to take every factor away; it is done later, */
  'factors_reset_requested',
  /** unless its owner shows one, */
  'factors_reset_cancelled',
  /** or now it is done. */
  'factors_reset',
  'passkey_added',
  'passkey_removed',
  /** A passkey signed what was not asked for here, or not as it has to; nobody was let in. */
  'passkey_refused',
  /** A passkey counted backwards, as a copy of it would. It was refused. */
  'passkey_counter_back',
] as const
export type ActivityKind = (typeof activityKinds)[number]

export const ActivityEventSchema = z.object({
  id: z.string(),
  kind: z.enum(activityKinds),
  at: z.iso.datetime(),
  /** The session it is about. Null: none in particular. */
  sessionId: z.nullable(z.string()),
  ip: z.string(),
  device: z.string(),
  /** The session that was ended from another one; its name as in `SessionSchema`. Missing where it is not about that. */
  ended: z.optional(z.object({ name: z.nullable(z.string()), device: z.string() })),
  ...deviceTraits,
  /** By what somebody signed in (RFC 8176). Missing where it is not about that, or nobody kept it. */
  amr: z.optional(z.array(z.enum(authenticationMethods))),
})
export type ActivityEvent = z.infer<typeof ActivityEventSchema>

/** `after`: `next` of the answer before. */
export const ActivityQuerySchema = z.object({ after: z.optional(z.string().check(z.maxLength(200))) })

import * as z from 'zod/mini'
import { secondStepMethods } from './authentication.ts'

/** What the owner of an account has beside the password. */
export const FactorsSchema = z.object({
  /** Null: no authenticator app. */
  totp: z.nullable(z.object({ confirmedAt: z.iso.datetime() })),
  recoveryCodesLeft: z.int(),
  /** Whether somebody of this role has to have a second factor. */
  required: z.boolean(),
})
export type Factors = z.infer<typeof FactorsSchema>

/** What an authenticator app is given. */
export const TotpEnrolmentSchema = z.object({
  /** In base32, for whoever types it. */
  secret: z.string(),
  /** `otpauth://totp/…` */
  uri: z.string(),
  /** The same as a picture: an address for an `img` (SVG). */
  qr: z.string(),
})
export type TotpEnrolment = z.infer<typeof TotpEnrolmentSchema>

export const RecoveryCodesSchema = z.object({
  /** Shown this once. Each opens the account once in place of a code of the app. */
  recoveryCodes: z.array(z.string()),
})

/** The password was right, and something is left to show: no session is open yet. */
export const FactorOutstandingSchema = z.object({
  message: z.string(),
  /** For `POST /login/factor` or `/login/factor/passkey`: it opens one session. */
  ticket: z.string(),
  /** By what the sign-in can go on. */
  methods: z.array(z.enum(secondStepMethods)),
  /** There is none, and there has to be: it goes on at `POST /login/enrol`. */
  enrol: z.optional(z.literal(true)),
  /** How long the ticket counts, in seconds. */
  expiresIn: z.int(),
})
export type FactorOutstanding = z.infer<typeof FactorOutstandingSchema>

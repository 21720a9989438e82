import * as z from 'zod/mini'
import { EmailSchema, NewPasswordSchema, PasswordSchema, UsernameSchema } from './account.ts'
import { maxEmailLength } from './account-bounds.ts'
import { factorMethods } from './authentication.ts'
import { complaint } from './complaint.ts'
import { languages } from './languages.ts'
import { AssertionSchema } from './passkeys.ts'

// The bodies that forms send. In a file of their own: a page with a form need not download the table of endpoints.

export const RegisterBodySchema = z.strictObject({
  username: UsernameSchema,
  email: EmailSchema,
  password: NewPasswordSchema,
})

/** An email address or a username. */
const IdentifierSchema = z
  .string(complaint('identifier_missing'))
  .check(
    z.trim(),
    z.minLength(1, complaint('identifier_missing')),
    z.maxLength(maxEmailLength, complaint('identifier_too_long')),
  )

export const LoginBodySchema = z.strictObject({ email: IdentifierSchema, password: PasswordSchema })

export const ChangePasswordBodySchema = z.strictObject({
  currentPassword: PasswordSchema,
  newPassword: NewPasswordSchema,
})

/** The token from a mailed link: 32 bytes in base64url. */
const ActionTokenSchema = z
  .string(complaint('link_incomplete'))
  .check(z.minLength(1, complaint('link_incomplete')), z.maxLength(128, complaint('link_malformed')))

export const TokenOnlyBodySchema = z.strictObject({ token: ActionTokenSchema })
/** Whoever is not signed in to the account shows its password: a mailbox alone owns nothing. */
export const ProveEmailBodySchema = z.strictObject({
  token: ActionTokenSchema,
  password: z.optional(PasswordSchema),
})
export const EmailOnlyBodySchema = z.strictObject({ email: EmailSchema })
export const ResetPasswordBodySchema = z.strictObject({
  token: ActionTokenSchema,
  password: NewPasswordSchema,
})
/**
 * Step-up is what these ask for. A password that is sent all the same has to be right: clients from before there was
 * step-up ask people for it.
 */
const formerProof = { password: z.optional(PasswordSchema) }
export const ChangeEmailBodySchema = z.strictObject({ email: EmailSchema, ...formerProof })
export const UpdateMeBodySchema = z.strictObject({ username: UsernameSchema, ...formerProof })
/** In which language the account is written to. */
export const SetLanguageBodySchema = z.strictObject({
  language: z.enum(languages, complaint('language_unknown')),
})
export const DeleteMeBodySchema = z.optional(z.strictObject(formerProof))
/** `email` takes the place of an address that was never confirmed. */
export const CorrectEmailBodySchema = z.strictObject({
  identifier: IdentifierSchema,
  password: PasswordSchema,
  email: EmailSchema,
})

/** As it was typed: spaces and dashes mean nothing. Which digits or letters are right is not decided here. */
const CodeSchema = z
  .string(complaint('code_missing'))
  .check(z.trim(), z.minLength(1, complaint('code_missing')), z.maxLength(64, complaint('code_too_long')))
const MethodSchema = z.enum(factorMethods, complaint('method_missing'))

const TicketSchema = z
  .string(complaint('ticket_missing'))
  .check(z.minLength(1, complaint('ticket_missing')), z.maxLength(128, complaint('ticket_malformed')))

export const CodeBodySchema = z.strictObject({ code: CodeSchema })
export const TicketBodySchema = z.strictObject({ ticket: TicketSchema })
export const EnrolBodySchema = z.strictObject({ ticket: TicketSchema, code: CodeSchema })
export const FactorBodySchema = z.strictObject({
  ticket: TicketSchema,
  method: MethodSchema,
  code: CodeSchema,
  /** For 30 days the password alone signs in from here, and a key that never leaves this browser (X-Trust-Lock). */
  trustBrowser: z.optional(z.boolean()),
})
export const FactorPasskeyBodySchema = z.strictObject({
  ticket: TicketSchema,
  passkey: AssertionSchema,
  trustBrowser: z.optional(z.boolean()),
})

export const ReauthenticateBodySchema = z.union([
  z.strictObject({ password: PasswordSchema }),
  z.strictObject({ method: MethodSchema, code: CodeSchema }),
  z.strictObject({ passkey: AssertionSchema }),
])

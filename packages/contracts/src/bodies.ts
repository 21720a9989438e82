import * as z from 'zod/mini'
import { EmailSchema, NewPasswordSchema, PasswordSchema, UsernameSchema } from './account.ts'
import { maxEmailLength } from './account-bounds.ts'

// The bodies that forms send. In a file of their own: a page with a form need not download the table of endpoints.

export const RegisterBodySchema = z.strictObject({
  username: UsernameSchema,
  email: EmailSchema,
  password: NewPasswordSchema,
})

export const LoginBodySchema = z.strictObject({
  /** An email address or a username. */
  email: z
    .string('Enter your email address or username.')
    .check(
      z.trim(),
      z.minLength(1, 'Enter your email address or username.'),
      z.maxLength(maxEmailLength, 'This is longer than any email address or username.'),
    ),
  password: PasswordSchema,
})

export const ChangePasswordBodySchema = z.strictObject({
  currentPassword: PasswordSchema,
  newPassword: NewPasswordSchema,
})

/** The token from a mailed link: 32 bytes in base64url. */
const ActionTokenSchema = z
  .string('The link is not complete.')
  .check(z.minLength(1, 'The link is not complete.'), z.maxLength(128, 'This is not a token of ours.'))

export const TokenOnlyBodySchema = z.strictObject({ token: ActionTokenSchema })
export const EmailOnlyBodySchema = z.strictObject({ email: EmailSchema })
export const ResetPasswordBodySchema = z.strictObject({
  token: ActionTokenSchema,
  password: NewPasswordSchema,
})
export const ChangeEmailBodySchema = z.strictObject({ email: EmailSchema, password: PasswordSchema })
export const UpdateMeBodySchema = z.strictObject({ username: UsernameSchema })
export const DeleteMeBodySchema = z.strictObject({ password: PasswordSchema })

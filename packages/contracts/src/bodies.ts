import * as z from 'zod/mini'
import { EmailSchema, NewPasswordSchema, PasswordSchema, roles, UsernameSchema } from './account.ts'

// Apart from the table of endpoints, so that a page with one form need not download all of it.

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
      z.maxLength(254, 'This is longer than any email address or username.'),
    ),
  password: PasswordSchema,
})

export const ChangePasswordBodySchema = z.strictObject({
  currentPassword: PasswordSchema,
  newPassword: NewPasswordSchema,
})

/** The token of a link that was sent by mail: 32 bytes in base64url. */
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

/** Part of a username or an email address, from its beginning. */
export const FindUsersQuerySchema = z.object({
  query: z._default(
    z.string().check(z.trim(), z.maxLength(254, 'This is longer than any name or address.')),
    '',
  ),
})
export const SetRolesBodySchema = z.strictObject({
  roles: z
    .array(z.enum(roles))
    .check(z.minLength(1, 'A user has at least one role.'), z.maxLength(roles.length)),
})

/** A JWT of ours is under 1 kB; anything much longer is not worth parsing. */
const RefreshTokenSchema = z
  .string('refreshToken is a string.')
  .check(z.minLength(1, 'refreshToken is empty.'), z.maxLength(4096, 'refreshToken is too long.'))

export const RefreshBodySchema = z.optional(z.strictObject({ refreshToken: z.optional(RefreshTokenSchema) }))

/** RFC 6749 §6. Unknown parameters are ignored, as §3.2 asks. */
export const TokenBodySchema = z.object({
  grant_type: z.string(),
  refresh_token: z.optional(RefreshTokenSchema),
})

import * as z from 'zod/mini'
import {
  maxEmailLength,
  maxPasswordUnits,
  normalizePassword,
  passwordLength,
  usernameLength,
} from './account-bounds.ts'
import { parseEmail } from './email-address.ts'

const characters = (text: string) => [...text].length

export const UsernameSchema = z
  .string('Choose a username.')
  .check(
    z.trim(),
    z.minLength(usernameLength.min, `A username has at least ${usernameLength.min} characters.`),
    z.maxLength(usernameLength.max, `A username has at most ${usernameLength.max} characters.`),
    z.regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
      'Use letters, digits, dots, dashes and underscores, starting with a letter or digit.',
    ),
  )

export const EmailSchema = z.string('Enter your email address.').check(
  z.trim(),
  z.minLength(1, 'Enter your email address.'),
  z.maxLength(maxEmailLength, { error: 'This is longer than any email address.', abort: true }),
  z.check(({ value, issues }) => {
    const parsed = value === '' ? null : parseEmail(value)
    if (parsed && 'reason' in parsed)
      issues.push({ code: 'custom', message: parsed.reason, input: value, continue: false })
  }),
)

const tooLong = `A password has at most ${passwordLength.max} characters.`

/** A new password. Only its length is checked here; the API's password policy checks the rest. */
export const NewPasswordSchema = z.string('Choose a password.').check(
  z.maxLength(maxPasswordUnits, { error: tooLong, abort: true }),
  z.refine((password) => characters(normalizePassword(password)) >= passwordLength.min, {
    error: `A password has at least ${passwordLength.min} characters.`,
    abort: true,
  }),
  z.refine((password) => characters(normalizePassword(password)) <= passwordLength.max, {
    error: tooLong,
    abort: true,
  }),
)

/** An existing password: anything that was once accepted, but not so long that checking it wastes time. */
export const PasswordSchema = z
  .string('Enter your password.')
  .check(z.minLength(1, 'Enter your password.'), z.maxLength(1024, 'This password is too long to be yours.'))

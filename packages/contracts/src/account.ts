import * as z from 'zod/mini'
import {
  maxEmailLength,
  maxPasswordUnits,
  normalizePassword,
  passwordLength,
  usernameLength,
} from './account-bounds.ts'
import { complaint } from './complaint.ts'
import { parseEmail } from './email-address.ts'

const characters = (text: string) => [...text].length

export const UsernameSchema = z
  .string(complaint('username_missing'))
  .check(
    z.trim(),
    z.minLength(usernameLength.min, complaint('username_short')),
    z.maxLength(usernameLength.max, complaint('username_long')),
    z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, complaint('username_characters')),
  )

export const EmailSchema = z.string(complaint('email_missing')).check(
  z.trim(),
  z.minLength(1, complaint('email_missing')),
  z.maxLength(maxEmailLength, { error: complaint('email_too_long'), abort: true }),
  z.check(({ value, issues }) => {
    const parsed = value === '' ? null : parseEmail(value)
    if (!parsed || 'key' in parsed) return
    const { code: message, limit } = parsed
    issues.push({ code: 'custom', message, params: { limit }, input: value, continue: false })
  }),
)

const tooLong = { error: complaint('new_password_long'), params: { limit: passwordLength.max }, abort: true }

/** A new password. Only its length is checked here; the API's password policy checks the rest. */
export const NewPasswordSchema = z.string(complaint('new_password_missing')).check(
  z.refine((password) => password.length <= maxPasswordUnits, tooLong),
  z.refine((password) => characters(normalizePassword(password)) >= passwordLength.min, {
    error: complaint('new_password_short'),
    params: { limit: passwordLength.min },
    abort: true,
  }),
  z.refine((password) => characters(normalizePassword(password)) <= passwordLength.max, tooLong),
)

/** An existing password: anything that was once accepted, but not so long that checking it wastes time. */
export const PasswordSchema = z
  .string(complaint('password_missing'))
  .check(z.minLength(1, complaint('password_missing')), z.maxLength(1024, complaint('password_too_long')))

import { type Complaint, sentenceOf } from '@latchkey/contracts'

/** Why an entry is not imported, beside what a registration would complain of. */
const refusals = {
  line_broken: 'This is not one JSON object, or nothing can be made of what is in it.',
  line_long: 'This is longer than 1 MB.',
  line_not_utf8: 'This is not UTF-8.',
  line_quotes: 'A quote stands where none may stand, or is not closed.',
  line_columns: 'This has another number of columns than the first line.',
  role_unknown: 'There are the roles user and admin. Leave others out with: --map role=',
  role_admin: 'This would be an administrator. Add --allow-admins if that is meant.',
  verified_malformed: 'Whether the address is confirmed cannot be read: true, false or a date in the past.',
  disabled_malformed: 'Whether the account is disabled cannot be read: true or false.',
  created_malformed: 'The time of its creation cannot be read, is yet to come, or is before 1973.',
  hash_unreadable: 'This is no hash of a password that is known here, or --hash has to say which.',
  hash_too_costly: 'This hash takes more time or memory to compare than a sign-in may.',
  hash_slow:
    'This hash takes longer to compare than those of BCRYPT_COST, and from then on every sign-in would take as long as it. Add --allow-slow-hashes if that is meant.',
  hash_no_salt: 'The salt of this hash is missing.',
  email_taken: 'There is already an account with this email address.',
  username_taken: 'There is already an account with this username.',
} as const

export type Refusal = { code: keyof typeof refusals; limit?: undefined } | Complaint

export const refusalSentence = (refusal: Refusal): string =>
  isOwn(refusal) ? refusals[refusal.code] : sentenceOf(refusal)

const isOwn = (refusal: Refusal): refusal is { code: keyof typeof refusals } =>
  Object.hasOwn(refusals, refusal.code)

/** One entry of a file. `line`: where it begins, from 1; in a JSON array: which entry it is. */
export type Row = { line: number } & ({ record: Record<string, unknown> } | { refusal: Refusal })

export const refused = (code: keyof typeof refusals): Refusal => ({ code })

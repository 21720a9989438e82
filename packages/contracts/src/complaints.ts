/**
 * Everything that can be wrong with a field: a stable code, and what the API says. `{limit}` is a number that the complaint
 * brings along. The messages of the schemas are these codes; the API and the page turn them into sentences.
 */
export const complaints = {
  username_missing: 'Choose a username.',
  username_short: 'A username needs at least {limit} characters.',
  username_long: 'A username can have at most {limit} characters.',
  username_characters: 'Use letters, digits, dots, dashes and underscores, starting with a letter or digit.',
  username_misleading: 'A username must not look like a web address. Choose another.',
  username_reserved: 'This username is reserved. Choose another.',

  email_missing: 'Enter your email address.',
  email_too_long: 'This is longer than any email address.',
  email_malformed: 'This does not look like an email address. One looks like ada@example.com.',
  email_domain_malformed: 'The part after the @ is not the name of a domain, like example.com.',
  email_domain_incomplete: 'The domain after the @ is not complete. One looks like example.com.',
  email_local_malformed:
    'The part before the @ contains something that no mailbox name can have, such as a space or two dots in a row.',
  email_local_long: 'The part before the @ is longer than {limit} characters, so no mail could reach it.',
  email_long: 'An email address can have at most {limit} characters.',
  email_confirmed: 'The address of this account is already confirmed. Sign in to change it.',
  email_guarded: 'This account has two-step sign-in. Sign in to change its address.',

  identifier_missing: 'Enter your email address or username.',
  identifier_too_long: 'This is longer than any email address or username.',

  password_missing: 'Enter your password.',
  password_too_long: 'This password is too long to be yours.',
  password_wrong: 'This is not the password of this account.',
  current_password_wrong: 'This is not your current password.',
  new_password_missing: 'Choose a password.',
  new_password_short: 'A password needs at least {limit} characters.',
  new_password_long: 'A password can have at most {limit} characters.',
  new_password_repetitive: 'This password repeats the same few characters. Choose another.',
  new_password_sequence: 'This password is a simple sequence, like 1234 or qwerty. Choose another.',
  new_password_common: 'This password is one of the first that anybody would try. Choose another.',
  new_password_personal: 'This password is little more than your name or address. Choose another.',
  new_password_service: 'This password is little more than the name of this service. Choose another.',
  new_password_breached:
    'This password was in a data breach, so it will be tried. Choose another, here and wherever else you use it.',

  code_missing: 'Enter the code.',
  code_too_long: 'This is longer than any code.',
  method_missing: 'Say which kind of code this is.',
  ticket_missing: 'The ticket of the sign-in is missing.',
  ticket_malformed: 'This ticket is not one of ours.',
  browser_untrustable: 'Only a browser that keeps cookies and keys can be trusted.',
  link_incomplete: 'The link is not complete.',
  link_malformed: 'This link is not one of ours.',

  name_missing: 'Choose a name.',
  name_long: 'A name can have at most {limit} characters.',
  base64url_malformed: 'This is not base64url.',

  language_unknown: 'This language is not available.',

  refresh_token_type: 'refreshToken must be a string.',
  refresh_token_empty: 'refreshToken is empty.',
  refresh_token_too_long: 'refreshToken is too long.',

  roles_missing: 'A user needs at least one role.',
  search_too_long: 'This is longer than any name or address.',
  search_characters: 'No name or address contains such a character.',
  place_unknown: 'There is no such place in this list.',

  number_missing: 'Enter a number.',
  number_malformed: 'This is not a number. One looks like 12 or 12.5.',
  number_whole: 'Enter a whole number.',
  number_small: 'The number must be at least {limit}.',
  number_large: 'The number can be at most {limit}.',
  date_missing: 'Enter a date.',
  date_malformed: 'This is not a date. One looks like 2026-03-14.',
  checkbox_malformed: 'This is either ticked or not.',

  body_malformed: 'Send a JSON object.',
  field_unknown: 'This field is not known here.',
  /** Whatever else is not as the contract says. */
  value_malformed: 'This value is not valid here.',
} as const

export type ComplaintCode = keyof typeof complaints

/** Those whose sentence has a number. */
export type LimitedCode = {
  [Code in ComplaintCode]: (typeof complaints)[Code] extends `${string}{limit}${string}` ? Code : never
}[ComplaintCode]
type UnlimitedCode = Exclude<ComplaintCode, LimitedCode>

/** What is wrong, without the words for it. `limit` is what `{limit}` stands for, where the sentence has one. */
export type Complaint = { code: LimitedCode; limit: number } | { code: UnlimitedCode; limit?: undefined }

/** What a complaint with this code brings along. */
export type LimitOf<Code extends ComplaintCode> = [Code] extends [UnlimitedCode]
  ? []
  : [Code] extends [LimitedCode]
    ? [limit: number]
    : never

/** Of a schema: its message is a code, and what it checks is the limit. */
interface Issue {
  message: string
  minimum?: unknown
  maximum?: unknown
  params?: Record<string, unknown> | undefined
}

export const isComplaintCode = (code: string): code is ComplaintCode => Object.hasOwn(complaints, code)

const isLimited = (code: ComplaintCode): code is LimitedCode => complaints[code].includes('{limit}')

/** What another version, or a schema, says. Null: its code is in no list here, or its sentence lacks the number. */
export function readComplaint(code: string, limit: unknown): Complaint | null {
  if (!isComplaintCode(code)) return null
  if (!isLimited(code)) return { code }
  return typeof limit === 'number' ? { code, limit } : null
}

/** What a schema complains of. Its own words, which are no code, are `value_malformed`. */
export const complaintOf = ({ message, minimum, maximum, params }: Issue): Complaint =>
  readComplaint(message, minimum ?? maximum ?? params?.limit) ?? { code: 'value_malformed' }

/** A complaint in the words of the API, or in others. */
export const sentenceOf = (
  { code, limit }: Complaint,
  sentences: Readonly<Record<ComplaintCode, string>> = complaints,
  inWords: (limit: number) => string = String,
): string => (limit === undefined ? sentences[code] : sentences[code].replace('{limit}', inWords(limit)))

import type { AuthError } from '@latchkey/auth-client'
import type { InOurWords } from './form-checks.ts'
import type { FieldErrors } from './form-schema.ts'

/** Refusals that are about one field each. */
const fields: Partial<Record<AuthError['code'], string>> = {
  email_taken: 'email',
  username_taken: 'username',
  factor_invalid: 'code',
}

const inTheirs: InOurWords = { complaint: ({ message }) => message, failure: ({ message }) => message }

/** The server's complaints about single fields of the form, or null when one is about something else. */
export function serverFieldErrors(
  error: AuthError,
  hasField: (name: string) => boolean,
  inOurWords = inTheirs,
): FieldErrors | null {
  const errors: FieldErrors = {}
  const field = fields[error.code]
  if (field) errors[field] = () => inOurWords.failure(error)
  else
    for (const complaint of error.problem?.errors ?? [])
      errors[complaint.path] ??= () => inOurWords.complaint(complaint)
  const paths = Object.keys(errors)
  return paths.length > 0 && paths.every(hasField) ? errors : null
}

import type { AuthError } from '@latchkey/auth-client'
import type { FieldError } from '@latchkey/contracts'
import { words } from '../words/en/errors.ts'
import type { FieldErrors } from './form-schema.ts'

/** The server's complaints about single fields of the form, or null when one is about something else. */
export function serverFieldErrors(
  error: AuthError,
  hasField: (name: string) => boolean,
  inOurWords: (complaint: FieldError) => string = ({ message }) => message,
): FieldErrors | null {
  const errors: FieldErrors = {}
  for (const complaint of complaintsOf(error)) {
    const { path } = complaint
    if (!hasField(path)) return null
    errors[path] ??= inOurWords(complaint)
  }
  return Object.keys(errors).length > 0 ? errors : null
}

function complaintsOf(error: AuthError): readonly FieldError[] {
  switch (error.code) {
    case 'email_taken':
      return [{ path: 'email', message: words.byCode.email_taken }]
    case 'username_taken':
      return [{ path: 'username', message: words.byCode.username_taken }]
    case 'factor_invalid':
      return [{ path: 'code', message: words.byCode.factor_invalid }]
    default:
      return error.problem?.errors ?? []
  }
}

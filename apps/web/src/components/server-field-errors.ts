import type { AuthError } from '@latchkey/auth-client'
import { words } from '../words/en/errors.ts'
import type { FieldErrors } from './form-schema.ts'

/** The server's complaints about single fields of the form, or null when one is about something else. */
export function serverFieldErrors(error: AuthError, hasField: (name: string) => boolean): FieldErrors | null {
  const errors: FieldErrors = {}
  for (const { path, message } of complaintsOf(error)) {
    if (!hasField(path)) return null
    errors[path] ??= message
  }
  return Object.keys(errors).length > 0 ? errors : null
}

function complaintsOf(error: AuthError): readonly { path: string; message: string }[] {
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

import type { AuthError } from '@latchkey/auth-client'
import type { FieldError } from '@latchkey/contracts'
import { words } from '../words/en/errors.ts'
import type { FieldErrors } from './form-schema.ts'

/** The server's complaints about single fields of the form, or null when one is about something else. */
export function serverFieldErrors(
  { code, problem }: AuthError,
  hasField: (name: string) => boolean,
  inOurWords: (complaint: FieldError) => string = ({ message }) => message,
): FieldErrors | null {
  const errors: FieldErrors = {}
  if (code === 'email_taken') errors.email = () => words.byCode.email_taken
  else if (code === 'username_taken') errors.username = () => words.byCode.username_taken
  else if (code === 'factor_invalid') errors.code = () => words.byCode.factor_invalid
  else for (const complaint of problem?.errors ?? []) errors[complaint.path] ??= () => inOurWords(complaint)
  const paths = Object.keys(errors)
  return paths.length > 0 && paths.every(hasField) ? errors : null
}

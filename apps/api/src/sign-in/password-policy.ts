import { normalizePassword } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { isCommonPassword } from './common-passwords.ts'

/**
 * Current guidance: no rules of composition, but nothing that is tried first (NIST SP 800-63B-4 §3.1.1.2).
 * Throws AuthError `validation_failed` with a complaint at `path`.
 */
export function refuseGuessable(
  path: string,
  password: string,
  { username, email }: { username: string; email: string },
): void {
  if (isCommonPassword(password))
    complain(path, 'This password is one of the first that anybody would try. Choose another.')
  const personal = [username, email, email.split('@', 1)[0] ?? '']
  const typed = normalizePassword(password).toLowerCase()
  if (personal.some((word) => word.toLowerCase() === typed))
    complain(path, 'Your password must not be your name or address. Choose another.')
}

/** Throws AuthError `validation_failed` with one complaint. */
export function complain(path: string, message: string): never {
  throw new AuthError('validation_failed', { errors: [{ path, message }] })
}

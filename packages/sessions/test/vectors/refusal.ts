import { AuthError } from '@latchkey/contracts/server'

/** The code with which something is refused. Throws Error where it is not. */
export function codeOf(attempt: () => unknown): string {
  try {
    attempt()
  } catch (error) {
    if (error instanceof AuthError) return error.code
    throw error
  }
  throw new Error('This was taken, and is written down as refused.')
}

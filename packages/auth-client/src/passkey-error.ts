import { AuthError } from './auth-error.ts'

/** Makes an AuthError of what the browser throws (WebAuthn Level 3 §5.1.3 and §5.1.4). */
export function passkeyError(error: unknown): AuthError {
  const name = error instanceof Error ? error.name : ''
  switch (name) {
    case 'NotAllowedError':
    case 'AbortError':
      return new AuthError('passkey_cancelled', 'No passkey was used. You can try again.', { cause: error })
    case 'InvalidStateError':
      return new AuthError('passkey_exists', 'There is a passkey for your account on this device already.', {
        cause: error,
      })
    case 'SecurityError':
      return new AuthError('passkeys_unavailable', 'Passkeys do not work under this address.', {
        cause: error,
      })
    case 'NotSupportedError':
    case 'ConstraintError':
      return new AuthError('passkey_unsupported', 'This device cannot keep a passkey for this account.', {
        cause: error,
      })
    default:
      return new AuthError(
        'passkey_failed',
        'The passkey could not be used. Try again, or use another way.',
        {
          cause: error,
        },
      )
  }
}

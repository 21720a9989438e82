import type { AuthenticationMethod } from '@latchkey/contracts'

/** By what somebody signed in: "password and code". */
export function signInWords(amr: readonly AuthenticationMethod[]): string {
  const shown = [
    amr.includes('pwd') && 'password',
    amr.includes('otp') && 'code',
    (amr.includes('hwk') || amr.includes('swk')) && 'passkey',
  ]
  return shown.filter(Boolean).join(' and ')
}

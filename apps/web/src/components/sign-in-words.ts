import type { AuthenticationMethod } from '@latchkey/contracts'
import { words } from '../words/en/common-inside.ts'
import { formatList } from '../words/formats.ts'

/** By what somebody signed in: "password and code". */
export function signInWords(amr: readonly AuthenticationMethod[]): string {
  const shown = [
    amr.includes('pwd') && words.methods.password,
    amr.includes('otp') && words.methods.code,
    (amr.includes('hwk') || amr.includes('swk')) && words.methods.passkey,
  ]
  return formatList(shown.filter((method) => method !== false))
}

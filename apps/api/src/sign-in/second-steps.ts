import type { SecondStepMethod } from '@latchkey/contracts'
import { factorMethodsOf } from '../factors/factor-store.ts'
import type { Credentials } from '../users/accounts.ts'

type Shown = Pick<Credentials, 'totp' | 'recoveryCodes' | 'passkeys'>

/**
 * What is asked for beside the password; by any of it the sign-in goes on. Passkeys alone ask for nothing: whoever has them
 * need not type a password, and whoever types one may have lost them. Where the role asks for a factor, they are one.
 */
export function secondStepsOf(user: Shown, { isRequired }: { isRequired: boolean }): SecondStepMethod[] {
  const codes = factorMethodsOf(user)
  const isAsked = isRequired || codes.length > 0
  return isAsked && user.passkeys.length > 0 ? [...codes, 'passkey'] : codes
}

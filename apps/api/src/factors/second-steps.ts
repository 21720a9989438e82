import type { AuthenticationContext, SecondStepMethod } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import type { Credentials } from '../users/accounts.ts'
import { factorMethodsOf } from './factor-store.ts'

type Shown = Pick<Credentials, 'totp' | 'recoveryCodes' | 'passkeys'>

/**
 * What is asked for beside the password; by any of it the sign-in goes on. Passkeys alone ask for nothing: whoever
 * has them need not type a password, and whoever types one may have lost them. Where the role asks for a factor, they
 * are one.
 */
export function secondStepsOf(user: Shown, { isRequired }: { isRequired: boolean }): SecondStepMethod[] {
  const codes = factorMethodsOf(user)
  const isAsked = isRequired || codes.length > 0
  return isAsked && user.passkeys.length > 0 ? [...codes, 'passkey'] : codes
}

/**
 * For changes of what opens an account: where the password alone does not sign in, this session has to have shown
 * more. One from before there was more to show, or from a browser that is trusted, did not. What must still hold when
 * the change is made. Throws AuthError `step_up_required`.
 */
export function refuseWeak(
  user: Shown,
  { acr, isRequired }: { acr: AuthenticationContext; isRequired: boolean },
): object {
  if (acr === 'mfa') return {}
  if (secondStepsOf(user, { isRequired }).length > 0)
    throw new AuthError('step_up_required', { stepUp: { acr: 'mfa' } })
  return opensByPassword({ isRequired })
}

/** The accounts of which `secondStepsOf` has none, for the condition of an update. */
export const opensByPassword = ({ isRequired }: { isRequired: boolean }) => ({
  totp: null,
  ...(isRequired && { 'passkeys.0': { $exists: false } }),
})

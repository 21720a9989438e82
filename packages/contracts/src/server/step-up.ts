import { type AuthenticationContext, type StepUp, secondsIn } from '../authentication.ts'
import type { StepUpDemand } from '../errors.ts'
import { AuthError } from './auth-error.ts'
import { type Clock, toNumericDate } from './clock.ts'

/** Of an access token: when its owner last proved who they are, and by several factors, in seconds since 1970. */
interface SignInClaims {
  auth_time: number
  acr: AuthenticationContext
  mfa_time: number
}

/** Makes the check of one contract's `stepUp`. What it returns throws AuthError `step_up_required`. */
export const stepUpBy =
  (clock: Clock) =>
  ({ within, acr }: StepUp) => {
    const maxAgeSeconds = within && secondsIn(within)
    const demand: StepUpDemand = { ...(maxAgeSeconds && { maxAgeSeconds }), ...(acr && { acr }) }
    return (claims: SignInClaims): void => {
      const isWeak = acr === 'mfa' && claims.acr !== 'mfa'
      // An old code does not become fresh because a password was entered recently.
      const shownAt = acr === 'mfa' ? claims.mfa_time : claims.auth_time
      const isOld = maxAgeSeconds !== undefined && toNumericDate(clock.now()) - shownAt > maxAgeSeconds
      if (isWeak || isOld) throw new AuthError('step_up_required', { stepUp: demand })
    }
  }

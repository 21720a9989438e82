import { type AuthenticationContext, type StepUp, secondsIn } from '../authentication.ts'
import type { StepUpDemand } from '../errors.ts'
import { AuthError } from './auth-error.ts'
import { type Clock, toNumericDate } from './clock.ts'

/** Of an access token: when its owner last proved who they are, in seconds since 1970, and how strongly. */
interface SignInClaims {
  auth_time: number
  acr: AuthenticationContext
}

/** Makes the check of one contract's `stepUp`. What it returns throws AuthError `step_up_required`. */
export const stepUpBy =
  (clock: Clock) =>
  ({ within, acr }: StepUp) => {
    const maxAgeSeconds = within && secondsIn(within)
    const demand: StepUpDemand = { ...(maxAgeSeconds && { maxAgeSeconds }), ...(acr && { acr }) }
    return (claims: SignInClaims): void => {
      const isWeak = acr === 'mfa' && claims.acr !== 'mfa'
      const isOld =
        maxAgeSeconds !== undefined && toNumericDate(clock.now()) - claims.auth_time > maxAgeSeconds
      if (isWeak || isOld) throw new AuthError('step_up_required', { stepUp: demand })
    }
  }

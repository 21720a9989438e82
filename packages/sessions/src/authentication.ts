import {
  type AuthenticationContext,
  type AuthenticationMethod,
  authenticationMethods,
  contextOf,
} from '@latchkey/contracts'
import { toNumericDate } from '@latchkey/contracts/server'
import type { Session } from './session.schema.ts'

/** What a session keeps of how its owner has proved who they are. */
export type Authentication = Pick<Session, 'createdAt' | 'amr' | 'authenticatedAt' | 'confirmedBy'>

export const byPassword: readonly AuthenticationMethod[] = ['pwd']

/** What an access token says of the sign-in behind it (RFC 9068 §2.2.1, RFC 8176). */
export function authenticationClaims(session: Authentication): {
  auth_time: number
  amr: AuthenticationMethod[]
  acr: AuthenticationContext
} {
  const amr = methodsOf(session)
  return { auth_time: toNumericDate(session.authenticatedAt ?? session.createdAt), amr, acr: contextOf(amr) }
}

/**
 * All that was shown in one session, in a fixed order. A password and something else than a password are two factors, be it
 * minutes later.
 */
function methodsOf({ amr, confirmedBy }: Authentication): AuthenticationMethod[] {
  const shown = new Set([...(amr ?? byPassword), ...(confirmedBy ?? [])])
  const hasOther = shown.has('otp') || shown.has('hwk') || shown.has('swk')
  if (shown.has('pwd') && hasOther) shown.add('mfa')
  return authenticationMethods.filter((method) => shown.has(method))
}

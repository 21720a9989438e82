import {
  type AuthenticationContext,
  type AuthenticationMethod,
  authenticationMethods,
  contextOf,
} from '@latchkey/contracts'
import { toNumericDate } from '@latchkey/contracts/server'
import type { Session } from './session.schema.ts'

/** What a session keeps of how its owner has proved who they are. */
export type Authentication = Pick<
  Session,
  'createdAt' | 'amr' | 'authenticatedAt' | 'confirmedBy' | 'strongAt'
>

export const byPassword: readonly AuthenticationMethod[] = ['pwd']

/** Whether something else than a password was shown. */
export const isStrong = (methods: readonly AuthenticationMethod[]): boolean =>
  methods.some((method) => method === 'otp' || method === 'hwk' || method === 'swk')

/** What an access token says of the sign-in behind it (RFC 9068 §2.2.1, RFC 8176). */
export function authenticationClaims(session: Authentication): {
  auth_time: number
  amr: AuthenticationMethod[]
  acr: AuthenticationContext
  mfa_time: number
} {
  const { createdAt, authenticatedAt, strongAt } = session
  const amr = methodsOf(session)
  const acr = contextOf(amr)
  return {
    auth_time: toNumericDate(authenticatedAt ?? createdAt),
    amr,
    acr,
    mfa_time: acr === 'mfa' && strongAt ? toNumericDate(strongAt) : 0,
  }
}

/**
 * All that was shown in one session, in a fixed order. A password and something else than a password are two factors, be it
 * minutes later: in a session that one has opened, the other confirms (NIST SP 800-63B-4 §2.2.3).
 */
function methodsOf({ amr, confirmedBy }: Authentication): AuthenticationMethod[] {
  const shown = new Set([...(amr ?? byPassword), ...(confirmedBy ?? [])])
  if (shown.has('pwd') && isStrong([...shown])) shown.add('mfa')
  return authenticationMethods.filter((method) => shown.has(method))
}

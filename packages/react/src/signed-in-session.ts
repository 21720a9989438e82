import type { SessionState } from '@latchkey/auth-client'

export type SignedInSession = Extract<SessionState, { status: 'signedIn' }>

/** By the roles in the access token, which the server goes by as well. */
export function hasRole({ accessToken }: SignedInSession, role: string): boolean {
  const roles: readonly string[] | undefined = accessToken.claims.roles
  return roles?.includes(role) ?? false
}

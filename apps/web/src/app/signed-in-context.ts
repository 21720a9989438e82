import type { SessionState } from '@latchkey/auth-client'
import { createContext, use } from 'react'

export type SignedInSession = Extract<SessionState, { status: 'signedIn' }>

/** By the roles in the access token, which the server goes by as well. */
export const isAdmin = ({ accessToken }: SignedInSession) =>
  accessToken.claims.roles?.includes('admin') ?? false

export const SignedInContext = createContext<SignedInSession | null>(null)

/** The session of whoever is signed in, for pages below `SignedInOnly`. */
export function useSignedIn(): SignedInSession {
  const session = use(SignedInContext)
  if (!session) throw new Error('useSignedIn needs SignedInOnly above it')
  return session
}

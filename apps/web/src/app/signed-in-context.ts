import type { Role } from '@latchkey/contracts'
import { hasRole, type SignedInSession } from '@latchkey/react'
import { createContext, use } from 'react'
import { matchPath } from 'react-router-dom'
import { rolesOfPaths } from './paths.ts'

/** Whether a page is for somebody: those of `rolesOfPaths`, and all below them, are for people with that role. */
export const maySee = (session: SignedInSession, pathname: string) =>
  Object.entries<Role>(rolesOfPaths).every(
    ([path, role]) => hasRole(session, role) || matchPath(`${path}/*`, pathname) === null,
  )

export const SignedInContext = createContext<SignedInSession | null>(null)

/** The session of whoever is signed in, for pages below `SignedInOnly`. */
export function useSignedIn(): SignedInSession {
  const session = use(SignedInContext)
  if (!session) throw new Error('useSignedIn needs SignedInOnly above it')
  return session
}

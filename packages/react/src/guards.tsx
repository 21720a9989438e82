import { Fragment, type ReactNode } from 'react'
import { hasRole, type SignedInSession } from './signed-in-session.ts'
import { useSession } from './use-session.ts'

interface GuardProps {
  /** For everybody else. Default: nothing. */
  fallback?: ReactNode
  /** While it is not known yet who is signed in. Default: nothing. */
  restoring?: ReactNode
}

interface SignedInProps extends GuardProps {
  children: ReactNode | ((session: SignedInSession) => ReactNode)
}

/** For whoever is signed in. What is below it begins anew with another user, and keeps nothing of the one before. */
export function SignedIn({ children, fallback = null, restoring = null }: SignedInProps) {
  const session = useSession()
  if (session.status === 'restoring') return restoring
  if (session.status === 'signedOut') return fallback
  return (
    <Fragment key={session.user.id}>{typeof children === 'function' ? children(session) : children}</Fragment>
  )
}

interface RequireRoleProps extends SignedInProps {
  /** Of the role. Not called that, for which linters take the roles of ARIA. */
  name: string
}

/** For whoever is signed in and has this role. It hides; what keeps others out is the server. */
export function RequireRole({ name, children, ...others }: RequireRoleProps) {
  return (
    <SignedIn {...others}>
      {(session) => {
        if (!hasRole(session, name)) return others.fallback
        return typeof children === 'function' ? children(session) : children
      }}
    </SignedIn>
  )
}

interface SignedOutProps extends GuardProps {
  children: ReactNode
}

/** For whoever is not signed in. */
export function SignedOut({ children, fallback = null, restoring = null }: SignedOutProps) {
  const { status } = useSession()
  if (status === 'restoring') return restoring
  return status === 'signedOut' ? children : fallback
}

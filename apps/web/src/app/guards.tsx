import { useEffect, useState } from 'react'
import { Navigate, Outlet, useLocation, useMatch } from 'react-router-dom'
import { ProgressScreen } from '../components/progress-screen.tsx'
import { useAuthClient, useSession } from './auth-context.ts'
import { pages, preloadSignedIn } from './pages.ts'
import { paths } from './paths.ts'
import { loginPathFor, readReturnPath } from './return-path.ts'
import { isAdmin, SignedInContext } from './signed-in-context.ts'

/** Lets its pages be seen by somebody who is signed in, and by nobody else, not even for a moment. */
export function SignedInOnly() {
  const session = useSession()
  const location = useLocation()
  const isForAdmins = useMatch(`${paths.admin}/*`) !== null

  switch (session.status) {
    case 'restoring':
      return <RestoringScreen hasTrouble={session.problem !== null} />
    case 'signedOut':
      // Whoever signs in next may be somebody else: only an interrupted visit is taken up again.
      return <Redirect to={session.reason === 'signedOut' ? paths.login : loginPathFor(location)} />
    case 'signedIn':
      // Whoever may not go there need not know that it is there.
      if (isForAdmins && !isAdmin(session)) return <pages.notFound.Page />
      return (
        <SignedInContext value={session}>
          <Outlet />
        </SignedInContext>
      )
  }
}

/** Long enough to leave the network to the page itself, and shorter than typing a password. */
const preloadDelayMs = 1500

/** The entrance: somebody who is signed in already goes on to where they were heading. */
export function SignedOutOnly() {
  const client = useAuthClient()
  const session = useSession()
  const { search } = useLocation()

  // The form is there; what it takes to send it can come.
  useEffect(() => client.preload(), [client])

  useEffect(() => {
    const timer = setTimeout(() => preloadSignedIn(readReturnPath(search) ?? paths.dashboard), preloadDelayMs)
    return () => clearTimeout(timer)
  }, [search])

  switch (session.status) {
    case 'restoring':
      return <RestoringScreen hasTrouble={session.problem !== null} />
    case 'signedOut':
      return <Outlet />
    case 'signedIn':
      return <Redirect to={readReturnPath(search) ?? paths.dashboard} />
  }
}

/** Longer than it mostly takes to know, shorter than anybody wonders. */
const knowingMs = 1500

/**
 * What links in mails lead to: whoever is signed in here, if anybody, has no say in it. The pages name them, though, so
 * they wait a moment until it is known; once begun they stay, whatever becomes of the session.
 */
export function AnybodyAtAll() {
  const client = useAuthClient()
  const session = useSession()
  useEffect(() => client.preload(), [client])

  const isKnown = session.status !== 'restoring' || session.problem !== null
  const [hasBegun, setHasBegun] = useState(isKnown)
  if (isKnown && !hasBegun) setHasBegun(true)
  useEffect(() => {
    const timer = setTimeout(() => setHasBegun(true), knowingMs)
    return () => clearTimeout(timer)
  }, [])
  return hasBegun ? <Outlet /> : <ProgressScreen />
}

export function HomeRedirect() {
  const session = useSession()
  if (session.status === 'restoring') return <RestoringScreen hasTrouble={session.problem !== null} />
  return <Redirect to={session.status === 'signedIn' ? paths.dashboard : paths.login} />
}

/** Replaces the entry in the history, so that the back button does not lead to a page that sends people away. */
function Redirect({ to }: { to: string }) {
  return (
    <>
      <Navigate to={to} replace />
      <ProgressScreen />
    </>
  )
}

function RestoringScreen({ hasTrouble }: { hasTrouble: boolean }) {
  return (
    <ProgressScreen
      label="Signing you in…"
      trouble={hasTrouble ? 'Can’t reach the server. Still trying…' : null}
    />
  )
}

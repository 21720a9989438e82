import type { LazyAuthClient } from '@latchkey/auth-client/lazy'
import { brand } from '@latchkey/brand'
import { hasRole, useAuthClient, useSession } from '@latchkey/react'
import { useEffect, useState } from 'react'
import { Navigate, Outlet, useLocation } from 'react-router-dom'
import { PlainPage } from '../components/plain-page.tsx'
import { ProgressScreen } from '../components/progress-screen.tsx'
import hidden from '../components/visually-hidden.module.css'
import { words } from '../words/en/frame.ts'
import { PageOutlet } from './page-outlet.tsx'
import { pages, preloadSignedIn, preloadWhenIdle, savesData } from './pages.ts'
import { paths } from './paths.ts'
import { loginPathFor, readReturnPath } from './return-path.ts'
import { LeaveContext, useShownSession } from './shown-session.ts'
import { maySee, SignedInContext } from './signed-in-context.ts'

/** Shows its pages to people who are signed in, and to nobody else, not even for a moment. */
export function SignedInOnly() {
  const session = useSession()
  const { shown, leave } = useShownSession(session)
  const location = useLocation()
  const isIn = shown !== null
  const mayAdminister = isIn && hasRole(shown, 'admin')

  useEffect(() => (isIn ? preloadWhenIdle(mayAdminister) : undefined), [isIn, mayAdminister])

  if (shown) {
    // People who may not go there need not know that it exists.
    if (!maySee(shown, location.pathname)) return <pages.notFound.Page />
    return (
      <SignedInContext value={shown}>
        <LeaveContext value={leave}>
          <Outlet />
        </LeaveContext>
      </SignedInContext>
    )
  }
  if (session.status === 'restoring') return <RestoringScreen hasTrouble={session.problem !== null} />
  // After a sign-out the next person may be somebody else: only an interrupted visit continues where it was.
  const hasSignedOut = session.status === 'signedOut' && session.reason === 'signedOut'
  return <Redirect to={hasSignedOut ? paths.login : loginPathFor(location)} />
}

/** Long enough for the page itself to load first, and shorter than typing a password. */
const preloadDelayMs = 1500

/** The pages for signing in. Somebody who is signed in already goes straight to where they were heading. */
export function SignedOutOnly() {
  const client = useAuthClient<LazyAuthClient>()
  const session = useSession()
  const { search } = useLocation()

  // The form is on the screen; now download what sending it takes.
  useEffect(() => client.preload(), [client])

  useEffect(() => {
    if (savesData()) return
    const timer = setTimeout(() => preloadSignedIn(readReturnPath(search) ?? paths.dashboard), preloadDelayMs)
    return () => clearTimeout(timer)
  }, [search])

  switch (session.status) {
    case 'restoring':
      return <RestoringScreen hasTrouble={session.problem !== null} />
    case 'signedOut':
      return <PageOutlet View={PlainPage} />
    case 'signedIn':
      return <Redirect to={readReturnPath(search) ?? paths.dashboard} />
  }
}

/** Longer than it usually takes to find out, and too short for anybody to wonder. */
const knowingMs = 1500

/**
 * The pages behind links in emails, for people who are signed in and people who are not. They say who is signed in
 * here, so they wait a moment to find out. Once shown they stay, whatever happens to the session.
 */
export function AnybodyAtAll() {
  const client = useAuthClient<LazyAuthClient>()
  const session = useSession()
  useEffect(() => client.preload(), [client])

  const isKnown = session.status !== 'restoring' || session.problem !== null
  const [hasBegun, setHasBegun] = useState(isKnown)
  if (isKnown && !hasBegun) setHasBegun(true)
  useEffect(() => {
    const timer = setTimeout(() => setHasBegun(true), knowingMs)
    return () => clearTimeout(timer)
  }, [])
  return hasBegun ? <PageOutlet View={PlainPage} /> : <ProgressScreen />
}

export function HomeRedirect() {
  const session = useSession()
  if (session.status === 'restoring') return <RestoringScreen hasTrouble={session.problem !== null} />
  return <Redirect to={session.status === 'signedIn' ? paths.dashboard : paths.login} />
}

/** Replaces the entry in the history, so that the back button does not lead to a page that redirects again. */
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
    <main>
      <h1 className={hidden.hidden}>{brand.name}</h1>
      <ProgressScreen label={words.signingYouIn} trouble={hasTrouble ? words.stillTrying : null} />
    </main>
  )
}

import type { LazyAuthClient } from '@latchkey/auth-client/lazy'
import { hasRole, useAuthClient, useSession } from '@latchkey/react'
import { useEffect, useState } from 'react'
import { Outlet } from 'react-router-dom'
import { PlainPage } from '../components/plain-page.tsx'
import { ProgressScreen } from '../components/progress-screen.tsx'
import { PageFrame } from './page-frame.tsx'
import { usePageLocation } from './page-location.ts'
import { pages, preloadWhenIdle } from './pages.ts'
import { RedirectToLogin } from './redirect.tsx'
import { RestoringScreen } from './restoring-screen.tsx'
import { LeaveContext, useShownSession } from './shown-session.ts'
import { maySee, SignedInContext } from './signed-in-context.ts'

/** Shows its pages to people who are signed in, and to nobody else, not even for a moment. */
export function SignedInOnly() {
  const session = useSession()
  const { shown, leave } = useShownSession(session)
  const { pathname } = usePageLocation()
  const isIn = shown !== null
  const mayAdminister = isIn && hasRole(shown, 'admin')

  useEffect(() => (isIn ? preloadWhenIdle(mayAdminister) : undefined), [isIn, mayAdminister])

  if (shown) {
    // People who may not go there need not know that it exists.
    if (!maySee(shown, pathname)) return <pages.notFound.Page />
    return (
      <SignedInContext value={shown}>
        <LeaveContext value={leave}>
          <Outlet />
        </LeaveContext>
      </SignedInContext>
    )
  }
  if (session.status === 'restoring') return <RestoringScreen />
  return <RedirectToLogin />
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
  if (!hasBegun) return <ProgressScreen />
  return (
    <PageFrame View={PlainPage}>
      <Outlet />
    </PageFrame>
  )
}

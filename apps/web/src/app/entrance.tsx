import type { LazyAuthClient } from '@latchkey/auth-client/lazy'
import { useAuthClient, useSession } from '@latchkey/react'
import { Suspense, useEffect, useState } from 'react'
import { PlainPage } from '../components/plain-page.tsx'
import { ProgressScreen } from '../components/progress-screen.tsx'
import { PageFrame } from './page-frame.tsx'
import { usePageLocation } from './page-location.ts'
import { pages, savesData } from './pages.ts'
import { canonicalPath, paths } from './paths.ts'
import { isSignedInPage, preloadFor, preloadSignedIn, routed } from './preload.ts'
import { Redirect, RedirectToLogin } from './redirect.tsx'
import { RestoringScreen } from './restoring-screen.tsx'
import { readReturnPath } from './return-path.ts'

/** The way in: signing in, registering, and whatever the router shows, which is downloaded once it is wanted. */
export function Entrance() {
  const { pathname } = usePageLocation()
  switch (canonicalPath(pathname)) {
    case paths.home:
      return <HomeRedirect />
    case paths.login:
      return <SignedOutOnly Page={pages.login.Page} />
    case paths.register:
      return <SignedOutOnly Page={pages.register.Page} />
    default:
      return <FurtherIn pathname={pathname} />
  }
}

function HomeRedirect() {
  const session = useSession()
  if (session.status === 'restoring') return <RestoringScreen />
  return <Redirect to={session.status === 'signedIn' ? paths.dashboard : paths.login} />
}

/** Long enough for the page itself to load first, and shorter than typing a password. */
const preloadDelayMs = 1500

/** The pages for signing in. Somebody who is signed in already goes straight to where they were heading. */
function SignedOutOnly({ Page }: { Page: React.ComponentType }) {
  const client = useAuthClient<LazyAuthClient>()
  const session = useSession()
  const { search } = usePageLocation()

  // The form is on the screen; now download what sending it takes.
  useEffect(() => client.preload(), [client])

  useEffect(() => {
    if (savesData()) return
    const timer = setTimeout(() => preloadSignedIn(readReturnPath(search) ?? paths.dashboard), preloadDelayMs)
    return () => clearTimeout(timer)
  }, [search])

  switch (session.status) {
    case 'restoring':
      return <RestoringScreen />
    case 'signedOut':
      return (
        <PageFrame View={PlainPage}>
          <Page />
        </PageFrame>
      )
    case 'signedIn':
      return <Redirect to={readReturnPath(search) ?? paths.dashboard} />
  }
}

function FurtherIn({ pathname }: { pathname: string }) {
  const client = useAuthClient<LazyAuthClient>()
  const session = useSession()
  // Beside the router, and not after it.
  useState(() => preloadFor(client.getState(), pathname))

  // Nothing of theirs can be on the screen, so that nobody needs the router to be sent to the sign-in page.
  if (session.status === 'signedOut' && isSignedInPage(pathname) && !routed.isReady())
    return <RedirectToLogin />
  return (
    // Of its own: the page before does not stay until the router is there, without a sign of life.
    <Suspense
      key="further-in"
      fallback={session.status === 'restoring' ? <RestoringScreen /> : <ProgressScreen />}
    >
      <routed.Page />
    </Suspense>
  )
}

import { useSession } from '@latchkey/react'
import { useEffect } from 'react'
import { ProgressScreen } from '../components/progress-screen.tsx'
import { pageHistory } from './page-history.ts'
import { usePageLocation } from './page-location.ts'
import { paths } from './paths.ts'
import { loginPathFor } from './return-path.ts'

/** Replaces the entry in the history, so that the back button does not lead to a page that redirects again. */
export function Redirect({ to }: { to: string }) {
  useEffect(() => pageHistory.replace(to), [to])
  return <ProgressScreen />
}

/** From a page for people who are signed in. */
export function RedirectToLogin() {
  const session = useSession()
  const location = usePageLocation()
  // After a sign-out the next person may be somebody else: only an interrupted visit continues where it was.
  const hasSignedOut = session.status === 'signedOut' && session.reason === 'signedOut'
  return <Redirect to={hasSignedOut ? paths.login : loginPathFor(location)} />
}

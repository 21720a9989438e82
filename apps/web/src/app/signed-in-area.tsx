import { AuthError } from '@latchkey/auth-client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Outlet, useNavigate } from 'react-router-dom'
import { PageTitle } from '../components/page-title.tsx'
import { LostCodesDialog, RecoveryCodesDialog } from '../components/recovery-codes-dialog.tsx'
import { SignInAgain } from '../features/sign-in-again/sign-in-again.tsx'
import { StepUpDialog } from '../features/step-up/step-up-dialog.tsx'
import { AppShell } from './app-shell.tsx'
import { useEntranceNote } from './entrance-note.ts'
import type { FailureView } from './error-boundary.tsx'
import styles from './page-failure.module.css'
import { PageFrame } from './page-frame.tsx'
import { paths } from './paths.ts'
import { useRecoveryCodes } from './recovery-codes.ts'
import { useSignedIn } from './signed-in-context.ts'
import { useLookAgain } from './use-look-again.ts'
import { useMailsFollow } from './use-mail-language.ts'

export default function SignedInArea() {
  const { user, accessToken } = useSignedIn()
  const navigate = useNavigate()
  const before = useRef(user.id)
  const { leave } = useEntranceNote()
  const { fresh, show } = useRecoveryCodes()

  // The message on the sign-in page has been read.
  useEffect(() => leave(null), [leave])

  // Somebody else's page is not where they were going.
  useEffect(() => {
    if (before.current === user.id) return
    before.current = user.id
    void navigate(paths.dashboard, { replace: true })
  }, [user.id, navigate])

  useLookAgain()

  return (
    <UserData key={user.id} sessionId={accessToken.claims.sid}>
      <AppShell>
        <PageFrame View={InFrame}>
          <Outlet />
        </PageFrame>
      </AppShell>
      <MailsFollow />
      <StepUpDialog />
      <SignInAgain user={user} />
      {fresh?.userId === user.id &&
        (fresh.codes.length > 0 ? (
          <RecoveryCodesDialog codes={fresh.codes} username={user.username} onDone={() => show(null)} />
        ) : (
          <LostCodesDialog onDone={() => show(null)} />
        ))}
    </UserData>
  )
}

function MailsFollow() {
  useMailsFollow()
  return null
}

const InFrame: FailureView = ({ title, children }) => (
  <div className={styles.failure}>
    <PageTitle>{title}</PageTitle>
    {children}
  </div>
)

/** Whatever the browser says of the network, calls are made, and fail if they have to: nothing waits to be done later. */
const networkMode = 'always'
/** Whoever would rather not confirm who they are is not asked again each time they come back to the window. */
const refetchOnWindowFocus = ({ state: { error } }: { state: { error: unknown } }) =>
  !(error instanceof AuthError && error.code === 'step_up_required')
const defaultOptions = {
  queries: { networkMode, retry: false, refetchOnWindowFocus },
  mutations: { networkMode },
} as const

/** Keeps what was fetched for one person exactly as long as that person is signed in. */
function UserData({ sessionId, children }: { sessionId: string; children: React.ReactNode }) {
  const [queryClient] = useState(() => new QueryClient({ defaultOptions }))
  const before = useRef(sessionId)

  // They have signed in again, and which session is theirs has changed.
  useEffect(() => {
    if (before.current === sessionId) return
    before.current = sessionId
    void queryClient.invalidateQueries()
  }, [sessionId, queryClient])

  return <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
}

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { PageTitle } from '../components/page-title.tsx'
import { RecoveryCodesDialog } from '../components/recovery-codes-dialog.tsx'
import { StepUpDialog } from '../features/step-up/step-up-dialog.tsx'
import { AppShell } from './app-shell.tsx'
import { useEntranceNote } from './entrance-note.ts'
import type { FailureView } from './error-boundary.tsx'
import styles from './page-failure.module.css'
import { PageOutlet } from './page-outlet.tsx'
import { useRecoveryCodes } from './recovery-codes.ts'
import { useSignedIn } from './signed-in-context.ts'

export default function SignedInArea() {
  const { user } = useSignedIn()
  const { leave } = useEntranceNote()
  const { fresh, show } = useRecoveryCodes()

  // The message on the sign-in page has been read.
  useEffect(() => leave(null), [leave])

  return (
    <UserData key={user.id}>
      <AppShell>
        <PageOutlet View={InFrame} />
      </AppShell>
      <StepUpDialog />
      {fresh?.userId === user.id && (
        <RecoveryCodesDialog codes={fresh.codes} username={user.username} onDone={() => show(null)} />
      )}
    </UserData>
  )
}

const InFrame: FailureView = ({ title, children }) => (
  <div className={styles.failure}>
    <PageTitle>{title}</PageTitle>
    {children}
  </div>
)

/** Whatever the browser says of the network, calls are made, and fail if they have to: nothing waits to be done later. */
const networkMode = 'always'
const defaultOptions = { queries: { networkMode, retry: false }, mutations: { networkMode } } as const

/** Keeps what was fetched for one person exactly as long as that person is signed in. */
function UserData({ children }: { children: React.ReactNode }) {
  const [queryClient] = useState(() => new QueryClient({ defaultOptions }))
  return <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
}

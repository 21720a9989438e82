import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Suspense, useEffect, useState } from 'react'
import { Outlet } from 'react-router-dom'
import { ProgressScreen } from '../components/progress-screen.tsx'
import { RecoveryCodesDialog } from '../components/recovery-codes-dialog.tsx'
import { StepUpDialog } from '../features/step-up/step-up-dialog.tsx'
import { AppShell } from './app-shell.tsx'
import { useEntranceNote } from './entrance-note.ts'
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
        <Suspense fallback={<ProgressScreen />}>
          <Outlet />
        </Suspense>
      </AppShell>
      <StepUpDialog />
      {fresh?.userId === user.id && (
        <RecoveryCodesDialog codes={fresh.codes} username={user.username} onDone={() => show(null)} />
      )}
    </UserData>
  )
}

/** Keeps what was fetched for one person exactly as long as that person is signed in. */
function UserData({ children }: { children: React.ReactNode }) {
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: false } } }))
  return <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
}

import type { LazyAuthClient } from '@latchkey/auth-client/lazy'
import { AuthProvider } from '@latchkey/react'
import { Suspense, useState } from 'react'
import { PlainPage } from '../components/plain-page.tsx'
import { ProgressScreen } from '../components/progress-screen.tsx'
import { useNews } from '../components/use-news.ts'
import { useLanguage } from '../words/language.ts'
import { ConnectionLine } from './connection-line.tsx'
import { Entrance } from './entrance.tsx'
import { EntranceNoteContext } from './entrance-note.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import type { PageLocation } from './page-history.ts'
import { LocationProvider, useHistoryLocation } from './page-location.ts'
import { type RecoveryCodes, RecoveryCodesContext } from './recovery-codes.ts'

interface AppProps {
  client: LazyAuthClient
  /** Where it was prerendered. */
  first?: PageLocation
}

export function App({ client, first }: AppProps) {
  // All below shows words. When they change it is rendered again, and keeps its state, the focus and what was typed.
  useLanguage()
  const [note, leave] = useNews()
  const [fresh, show] = useState<RecoveryCodes['fresh']>(null)
  return (
    <LocationProvider value={useHistoryLocation(first)}>
      <ErrorBoundary View={PlainPage}>
        <AuthProvider client={client}>
          <EntranceNoteContext value={{ note, leave }}>
            <RecoveryCodesContext value={{ fresh, show }}>
              <Suspense fallback={<ProgressScreen />}>
                <Entrance />
              </Suspense>
              <ConnectionLine />
            </RecoveryCodesContext>
          </EntranceNoteContext>
        </AuthProvider>
      </ErrorBoundary>
    </LocationProvider>
  )
}

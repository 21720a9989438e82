import type { LazyAuthClient } from '@latchkey/auth-client/lazy'
import { AuthProvider } from '@latchkey/react'
import { Suspense, useState } from 'react'
import { Route, Routes } from 'react-router-dom'
import { PlainPage } from '../components/plain-page.tsx'
import { ProgressScreen } from '../components/progress-screen.tsx'
import { useNews } from '../components/use-news.ts'
import { useLanguage } from '../words/language.ts'
import { ConnectionLine } from './connection-line.tsx'
import { EntranceNoteContext } from './entrance-note.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { AnybodyAtAll, HomeRedirect, SignedInOnly, SignedOutOnly } from './guards.tsx'
import { pages } from './pages.ts'
import { paths } from './paths.ts'
import { type RecoveryCodes, RecoveryCodesContext } from './recovery-codes.ts'

export function App({ client }: { client: LazyAuthClient }) {
  // All below shows words. When they change it is rendered again, and keeps its state, the focus and what was typed.
  useLanguage()
  const [note, leave] = useNews()
  const [fresh, show] = useState<RecoveryCodes['fresh']>(null)
  return (
    <ErrorBoundary View={PlainPage}>
      <AuthProvider client={client}>
        <EntranceNoteContext value={{ note, leave }}>
          <RecoveryCodesContext value={{ fresh, show }}>
            <Suspense fallback={<ProgressScreen />}>
              <Routes>
                <Route index element={<HomeRedirect />} />
                <Route element={<SignedOutOnly />}>
                  <Route path={paths.login} element={<pages.login.Page />} />
                  <Route path={paths.register} element={<pages.register.Page />} />
                </Route>
                <Route element={<AnybodyAtAll />}>
                  <Route path={paths.forgotPassword} element={<pages.forgotPassword.Page />} />
                  <Route path={paths.resetPassword} element={<pages.resetPassword.Page />} />
                  <Route path={paths.verifyEmail} element={<pages.verifyEmail.Page />} />
                  <Route path={paths.confirmEmail} element={<pages.confirmEmail.Page />} />
                  <Route path={paths.undoEmail} element={<pages.undoEmail.Page />} />
                </Route>
                <Route element={<SignedInOnly />}>
                  <Route element={<pages.signedInArea.Page />}>
                    <Route path={paths.dashboard} element={<pages.dashboard.Page />} />
                    <Route path={paths.protocol} element={<pages.protocol.Page />} />
                    <Route path={paths.sessions} element={<pages.sessions.Page />} />
                    <Route path={paths.activity} element={<pages.activity.Page />} />
                    <Route path={paths.account} element={<pages.account.Page />} />
                    <Route path={paths.admin} element={<pages.admin.Page />} />
                    <Route path={paths.adminUser} element={<pages.adminUser.Page />} />
                    <Route path={paths.password} element={<pages.password.Page />} />
                  </Route>
                </Route>
                <Route path="*" element={<pages.notFound.Page />} />
              </Routes>
            </Suspense>
            <ConnectionLine />
          </RecoveryCodesContext>
        </EntranceNoteContext>
      </AuthProvider>
    </ErrorBoundary>
  )
}

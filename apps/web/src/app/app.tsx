import type { LazyAuthClient } from '@latchkey/auth-client/lazy'
import { Suspense } from 'react'
import { Route, Routes } from 'react-router-dom'
import { ProgressScreen } from '../components/progress-screen.tsx'
import { AuthClientContext } from './auth-context.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { HomeRedirect, SignedInOnly, SignedOutOnly } from './guards.tsx'
import { pages } from './pages.ts'
import { paths } from './paths.ts'

export function App({ client }: { client: LazyAuthClient }) {
  return (
    <ErrorBoundary>
      <AuthClientContext value={client}>
        <Suspense fallback={<ProgressScreen />}>
          <Routes>
            <Route index element={<HomeRedirect />} />
            <Route element={<SignedOutOnly />}>
              <Route path={paths.login} element={<pages.login.Page />} />
              <Route path={paths.register} element={<pages.register.Page />} />
            </Route>
            <Route element={<SignedInOnly />}>
              <Route element={<pages.signedInArea.Page />}>
                <Route path={paths.dashboard} element={<pages.dashboard.Page />} />
                <Route path={paths.sessions} element={<pages.sessions.Page />} />
                <Route path={paths.activity} element={<pages.activity.Page />} />
                <Route path={paths.password} element={<pages.password.Page />} />
              </Route>
            </Route>
            <Route path="*" element={<pages.notFound.Page />} />
          </Routes>
        </Suspense>
      </AuthClientContext>
    </ErrorBoundary>
  )
}

import { Suspense } from 'react'
import { Outlet, useLocation } from 'react-router-dom'
import { ProgressScreen } from '../components/progress-screen.tsx'
import { ErrorBoundary, type FailureView } from './error-boundary.tsx'

/** Where pages are shown, one after the other: each wait for one is visible, and no failure outlives its page. */
export function PageOutlet({ View }: { View: FailureView }) {
  return (
    <ErrorBoundary View={View}>
      {/* Without the key, the page before would stay until the next is there, without a sign of life. */}
      <Suspense key={useLocation().pathname} fallback={<ProgressScreen />}>
        <Outlet />
      </Suspense>
    </ErrorBoundary>
  )
}

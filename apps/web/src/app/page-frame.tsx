import { type ReactNode, Suspense } from 'react'
import { ProgressScreen } from '../components/progress-screen.tsx'
import { ErrorBoundary, type FailureView } from './error-boundary.tsx'
import { usePageLocation } from './page-location.ts'

/** Where pages are shown, one after the other: each wait for one is visible, and no failure outlives its page. */
export function PageFrame({ View, children }: { View: FailureView; children: ReactNode }) {
  return (
    <ErrorBoundary View={View}>
      {/* Without the key, the page before would stay until the next is there, without a sign of life. */}
      <Suspense key={usePageLocation().pathname} fallback={<ProgressScreen />}>
        {children}
      </Suspense>
    </ErrorBoundary>
  )
}

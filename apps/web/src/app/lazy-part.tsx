import type { ComponentType } from 'react'
import { Alert } from '../components/alert.tsx'
import { ErrorBoundary, type FailureView } from './error-boundary.tsx'
import { lazyComponent } from './lazy-page.ts'

/** A part of a page with a download of its own. Where that fails, it says so in its place, and the page goes on. */
export function lazyPart<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  View: FailureView = InPlace,
) {
  const { Component } = lazyComponent(load, false)
  return (props: Props) => (
    <ErrorBoundary View={View}>
      <Component {...props} />
    </ErrorBoundary>
  )
}

const InPlace: FailureView = ({ children }) => <Alert>{children}</Alert>

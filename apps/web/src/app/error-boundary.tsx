import { Component, type ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { PlainPage } from '../components/plain-page.tsx'

/** The last resort: a bug in a page, or a page that could not be downloaded. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false }

  static getDerivedStateFromError() {
    return { hasFailed: true }
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children
    return (
      <PlainPage title="Something went wrong">
        <p>
          This page stopped working. If you were signed in, you still are. Reloading the page usually helps.
        </p>
        <Button onClick={() => window.location.reload()}>Reload the page</Button>
      </PlainPage>
    )
  }
}

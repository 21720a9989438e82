import { Component, type ComponentType, type ReactNode } from 'react'
import { useLocation } from 'react-router-dom'
import { Button } from '../components/button.tsx'
import { forgetFailures } from './lazy-page.ts'
import { MissingCode } from './missing-code.ts'

export type FailureView = ComponentType<{ title: string; children: ReactNode }>

interface BoundaryProps {
  /** Where the failure is shown. */
  View: FailureView
  children: ReactNode
}

interface BoundaryState {
  failure: { error: unknown } | null
}

/** Shows a failure of what is in it, until the next navigation. */
export function ErrorBoundary(props: BoundaryProps) {
  return <Boundary {...props} at={useLocation().key} />
}

/** For a bug in a page, and for a page or a part of one that could not be downloaded. */
class Boundary extends Component<BoundaryProps & { at: string }, BoundaryState> {
  override state: BoundaryState = { failure: null }

  static getDerivedStateFromError(error: unknown) {
    return { failure: { error } }
  }

  override componentDidUpdate({ at }: { at: string }) {
    if (this.state.failure && at !== this.props.at) this.tryAgain()
  }

  tryAgain = () => {
    forgetFailures()
    this.setState({ failure: null })
  }

  override render() {
    const { View, children } = this.props
    const { failure } = this.state
    if (!failure) return children
    const { error } = failure
    if (error instanceof MissingCode && !error.isReplaced)
      return (
        <View title="This could not be loaded">
          <p>We can’t reach the server. Check your connection and try again.</p>
          <Button onClick={this.tryAgain}>Try again</Button>
        </View>
      )
    if (error instanceof MissingCode)
      return (
        <View title="There is a new version">
          <p>This page has been replaced by a newer one since you opened it. Reload it to go on.</p>
          <Button onClick={() => window.location.reload()}>Reload the page</Button>
        </View>
      )
    return (
      <View title="Something went wrong">
        <p>
          This page stopped working. If you were signed in, you still are. Reloading the page usually helps.
        </p>
        <Button onClick={() => window.location.reload()}>Reload the page</Button>
      </View>
    )
  }
}

import { Component, type ComponentType, type ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { words } from '../words/en/frame.ts'
import { forgetFailures } from './lazy-page.ts'
import { MissingCode } from './missing-code.ts'
import { usePageLocation } from './page-location.ts'

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
  return <Boundary {...props} at={usePageLocation().key} />
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
        <View title={words.notLoaded}>
          <p>{words.unreachable}</p>
          <Button onClick={this.tryAgain}>{words.tryAgain}</Button>
        </View>
      )
    if (error instanceof MissingCode)
      return (
        <View title={words.newVersion}>
          <p>{words.replaced}</p>
          <Button onClick={() => window.location.reload()}>{words.reload}</Button>
        </View>
      )
    return (
      <View title={words.wentWrong}>
        <p>{words.stoppedWorking}</p>
        <Button onClick={() => window.location.reload()}>{words.reload}</Button>
      </View>
    )
  }
}

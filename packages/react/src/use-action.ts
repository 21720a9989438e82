import { AuthError } from '@latchkey/auth-client'
import { useRef, useState } from 'react'

export interface Action {
  isBusy: boolean
  /** How often it has succeeded. */
  successes: number
  failure: AuthError | null
  run: () => void
}

/** Something that a button does and that may fail. Pressing it again meanwhile does nothing. */
export function useAction(act: () => Promise<unknown>): Action {
  const isInFlight = useRef(false)
  const [state, setState] = useState<Omit<Action, 'run'>>({ isBusy: false, successes: 0, failure: null })

  async function run() {
    if (isInFlight.current) return
    isInFlight.current = true
    setState((before) => ({ ...before, isBusy: true, failure: null }))
    try {
      await act()
      setState(({ successes }) => ({ isBusy: false, successes: successes + 1, failure: null }))
    } catch (error) {
      setState((before) => {
        // A mistake in the program, which the nearest error boundary shows.
        if (!(error instanceof AuthError)) throw error
        return { ...before, isBusy: false, failure: error }
      })
    } finally {
      isInFlight.current = false
    }
  }

  return { ...state, run: () => void run() }
}

import type { SessionState } from '@latchkey/auth-client'
import type { SignedInSession } from '@latchkey/react'
import { createContext, useEffect, useState } from 'react'

/** What was typed into since the page was loaded. */
const typedInto = new WeakSet<EventTarget>()

/** A switch has the value "on" from the start, and is set again with one press. */
const typedFields = 'input:not([type="search"], [type="checkbox"], [type="radio"], [type="hidden"]), textarea'

/** Whether what somebody has typed would be lost with the page. */
function isHalfFilled(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement>(typedFields)
  return [...fields].some((field) => typedInto.has(field) && field.value !== '')
}

/**
 * Whose page stays on the screen; null: nobody's. It is whoever is signed in; and when their session has ended while
 * a form was half filled, whoever it was, until it is known who has signed in or they would rather leave.
 */
export function useShownSession(session: SessionState) {
  const [shown, show] = useState<SignedInSession | null>(null)
  const [isWaiting, setIsWaiting] = useState(false)

  useEffect(() => {
    const remember = ({ target }: Event) => void (target && typedInto.add(target))
    document.addEventListener('input', remember, true)
    return () => document.removeEventListener('input', remember, true)
  }, [])

  const isIn = session.status === 'signedIn'
  // Whoever has signed out means it.
  const hasLeft = session.status === 'signedOut' && session.reason === 'signedOut'
  const mayWait = shown !== null && !hasLeft && (isWaiting || isHalfFilled())
  const next = isIn ? session : mayWait ? shown : null
  const waits = !isIn && mayWait
  if (next !== shown) show(next)
  if (waits !== isWaiting) setIsWaiting(waits)

  return {
    shown: next,
    leave() {
      setIsWaiting(false)
      show(null)
    },
  }
}

/** Leaves the page of somebody whose session has ended. */
export const LeaveContext = createContext<() => void>(() => undefined)

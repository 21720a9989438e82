import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

interface InlineStep<Target extends HTMLElement> {
  isOpen: boolean
  open: () => void
  close: () => void
  /** The button that opens the step. */
  trigger: RefObject<HTMLButtonElement | null>
  /** What gets the focus when the step opens. */
  target: RefObject<Target | null>
}

/**
 * A step that takes the place of the button that opened it. The focus moves into it, and back to the button afterwards,
 * unless something else has taken it.
 */
export function useInlineStep<Target extends HTMLElement>(): InlineStep<Target> {
  const [isOpen, setIsOpen] = useState(false)
  const wasOpen = useRef(false)
  const trigger = useRef<HTMLButtonElement>(null)
  const target = useRef<Target>(null)

  useLayoutEffect(() => {
    if (isOpen) target.current?.focus()
    else if (wasOpen.current && document.activeElement === document.body) trigger.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen])

  return { isOpen, open: () => setIsOpen(true), close: () => setIsOpen(false), trigger, target }
}

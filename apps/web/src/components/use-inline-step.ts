import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

interface InlineStep<Target extends HTMLElement> {
  isOpen: boolean
  open: () => void
  close: () => void
  /** The button that leads here. */
  trigger: RefObject<HTMLButtonElement | null>
  /** What takes the focus while the step is open. */
  target: RefObject<Target | null>
}

/**
 * A step that takes the place of the button that led to it: the focus goes in, and back to the button, unless what was done
 * has taken it elsewhere.
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

import { type RefObject, useLayoutEffect, useRef } from 'react'

/**
 * What gets the focus once something is done, where the button that did it has gone with it: without, a keyboard starts again at
 * the top of the page. Not where something else has taken the focus meanwhile.
 */
export function useFocusAfterwards<Target extends HTMLElement>(isDone: boolean): RefObject<Target | null> {
  const target = useRef<Target>(null)

  useLayoutEffect(() => {
    if (isDone && document.activeElement === document.body) target.current?.focus()
  }, [isDone])

  return target
}

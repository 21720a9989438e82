import { useEffect, useRef } from 'react'

/** An element that comes into view, as far as it is not, whenever `occasion` becomes another one. */
export function useScrolledTo(occasion: unknown) {
  const element = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (!occasion) return
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
    element.current?.scrollIntoView({ block: 'nearest', behavior: isCalm ? 'auto' : 'smooth' })
  }, [occasion])

  return element
}

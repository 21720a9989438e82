import { createContext, startTransition, use, useLayoutEffect, useState } from 'react'
import { type PageLocation, pageHistory } from './page-history.ts'

const LocationContext = createContext<PageLocation | null>(null)

/** Tells everything in it which page is open. */
export const LocationProvider = LocationContext.Provider

/** Which page is open. The router of the pages further in has the same, as `useLocation`. */
export function usePageLocation(): PageLocation {
  const location = use(LocationContext)
  if (!location) throw new Error('usePageLocation needs a LocationProvider above it')
  return location
}

/**
 * The location in the address bar. While the code of the next page is on its way, that of the page which is still shown.
 * `first`: what it was taken for where the page was prerendered.
 */
export function useHistoryLocation(first?: PageLocation): PageLocation {
  const [location, setLocation] = useState(first ?? pageHistory.location)
  useLayoutEffect(() => {
    const show = (next: PageLocation) => startTransition(() => setLocation(next))
    if (first) show(pageHistory.location())
    return pageHistory.listen(show)
  }, [first])
  return location
}

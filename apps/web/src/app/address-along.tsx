import type { ReactNode } from 'react'
import { Link } from './link.tsx'
import { pageHistory } from './page-history.ts'
import { usePageLocation } from './page-location.ts'

/**
 * The address, or username, that was typed on the page before. In the history's state: an address in a URL ends up in
 * logs.
 */
export function useAddressAlong(): string {
  const address = usePageLocation().state?.address
  return typeof address === 'string' ? address : ''
}

interface LinkAlongProps {
  to: string
  /** Left out: what stands in the field `email` of this page. */
  address?: string
  children: ReactNode
}

/** A link that takes the address along, so that nobody types it twice: there, and back again. */
export function LinkAlong({ to, address, children }: LinkAlongProps) {
  const came = useAddressAlong()
  const { pathname, search, state } = usePageLocation()

  function follow() {
    const typed = address ?? document.querySelector<HTMLInputElement>('input[name="email"]')?.value
    const along = typed || came
    // For whoever presses Back.
    pageHistory.replace(pathname + search, { ...state, address: along })
    pageHistory.push(to, { address: along })
  }

  return (
    <Link to={to} follow={follow}>
      {children}
    </Link>
  )
}

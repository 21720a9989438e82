import type { MouseEvent, ReactNode } from 'react'
import { Link, useLocation, useNavigate } from 'react-router-dom'

/**
 * The address, or username, that was typed on the page before. In the history's state: an address in a URL ends up in
 * logs.
 */
export function useAddressAlong(): string {
  const { state } = useLocation()
  return typeof state?.address === 'string' ? state.address : ''
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
  const { pathname, search, state } = useLocation()
  const navigate = useNavigate()

  function take(event: MouseEvent) {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    const typed = address ?? document.querySelector<HTMLInputElement>('input[name="email"]')?.value
    const along = typed || came
    // For whoever presses Back.
    navigate(pathname + search, { replace: true, state: { ...state, address: along } })
    navigate(to, { state: { address: along } })
  }

  return (
    <Link to={to} onClick={take}>
      {children}
    </Link>
  )
}

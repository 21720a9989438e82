import type { MouseEvent, ReactNode } from 'react'
import { pageHistory } from './page-history.ts'

interface LinkProps {
  to: string
  /** How one gets there, instead of by an entry in the history. */
  follow?: () => void
  children: ReactNode
}

/** A link to another page, for pages that must not wait for the router. With a key held down, it is the browser's. */
export function Link({ to, follow = () => pageHistory.push(to), children }: LinkProps) {
  function onClick(event: MouseEvent) {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    follow()
  }

  return (
    <a href={to} onClick={onClick}>
      {children}
    </a>
  )
}

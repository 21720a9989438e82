import { brand } from '@latchkey/brand'
import { useLayoutEffect, useRef } from 'react'

/** The first page of a visit leaves focus where the browser put it: at the start of the document. */
let isFirstPage = true

/** A page's h1. It names the tab and takes the focus, so that a screen reader announces where a link has led. */
export function PageTitle({ children, tabTitle = children }: { children: string; tabTitle?: string }) {
  const heading = useRef<HTMLHeadingElement>(null)

  useLayoutEffect(() => {
    document.title = `${tabTitle} · ${brand.name}`
  }, [tabTitle])

  useLayoutEffect(() => {
    if (!isFirstPage) heading.current?.focus()
    isFirstPage = false
  }, [])

  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}

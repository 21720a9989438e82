import type { ComponentProps } from 'react'

/** A box that scrolls. It can have the focus, so that the arrow keys scroll it (WCAG 2.1.1). */
export function ScrollArea(props: ComponentProps<'div'>) {
  return <div {...focusable} {...props} />
}

const focusable = { tabIndex: 0 }

import type { ComponentProps } from 'react'

/** A box that scrolls. It takes the focus, so that the arrow keys reach what is out of sight (WCAG 2.1.1). */
export function ScrollArea(props: ComponentProps<'div'>) {
  return <div {...focusable} {...props} />
}

const focusable = { tabIndex: 0 }

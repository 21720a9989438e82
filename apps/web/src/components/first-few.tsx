import { type ReactNode, startTransition, useState } from 'react'
import { words } from '../words/en/common-inside.ts'
import { Button } from './button.tsx'

const fewest = 10

/** A list of which the rest is shown when asked for, if it is long. */
export function FirstFew({
  name,
  className,
  children,
}: {
  name: 'sessions' | 'browsers'
  className?: string | undefined
  children: ReactNode[]
}) {
  const [isOpen, setIsOpen] = useState(false)
  const isLong = children.length > fewest + 2
  return (
    <>
      <ul className={className}>{isLong && !isOpen ? children.slice(0, fewest) : children}</ul>
      {isLong && (
        // A long list takes its time: the button is seen to be pressed before.
        <Button
          variant="secondary"
          aria-expanded={isOpen}
          onClick={() => startTransition(() => setIsOpen(!isOpen))}
        >
          {isOpen ? words.showFewer[name] : words.showAll[name](children.length)}
        </Button>
      )}
    </>
  )
}

import { Button } from '../../components/button.tsx'
import { useFocusAfterwards } from '../../components/use-focus-afterwards.ts'
import { words } from '../../words/en/second-step.ts'

interface StartAgainProps {
  /** Nothing else can be done: the button that was pressed has gone, and this one takes its place. */
  isOver: boolean
  onStartAgain: () => void
}

/** From the second step back to the password. */
export function StartAgain({ isOver, onStartAgain }: StartAgainProps) {
  const button = useFocusAfterwards<HTMLButtonElement>(isOver)
  return (
    <Button ref={button} variant={isOver ? 'primary' : 'quiet'} onClick={onStartAgain}>
      {words.startAgain}
    </Button>
  )
}

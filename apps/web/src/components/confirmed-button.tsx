import type { KeyboardEvent, ReactNode } from 'react'
import { Button } from './button.tsx'
import styles from './confirmed-button.module.css'
import { useInlineStep } from './use-inline-step.ts'

interface ConfirmedButtonProps {
  children: string
  /** Says more than the label, where several buttons read alike. */
  label?: string
  question: ReactNode
  /** Names the deed: "End it", not "Yes". */
  confirm: string
  isBusy: boolean
  onConfirm: () => void
}

/** Asks before it acts, in place. The focus goes to the answer that changes nothing; Escape gives it, too. */
export function ConfirmedButton({
  children,
  label,
  question,
  confirm,
  isBusy,
  onConfirm,
}: ConfirmedButtonProps) {
  const step = useInlineStep<HTMLButtonElement>()

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') step.close()
  }

  if (!step.isOpen && !isBusy)
    return (
      <Button ref={step.trigger} variant="secondary" aria-label={label} onClick={step.open}>
        {children}
      </Button>
    )
  return (
    <div className={styles.step} role="alertdialog" aria-label={label ?? children} onKeyDown={onKeyDown}>
      <p className={styles.question}>{question}</p>
      <div className={styles.answers}>
        <Button
          variant="danger"
          isBusy={isBusy}
          onClick={() => {
            step.close()
            onConfirm()
          }}
        >
          {confirm}
        </Button>
        <Button ref={step.target} variant="secondary" onClick={step.close}>
          Cancel
        </Button>
      </div>
    </div>
  )
}

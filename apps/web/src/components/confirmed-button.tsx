import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import { words } from '../words/en/common.ts'
import { Button } from './button.tsx'
import styles from './confirmed-button.module.css'
import { useInlineStep } from './use-inline-step.ts'

interface ConfirmedButtonProps {
  children: string
  /** Replaces the text for screen readers where several buttons read alike. */
  label?: string
  question: ReactNode
  /**
   * How much is at stake. plain: it is easily put right. danger: think first. grave: it cannot be undone, or touches
   * others; its button already looks so.
   */
  tone?: 'plain' | 'danger' | 'grave'
  /** Names the action: "End it", not "Yes". */
  confirm: string
  /** When it fails, the caller shows why. */
  onConfirm: () => Promise<unknown>
}

/**
 * A button that asks before it acts, in its own place. The focus goes to Cancel, and Escape cancels too. The question
 * stays until the action has succeeded or failed, so that the focus is never lost.
 */
export function ConfirmedButton({
  children,
  label,
  question,
  tone = 'danger',
  confirm,
  onConfirm,
}: ConfirmedButtonProps) {
  const step = useInlineStep<HTMLButtonElement>()
  const [isBusy, setIsBusy] = useState(false)
  const questionId = useId()

  async function act() {
    setIsBusy(true)
    await onConfirm().catch(() => undefined)
    setIsBusy(false)
    step.close()
  }

  function cancel() {
    if (!isBusy) step.close()
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') cancel()
  }

  if (!step.isOpen)
    return (
      <Button
        ref={step.trigger}
        variant={tone === 'grave' ? 'grave' : 'secondary'}
        aria-label={label}
        onClick={step.open}
      >
        {children}
      </Button>
    )
  return (
    <div
      className={styles.step}
      role="alertdialog"
      aria-label={label ?? children}
      aria-describedby={questionId}
      onKeyDown={onKeyDown}
    >
      <p className={styles.question} id={questionId}>
        {question}
      </p>
      <div className={styles.answers}>
        <Button variant={tone === 'plain' ? 'primary' : 'danger'} isBusy={isBusy} onClick={() => void act()}>
          {confirm}
        </Button>
        <Button ref={step.target} variant="secondary" aria-disabled={isBusy || undefined} onClick={cancel}>
          {words.cancel}
        </Button>
      </div>
    </div>
  )
}

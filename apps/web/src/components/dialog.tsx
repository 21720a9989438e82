import { type ReactNode, useCallback, useId } from 'react'
import styles from './dialog.module.css'

interface DialogProps {
  title: string
  /** Says in a sentence or two what it is about. */
  lead: ReactNode
  /** Escape was pressed. Left out: only its buttons close it. */
  onCancel?: () => void
  /** The page behind cannot be read meanwhile. */
  isVeiling?: boolean
  children: ReactNode
}

/** Asks for an answer before the page goes on. The browser keeps the focus inside, and gives it back to where it was. */
export function Dialog({ title, lead, onCancel, isVeiling, children }: DialogProps) {
  const id = useId()
  const show = useCallback((dialog: HTMLDialogElement | null) => {
    dialog?.showModal()
    return () => dialog?.close()
  }, [])

  return (
    <dialog
      ref={show}
      className={styles.dialog}
      data-veiling={isVeiling}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-lead`}
      onCancel={(event) => {
        event.preventDefault()
        onCancel?.()
      }}
    >
      <div className={styles.content}>
        <h2 id={`${id}-title`}>{title}</h2>
        <p id={`${id}-lead`} className={styles.lead}>
          {lead}
        </p>
        {children}
      </div>
    </dialog>
  )
}

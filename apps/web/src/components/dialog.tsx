import { type ReactNode, useEffectEvent, useId, useLayoutEffect, useRef } from 'react'
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

/** Those that are open, the topmost last. */
const open: HTMLDialogElement[] = []

/** Asks for an answer before the page goes on. The browser keeps the focus inside, and gives it back to where it was. */
export function Dialog({ title, lead, onCancel, isVeiling, children }: DialogProps) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const cancel = useEffectEvent(() => onCancel?.())

  useLayoutEffect(() => {
    const shown = dialog.current
    return shown ? show(shown, cancel) : undefined
  }, [])

  return (
    <dialog
      ref={dialog}
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

/**
 * Open until the function is called that this returns, whatever the browser thinks: it closes a dialog by itself at the second
 * Escape or Back, without asking the page again, and what is said there would be lost.
 */
function show(dialog: HTMLDialogElement, cancel: () => void) {
  // Of the document: after a click on its text, nothing in the dialog has the focus.
  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'Escape' || open.at(-1) !== dialog) return
    event.preventDefault()
    cancel()
  }
  /** The one that is shown last lies on top, so that those above this one are shown again after it. */
  function onClose() {
    if (dialog.open) return
    for (const each of open.slice(open.indexOf(dialog))) {
      each.close()
      each.showModal()
    }
  }

  dialog.showModal()
  open.push(dialog)
  dialog.addEventListener('close', onClose)
  document.addEventListener('keydown', onKeyDown)
  return () => {
    document.removeEventListener('keydown', onKeyDown)
    dialog.removeEventListener('close', onClose)
    open.splice(open.indexOf(dialog), 1)
    dialog.close()
  }
}

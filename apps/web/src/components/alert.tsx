import type { ReactNode, Ref } from 'react'
import styles from './alert.module.css'

/** Always on the page, so that assistive technology notices when its content appears. */
export function Alert({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className={styles.region}>
      {children && <div className={`${styles.box} ${styles.danger}`}>{children}</div>}
    </div>
  )
}

interface NoteProps {
  /** Of one that is given the focus, where the button that led to it has gone. */
  ref?: Ref<HTMLDivElement>
  children: ReactNode
}

/** Something worth knowing that is not an error. */
export function Note({ ref, children }: NoteProps) {
  return (
    <div ref={ref} tabIndex={ref ? -1 : undefined} role="status" className={styles.region}>
      {children && <div className={`${styles.box} ${styles.note}`}>{children}</div>}
    </div>
  )
}

import type { ReactNode } from 'react'
import styles from './alert.module.css'

/** Always on the page, so that assistive technology notices when its content appears. */
export function Alert({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className={styles.region}>
      {children && <div className={`${styles.box} ${styles.danger}`}>{children}</div>}
    </div>
  )
}

/** Something worth knowing that is not an error. */
export function Note({ children }: { children: ReactNode }) {
  return (
    <div role="status" className={styles.region}>
      {children && <div className={`${styles.box} ${styles.note}`}>{children}</div>}
    </div>
  )
}

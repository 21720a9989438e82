import type { ReactNode } from 'react'
import styles from './skeleton.module.css'

interface SkeletonProps {
  label: string
  count: number
  /** A button stands at the end of each row. */
  hasAction?: boolean
}

/** Takes the place of `count` rows while they are loading. */
export function Skeleton({ label, count, hasAction = false }: SkeletonProps) {
  return (
    <div role="status" aria-label={label} className={styles.rows}>
      {Array.from({ length: count }, (_, row) => (
        <div key={row} className={styles.row}>
          <span className={styles.mark} />
          <span className={styles.lines}>
            <span />
            <span />
            {hasAction && <span />}
          </span>
          {hasAction && <span className={styles.button} />}
        </div>
      ))}
    </div>
  )
}

/** Takes the place of a button and the words above it, which are there already and make it as tall as they will be. */
export function ButtonSkeleton({ label, children }: { label: string; children?: ReactNode }) {
  return (
    <div role="status" aria-label={label} className={styles.offer}>
      {children && (
        <p className={styles.text} aria-hidden="true">
          <span>{children}</span>
        </p>
      )}
      <span className={styles.button} />
    </div>
  )
}

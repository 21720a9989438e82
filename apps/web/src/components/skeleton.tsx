import styles from './skeleton.module.css'

/** Takes the place of `count` rows while they are loading. */
export function Skeleton({ label, count }: { label: string; count: number }) {
  return (
    <div role="status" aria-label={label} className={styles.rows}>
      {Array.from({ length: count }, (_, row) => (
        <div key={row} className={styles.row}>
          <span className={styles.mark} />
          <span className={styles.lines}>
            <span />
            <span />
          </span>
        </div>
      ))}
    </div>
  )
}

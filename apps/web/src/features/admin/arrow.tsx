import styles from './admin.module.css'

/** Beside a word that says as much. It points the other way where one reads from right to left. */
export const Arrow = ({ to }: { to: 'before' | 'after' }) => (
  <svg className={styles.arrow} viewBox="0 0 16 16" aria-hidden="true">
    <path d={to === 'before' ? 'M13 8H3m4-4L3 8l4 4' : 'M3 8h10M9 4l4 4-4 4'} />
  </svg>
)

import styles from './logo.module.css'

/** A key that is also an L. */
export function LogoMark() {
  return (
    <svg className={styles.mark} viewBox="0 0 32 32" aria-hidden="true">
      <rect className={styles.plate} width="32" height="32" rx="8" />
      <g className={styles.key}>
        <circle cx="12.5" cy="10.5" r="4" />
        <path d="M12.5 14.5V25H21.5M17.5 25V21.5M21.5 25V21" />
      </g>
    </svg>
  )
}

export function Logo() {
  return (
    <span className={styles.logo}>
      <LogoMark />
      Latchkey
    </span>
  )
}

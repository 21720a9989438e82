import styles from './badge.module.css'

/** A word or two about the thing beside it. */
export function Badge({
  tone = 'plain',
  children,
}: {
  tone?: 'plain' | 'good' | 'warning' | 'danger'
  children: string
}) {
  return <span className={`${styles.badge} ${styles[tone]}`}>{children}</span>
}

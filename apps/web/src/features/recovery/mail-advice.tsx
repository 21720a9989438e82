import styles from './recovery.module.css'

/** For somebody waiting for an email. */
export function MailAdvice({ validity }: { validity: string }) {
  return (
    <ul className={styles.advice}>
      <li>The link works once, within {validity}.</li>
      <li>Nothing after a few minutes? Check your spam folder, and check the address for typing mistakes.</li>
    </ul>
  )
}

import styles from './recovery.module.css'

/** For somebody who waits for a mail. */
export function MailAdvice({ validity }: { validity: string }) {
  return (
    <ul className={styles.advice}>
      <li>The link in it works once, for {validity}.</li>
      <li>Nothing after a few minutes? Look into the spam folder, and check the address for a slip.</li>
    </ul>
  )
}

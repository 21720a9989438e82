import { words } from '../../words/en/recovery.ts'
import styles from './recovery.module.css'

/** For somebody waiting for an email. */
export function MailAdvice({ validity }: { validity: keyof typeof words.linkLasts }) {
  return (
    <ul className={styles.advice}>
      <li>{words.linkLasts[validity]}</li>
      <li>{words.nothingArrived}</li>
    </ul>
  )
}

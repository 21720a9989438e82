import { MailboxHint } from '../../components/mailbox-hint.tsx'
import { MailAdvice } from './mail-advice.tsx'
import NotConfirmed from './not-confirmed.tsx'
import styles from './recovery.module.css'

interface CheckMailProps {
  email: string
  password: string
  onCorrected: (email: string) => void
}

/** For somebody who has just registered, where addresses must be confirmed first. */
export default function CheckMail({ email, password, onCorrected }: CheckMailProps) {
  return (
    <div className={styles.content}>
      <MailAdvice validity="day" />
      <MailboxHint />
      <NotConfirmed email={email} credentials={{ identifier: email, password }} onCorrected={onCorrected} />
    </div>
  )
}

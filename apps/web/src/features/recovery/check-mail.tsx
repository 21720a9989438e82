import { MailAdvice } from './mail-advice.tsx'
import styles from './recovery.module.css'
import ResendVerification from './resend-verification.tsx'

/** For somebody who has just registered, where addresses must be confirmed first. */
export default function CheckMail({ email }: { email: string }) {
  return (
    <div className={styles.content}>
      <MailAdvice validity="24 hours" />
      <ResendVerification email={email} />
    </div>
  )
}

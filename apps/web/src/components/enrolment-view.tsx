import type { TotpEnrolment } from '@latchkey/contracts'
import styles from './enrolment-view.module.css'

/** What an authenticator app needs to know: to be photographed, or typed. */
export function EnrolmentView({ enrolment }: { enrolment: TotpEnrolment }) {
  return (
    <div className={styles.enrolment}>
      <p className={styles.step}>
        Scan this with an authenticator app, such as the one your password manager has, and enter the code
        that it shows.
      </p>
      <img src={enrolment.qr} alt="QR code for your authenticator app" width={180} height={180} />
      <p className={styles.step}>
        Can’t scan it? Open it <a href={enrolment.uri}>in an app on this device</a>, or type this key:
      </p>
      <code className={styles.secret}>{enrolment.secret.replace(/.{4}(?=.)/g, '$& ')}</code>
    </div>
  )
}

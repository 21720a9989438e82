import type { TotpEnrolment } from '@latchkey/contracts'
import { words } from '../words/en/common-inside.ts'
import { fill } from '../words/fill.ts'
import styles from './enrolment-view.module.css'

/** What an authenticator app needs to know: to be photographed, or typed. */
export function EnrolmentView({ enrolment }: { enrolment: TotpEnrolment }) {
  return (
    <div className={styles.enrolment}>
      <p className={styles.step}>{words.scanThis}</p>
      <img src={enrolment.qr} alt={words.qrCode} width={180} height={180} />
      <p className={styles.step}>
        {fill(words.cannotScan, { inApp: <a href={enrolment.uri}>{words.inAppHere}</a> })}
      </p>
      <code className={styles.secret}>{enrolment.secret.replace(/.{4}(?=.)/g, '$& ')}</code>
    </div>
  )
}

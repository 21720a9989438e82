import { useState } from 'react'
import { Note } from '../../components/alert.tsx'
import { MailboxHint } from '../../components/mailbox-hint.tsx'
import { words } from '../../words/en/recovery.ts'
import { CorrectAddress, type Credentials } from './correct-address.tsx'
import styles from './recovery.module.css'
import ResendVerification from './resend-verification.tsx'

interface NotConfirmedProps {
  /** Null: only a username is known. */
  email: string | null
  credentials: Credentials
  onCorrected?: (email: string) => void
}

/** For somebody who has the password and waits for the email: once more, or to another address. */
export default function NotConfirmed({ email, credentials, onCorrected }: NotConfirmedProps) {
  const [corrected, setCorrected] = useState<string | null>(null)
  // From then on it is the account's own, and what one signs in with.
  const identifier = corrected ?? credentials.identifier

  function correct(to: string) {
    setCorrected(to)
    onCorrected?.(to)
  }

  return (
    <div className={styles.resend}>
      <Note>{corrected !== null && words.addressCorrected(corrected)}</Note>
      {/* Where it was just announced, it says so itself. */}
      {!onCorrected && <MailboxHint />}
      <ResendVerification key={corrected} email={corrected ?? email} />
      <CorrectAddress credentials={{ ...credentials, identifier }} onCorrected={correct} />
    </div>
  )
}

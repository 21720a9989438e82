import { routes } from '@latchkey/contracts'
import { useAction, useAuthClient } from '@latchkey/react'
import { useState } from 'react'
import { Note } from '../../components/alert.tsx'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { MailboxHint } from '../../components/mailbox-hint.tsx'
import { useFocusAfterwards } from '../../components/use-focus-afterwards.ts'
import { words } from '../../words/en/recovery.ts'
import { AddressForm } from './address-form.tsx'
import styles from './recovery.module.css'

/** Sends the confirmation email again: with one press to a known address, otherwise to one that it asks for. */
export default function ResendVerification({ email }: { email: string | null }) {
  return email === null ? <ResendForm /> : <ResendButton email={email} />
}

function ResendButton({ email }: { email: string }) {
  const client = useAuthClient()
  const resend = useAction(() => client.call(routes.resendVerification, { body: { email } }))
  return (
    <div className={styles.resend}>
      <FailureAlert failure={resend.failure} />
      <Note>{resend.successes > 0 && words.sentAgain(email)}</Note>
      <Button variant="secondary" isBusy={resend.isBusy} onClick={resend.run}>
        {resend.isBusy ? words.sending : words.sendAgain}
      </Button>
    </div>
  )
}

function ResendForm() {
  const [sentTo, setSentTo] = useState<string | null>(null)
  const note = useFocusAfterwards<HTMLDivElement>(sentTo !== null)
  return (
    <div className={styles.resend}>
      <Note ref={note}>{sentTo !== null && words.sentAgain(sentTo)}</Note>
      {sentTo !== null && <MailboxHint />}
      {sentTo === null && (
        <AddressForm
          label={words.sendAgain}
          className={styles.resend}
          route={routes.resendVerification}
          button={{ children: words.sendAgain, variant: 'secondary' }}
          onSent={setSentTo}
        />
      )}
    </div>
  )
}

import { routes } from '@latchkey/contracts'
import { useState } from 'react'
import { LinkAlong, useAddressAlong } from '../../app/address-along.tsx'
import { paths } from '../../app/paths.ts'
import { Button } from '../../components/button.tsx'
import { MailboxHint } from '../../components/mailbox-hint.tsx'
import formStyles from '../auth/entrance-form.module.css'
import { EntranceLayout } from '../auth/entrance-layout.tsx'
import { AddressForm } from './address-form.tsx'
import { MailAdvice } from './mail-advice.tsx'
import styles from './recovery.module.css'

export default function ForgotPasswordPage() {
  const [sentTo, setSentTo] = useState<string | null>(null)
  const address = useAddressAlong()
  if (sentTo !== null) return <Sent email={sentTo} tryAnother={() => setSentTo(null)} />
  return (
    <EntranceLayout
      key="ask"
      title="Forgot your password?"
      lead="Enter your account’s email address, and we will send you a link to choose a new password."
    >
      <AddressForm
        label="Forgot your password?"
        className={formStyles.form}
        // No mail goes to a username.
        address={address.includes('@') ? address : ''}
        route={routes.forgotPassword}
        button={{ children: 'Send me a link', className: formStyles.submit }}
        onSent={setSentTo}
      />
      <p className={formStyles.other}>
        Remembered it? <LinkAlong to={paths.login}>Sign in</LinkAlong>
      </p>
    </EntranceLayout>
  )
}

/** Says the same whether or not the account exists. */
function Sent({ email, tryAnother }: { email: string; tryAnother: () => void }) {
  return (
    <EntranceLayout
      key="sent"
      title="Check your email"
      lead={`If there is an account for ${email}, we have sent a link to it.`}
    >
      <div className={styles.content}>
        <MailAdvice validity="30 minutes" />
        <MailboxHint />
        <Button variant="secondary" onClick={tryAnother}>
          Try another address
        </Button>
        <p className={formStyles.other}>
          Done?{' '}
          <LinkAlong to={paths.login} address={email}>
            Sign in
          </LinkAlong>
        </p>
      </div>
    </EntranceLayout>
  )
}

import { routes } from '@latchkey/contracts'
import { useState } from 'react'
import { LinkAlong, useAddressAlong } from '../../app/address-along.tsx'
import { paths } from '../../app/paths.ts'
import { Button } from '../../components/button.tsx'
import { MailboxHint } from '../../components/mailbox-hint.tsx'
import { words } from '../../words/en/recovery.ts'
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
    <EntranceLayout key="ask" title={words.forgotPassword} lead={words.enterAddress}>
      <AddressForm
        label={words.forgotPassword}
        className={formStyles.form}
        // No mail goes to a username.
        address={address.includes('@') ? address : ''}
        route={routes.forgotPassword}
        button={{ children: words.sendLink, className: formStyles.submit }}
        onSent={setSentTo}
      />
      <p className={formStyles.other}>
        {words.rememberedIt} <LinkAlong to={paths.login}>{words.signIn}</LinkAlong>
      </p>
    </EntranceLayout>
  )
}

/** Says the same whether or not the account exists. */
function Sent({ email, tryAnother }: { email: string; tryAnother: () => void }) {
  return (
    <EntranceLayout key="sent" title={words.checkEmail} lead={words.linkSentIfKnown(email)}>
      <div className={styles.content}>
        <MailAdvice validity="halfHour" />
        <MailboxHint />
        <Button variant="secondary" onClick={tryAnother}>
          {words.tryAnotherAddress}
        </Button>
        <p className={formStyles.other}>
          {words.done}{' '}
          <LinkAlong to={paths.login} address={email}>
            {words.signIn}
          </LinkAlong>
        </p>
      </div>
    </EntranceLayout>
  )
}

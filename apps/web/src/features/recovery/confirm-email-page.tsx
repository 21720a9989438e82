import { routes } from '@latchkey/contracts'
import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { ConfirmLink } from './confirm-link.tsx'
import { DeadLink, type DeadLinkReason } from './dead-link.tsx'
import styles from './recovery.module.css'

export default function ConfirmEmailPage() {
  return (
    <ConfirmLink
      route={routes.confirmEmail}
      title="Confirm your new email address"
      lead="One press, and it takes the place of the old one."
      confirmed={{
        title: 'Your new address counts',
        lead: 'You sign in with it from now on, and mails about your account go there. We have told the old address.',
      }}
      disown={{
        question: 'Somebody wants to use your address for their account. This ends the link. End it?',
        confirm: 'Don’t use my address',
        done: {
          title: 'Your address will not be used',
          lead: 'Thank you. The link no longer works, and the account keeps the address it had.',
        },
      }}
      Dead={Dead}
    />
  )
}

function Dead({ reason }: { reason: DeadLinkReason }) {
  return (
    <DeadLink reason={reason}>
      <p>
        {reason === 'token_used'
          ? 'Then the new address most likely counts already. Your account page shows which one does.'
          : 'Ask for the change once more on your account page. Until then the old address stays.'}
      </p>
      <p className={styles.next}>
        <Link to={paths.account}>Go to your account</Link>
      </p>
    </DeadLink>
  )
}

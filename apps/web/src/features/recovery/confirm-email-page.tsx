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
      lead="Press the button to replace your old address with this one."
      confirmed={{
        title: 'Your email address has been changed',
        lead: 'From now on, sign in with it. Emails about your account go there. If your old address was confirmed, we have let it know.',
      }}
      disown={{
        question: 'Somebody wants to use your address for their account. Stop this link from working?',
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
          ? 'The new address is in use already, or the change was cancelled. Your account page shows the current one.'
          : 'Ask for the change again on your account page. Until then, your old address stays.'}
      </p>
      <p className={styles.next}>
        <Link to={paths.account}>Go to your account</Link>
      </p>
    </DeadLink>
  )
}

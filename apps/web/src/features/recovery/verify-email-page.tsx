import { routes } from '@latchkey/contracts'
import { Link } from 'react-router-dom'
import { useSession } from '../../app/auth-context.ts'
import { paths } from '../../app/paths.ts'
import { ConfirmLink } from './confirm-link.tsx'
import { DeadLink, type DeadLinkReason } from './dead-link.tsx'
import styles from './recovery.module.css'
import ResendVerification from './resend-verification.tsx'

export default function VerifyEmailPage() {
  return (
    <ConfirmLink
      route={routes.verifyEmail}
      title="Confirm your email address"
      lead="Press the button to confirm that this address is yours."
      confirmed={{
        title: 'Your address is confirmed',
        lead: 'Thank you. From now on, we write there when something about your account needs your attention.',
      }}
      disown={{
        question:
          'This deletes the account that was made with your address, and everything about it. Delete it?',
        confirm: 'Delete the account',
        done: {
          title: 'The account has been deleted',
          lead: 'Thank you. Nobody has an account with your address now.',
        },
      }}
      Dead={Dead}
    />
  )
}

function Dead({ reason }: { reason: DeadLinkReason }) {
  const session = useSession()
  const email = session.status === 'signedIn' && !session.user.emailVerified ? session.user.email : null
  return (
    <DeadLink reason={reason}>
      <p>
        {reason === 'token_used' ? 'Your address is probably confirmed already. If not, send' : 'Send'} a new
        email{email !== null && ` to ${email}`}:
      </p>
      <ResendVerification email={email} />
      <p className={styles.next}>
        {session.status === 'signedIn' ? (
          <Link to={paths.account}>Go to your account</Link>
        ) : (
          <Link to={paths.login}>Sign in</Link>
        )}
      </p>
    </DeadLink>
  )
}

import { routes } from '@latchkey/contracts'
import { Link } from 'react-router-dom'
import { useSession } from '../../app/auth-context.ts'
import { paths } from '../../app/paths.ts'
import { ConfirmLink } from './confirm-link.tsx'
import { Confirmed } from './confirmed.tsx'
import { DeadLink, type DeadLinkReason } from './dead-link.tsx'
import styles from './recovery.module.css'
import ResendVerification from './resend-verification.tsx'
import { useLinkToken } from './use-link-token.ts'

export default function VerifyEmailPage() {
  const token = useLinkToken()
  if (token === null) return <Dead reason="incomplete" />
  return (
    <ConfirmLink
      key={token}
      token={token}
      route={routes.verifyEmail}
      title="Confirm your email address"
      lead="One press, and we know that mail reaches you there."
      done={(whose) => (
        <Confirmed
          title="Your address is confirmed"
          lead="Thank you. Should you ever forget your password, we can help you there."
          whose={whose}
        />
      )}
      dead={(reason) => <Dead reason={reason} />}
    />
  )
}

function Dead({ reason }: { reason: DeadLinkReason }) {
  const session = useSession()
  const email = session.status === 'signedIn' && !session.user.emailVerified ? session.user.email : null
  return (
    <DeadLink reason={reason}>
      <p>
        {reason === 'token_used' ? 'Then the address is most likely confirmed. If not, have' : 'Have'} a new
        mail sent{email !== null && ` to ${email}`}:
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

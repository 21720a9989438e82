import { routes } from '@latchkey/contracts'
import { useSession } from '@latchkey/react'
import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { words } from '../../words/en/recovery.ts'
import { ConfirmLink } from './confirm-link.tsx'
import { DeadLink, type DeadLinkReason } from './dead-link.tsx'
import styles from './recovery.module.css'
import ResendVerification from './resend-verification.tsx'

export default function VerifyEmailPage() {
  return (
    <ConfirmLink
      route={routes.verifyEmail}
      title={words.confirmAddress}
      lead={words.pressToConfirm}
      confirmed={{
        title: words.addressConfirmed,
        lead: words.weWriteThere,
      }}
      disown={{
        question: words.deleteAccountQuestion,
        confirm: words.deleteAccount,
        done: {
          title: words.accountDeleted,
          lead: words.nobodyHasAccount,
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
      <p>{reason === 'token_used' ? words.probablyConfirmed(email) : words.sendAgainTo(email)}</p>
      <ResendVerification email={email} />
      <p className={styles.next}>
        {session.status === 'signedIn' ? (
          <Link to={paths.account}>{words.goToAccount}</Link>
        ) : (
          <Link to={paths.login}>{words.signIn}</Link>
        )}
      </p>
    </DeadLink>
  )
}

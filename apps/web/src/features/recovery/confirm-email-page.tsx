import { routes } from '@latchkey/contracts'
import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { words } from '../../words/en/recovery.ts'
import { ConfirmLink } from './confirm-link.tsx'
import { DeadLink, type DeadLinkReason } from './dead-link.tsx'
import styles from './recovery.module.css'

export default function ConfirmEmailPage() {
  return (
    <ConfirmLink
      route={routes.confirmEmail}
      title={words.confirmNewAddress}
      lead={words.pressToReplace}
      confirmed={{
        title: words.addressChanged,
        lead: words.signInWithIt,
      }}
      disown={{
        question: words.stopLinkQuestion,
        confirm: words.dontUseMine,
        done: {
          title: words.notUsed,
          lead: words.keepsAddress,
        },
      }}
      Dead={Dead}
    />
  )
}

function Dead({ reason }: { reason: DeadLinkReason }) {
  return (
    <DeadLink reason={reason}>
      <p>{reason === 'token_used' ? words.changeUsed : words.askForChangeAgain}</p>
      <p className={styles.next}>
        <Link to={paths.account}>{words.goToAccount}</Link>
      </p>
    </DeadLink>
  )
}

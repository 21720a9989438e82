import { Card } from '../../components/card.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import styles from './sign-out-everywhere.module.css'
import { useSignOutEverywhere } from './use-sessions.ts'

export function SignOutEverywhere() {
  const signOut = useSignOutEverywhere()
  return (
    <Card title="Sign out everywhere">
      <div className={styles.content}>
        <p>
          Ends every session, including this one. Within a second, no device can act on your behalf any more.
        </p>
        <FailureAlert failure={signOut.error} />
        <ConfirmedButton
          tone="plain"
          question="Sign out on every device, including this one?"
          confirm="Sign out everywhere"
          onConfirm={() => signOut.mutateAsync()}
        >
          Sign out everywhere
        </ConfirmedButton>
      </div>
    </Card>
  )
}

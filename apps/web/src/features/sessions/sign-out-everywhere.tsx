import { Card } from '../../components/card.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { words } from '../../words/en/sessions.ts'
import styles from './sign-out-everywhere.module.css'
import { useSignOutEverywhere } from './use-sessions.ts'

export function SignOutEverywhere() {
  const signOut = useSignOutEverywhere()
  return (
    <Card title={words.signOutEverywhere}>
      <div className={styles.content}>
        <p>{words.aboutSignOutEverywhere}</p>
        <FailureAlert failure={signOut.error} />
        <ConfirmedButton
          tone="plain"
          question={words.signOutEverywhereQuestion}
          confirm={words.signOutEverywhere}
          onConfirm={() => signOut.mutateAsync()}
        >
          {words.signOutEverywhere}
        </ConfirmedButton>
      </div>
    </Card>
  )
}

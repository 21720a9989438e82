import type { ManagedUser } from '@latchkey/contracts'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { words } from '../../words/en/admin.ts'
import styles from './admin.module.css'
import { useExplanation } from './use-users.ts'

/** "I was signed out": what happened to somebody's sessions, for whoever has to answer them. */
export function UserHistory({ user }: { user: ManagedUser }) {
  const explain = useExplanation(user.id)
  const { conclusion, steps = [] } = explain.data ?? {}
  return (
    <Card title={words.signedOut}>
      <div className={styles.part}>
        <p className={styles.soft}>{words.aboutExplaining(user.username)}</p>
        <FailureAlert failure={explain.error} />
        {/* As the server tells it, which it does in English. */}
        <p role="status" className={styles.conclusion} lang={conclusion && 'en'}>
          {conclusion}
        </p>
        {steps.length > 0 && (
          <ol className={styles.steps} aria-label={words.whatHappened} lang="en">
            {steps.map(({ at, sentence, ended }) => (
              <li key={`${at} ${sentence}`} data-ended={ended.length > 0}>
                {sentence}
              </li>
            ))}
          </ol>
        )}
        <Button variant="secondary" isBusy={explain.isPending} onClick={() => explain.mutate()}>
          {conclusion ? words.explainAgain : words.explain}
        </Button>
      </div>
    </Card>
  )
}

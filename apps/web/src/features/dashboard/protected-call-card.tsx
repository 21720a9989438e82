import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { words } from '../../words/en/dashboard.ts'
import { AnswerView } from './answer-view.tsx'
import styles from './protected-call-card.module.css'
import { useProtectedCall } from './use-protected-call.ts'
import type { TokenExpiry } from './use-token-expiry.ts'

export function ProtectedCallCard({ expiry }: { expiry: TokenExpiry }) {
  const call = useProtectedCall()
  return (
    <Card title={words.protectedEndpoint}>
      <div className={styles.content}>
        <div className={styles.actions}>
          <Button isBusy={call.isPending} onClick={() => call.mutate()}>
            {words.callIt}
          </Button>
          <Button variant="secondary" onClick={expiry.expire}>
            {words.expireNow}
          </Button>
        </div>
        <p role="status" className={styles.next}>
          {words.nextSteps[expiry.stage]}
        </p>
        <AnswerView answer={call.data ?? null} />
      </div>
    </Card>
  )
}

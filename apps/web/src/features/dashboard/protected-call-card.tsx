import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { AnswerView } from './answer-view.tsx'
import styles from './protected-call-card.module.css'
import { useProtectedCall } from './use-protected-call.ts'
import type { TokenExpiry } from './use-token-expiry.ts'

const nextSteps = {
  untouched: 'GET /api/protected answers only requests with a valid access token.',
  expired:
    'The server now refuses your access token. Call the endpoint: it gets a 401, refreshes once and tries again.',
  renewed: 'A new access token has arrived, and you did not have to do anything. “Try it” shows how.',
} satisfies Record<TokenExpiry['stage'], string>

export function ProtectedCallCard({ expiry }: { expiry: TokenExpiry }) {
  const call = useProtectedCall()
  return (
    <Card title="Protected endpoint">
      <div className={styles.content}>
        <div className={styles.actions}>
          <Button isBusy={call.isPending} onClick={() => call.mutate()}>
            Call the protected endpoint
          </Button>
          <Button variant="secondary" onClick={expiry.expire}>
            Expire my access token now
          </Button>
        </div>
        <p role="status" className={styles.next}>
          {nextSteps[expiry.stage]}
        </p>
        <AnswerView answer={call.data ?? null} />
      </div>
    </Card>
  )
}

import { useState } from 'react'
import { useAuthClient } from '../../app/auth-context.ts'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { AnswerView } from './answer-view.tsx'
import styles from './protected-call-card.module.css'
import { useProtectedCall } from './use-protected-call.ts'

/** @param tokenId the `jti` of the access token in use: a new one means that the refresh has happened. */
export function ProtectedCallCard({ tokenId }: { tokenId: string }) {
  const client = useAuthClient()
  const call = useProtectedCall()
  const [expiredTokenId, setExpiredTokenId] = useState<string | null>(null)

  function expire() {
    setExpiredTokenId(tokenId)
    client.expireAccessToken()
  }

  return (
    <Card title="Protected endpoint">
      <div className={styles.content}>
        <div className={styles.actions}>
          <Button isBusy={call.isPending} onClick={() => call.mutate()}>
            Call the protected endpoint
          </Button>
          <Button variant="secondary" onClick={expire}>
            Expire my access token now
          </Button>
        </div>
        <p role="status" className={styles.next}>
          {nextStep(expiredTokenId, tokenId)}
        </p>
        <AnswerView answer={call.data ?? null} />
      </div>
    </Card>
  )
}

function nextStep(expiredTokenId: string | null, tokenId: string): string {
  if (expiredTokenId === null) {
    return 'GET /api/protected answers only those who bring a valid access token.'
  }
  if (expiredTokenId === tokenId) {
    return 'Your access token is now one that the server refuses. Call the endpoint: it gets a 401, refreshes once and tries again.'
  }
  return 'A new access token has arrived, and you did not have to do anything. The log tells how.'
}

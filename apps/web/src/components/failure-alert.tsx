import type { AuthError } from '@latchkey/auth-client'
import { Alert } from './alert.tsx'
import { failureSentence } from './failure-sentence.ts'
import { RetryCountdown } from './retry-countdown.tsx'

export function FailureAlert({ failure }: { failure: AuthError | null }) {
  return (
    <Alert>
      {failure &&
        (failure.code === 'rate_limited' && failure.retryAfterSeconds ? (
          <RetryCountdown seconds={failure.retryAfterSeconds} />
        ) : (
          <p>{failureSentence(failure)}</p>
        ))}
    </Alert>
  )
}

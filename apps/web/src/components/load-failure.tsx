import type { AuthError } from '@latchkey/auth-client'
import { words } from '../words/en/common.ts'
import { Button } from './button.tsx'
import { FailureAlert } from './failure-alert.tsx'
import styles from './load-failure.module.css'

interface LoadFailureProps {
  failure: AuthError
  isRetrying: boolean
  retry: () => void
}

/** Takes the place of what could not be loaded. */
export function LoadFailure({ failure, isRetrying, retry }: LoadFailureProps) {
  return (
    <div className={styles.failure}>
      <FailureAlert failure={failure} />
      <Button variant="secondary" isBusy={isRetrying} onClick={retry}>
        {words.tryAgain}
      </Button>
    </div>
  )
}

import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { useEndOtherSessions } from './use-sessions.ts'

interface EndOthersProps {
  count: number
  onEnded: (what: string) => void
}

export function EndOthers({ count, onEnded }: EndOthersProps) {
  const end = useEndOtherSessions()
  return (
    <div>
      <ConfirmedButton
        tone="plain"
        question={`End all ${count} other sessions? Those devices will have to sign in again.`}
        confirm={`End all ${count}`}
        onConfirm={() =>
          end.mutateAsync(undefined, { onSuccess: () => onEnded('All other sessions have ended.') })
        }
      >
        End all others
      </ConfirmedButton>
      <FailureAlert failure={end.error} />
    </div>
  )
}

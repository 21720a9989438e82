import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import type { Say } from '../../components/use-news.ts'
import { words } from '../../words/en/sessions.ts'
import { useEndOtherSessions } from './use-sessions.ts'

interface EndOthersProps {
  count: number
  onEnded: (what: Say) => void
}

export function EndOthers({ count, onEnded }: EndOthersProps) {
  const end = useEndOtherSessions()
  return (
    <div>
      <ConfirmedButton
        tone="plain"
        question={words.endOthersQuestion(count)}
        confirm={words.endAll(count)}
        onConfirm={() => end.mutateAsync(undefined, { onSuccess: () => onEnded(() => words.othersEnded) })}
      >
        {words.endOthers}
      </ConfirmedButton>
      <FailureAlert failure={end.error} />
    </div>
  )
}

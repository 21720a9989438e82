import type { StepUpDemand } from '@latchkey/auth-client'
import { useAuthClient } from '@latchkey/react'
import { useEffect, useState } from 'react'
import { ConfirmForm } from './confirm-form.tsx'

interface Question {
  demand: StepUpDemand
  confirmed: () => void
  declined: () => void
}

/**
 * Asks who sits here to confirm that it is them, whenever the server wants to know. What was asked for waits
 * meanwhile; the page behind stays as it is.
 */
export function StepUpDialog() {
  const client = useAuthClient()
  const [question, setQuestion] = useState<Question | null>(null)

  useEffect(() => {
    let open: Question | null = null
    const end = client.onStepUp(
      (demand) =>
        new Promise<void>((resolve, reject) => {
          const close = (settle: () => void) => () => {
            open = null
            setQuestion(null)
            settle()
          }
          open = { demand, confirmed: close(resolve), declined: close(() => reject(new Error('declined'))) }
          setQuestion(open)
        }),
    )
    return () => {
      end()
      open?.declined()
    }
  }, [client])

  return (
    question && (
      <ConfirmForm demand={question.demand} onConfirmed={question.confirmed} onDeclined={question.declined} />
    )
  )
}

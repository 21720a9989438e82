import type { StepUpDemand } from '@latchkey/auth-client'
import { useAuthClient } from '@latchkey/react'
import { useEffect, useState } from 'react'
import { ConfirmForm } from './confirm-form.tsx'

interface Question {
  /** One may follow so soon that nothing was shown in between. It is another question all the same. */
  id: number
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
    let asked = 0
    const end = client.onStepUp(
      (demand) =>
        new Promise<void>((resolve, reject) => {
          const close = (settle: () => void) => () => {
            open = null
            setQuestion(null)
            settle()
          }
          const declined = close(() => reject(new Error('declined')))
          asked += 1
          open = { id: asked, demand, confirmed: close(resolve), declined }
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
      <ConfirmForm
        key={question.id}
        demand={question.demand}
        onConfirmed={question.confirmed}
        onDeclined={question.declined}
      />
    )
  )
}

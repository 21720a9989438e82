import { AuthError } from '@latchkey/auth-client'
import { routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useState } from 'react'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { words } from '../../words/en/recovery.ts'
import { type DeadLinkReason, isDeadLink } from './dead-link.tsx'
import styles from './recovery.module.css'

/** What it means to say "This was not me": the question, the answer that does it, and what has become of it. */
export interface DisownTexts {
  question: string
  confirm: string
  done: { title: string; lead: string }
}

interface DisownProps {
  token: string
  texts: DisownTexts
  onDisowned: () => void
  onDead: (reason: DeadLinkReason) => void
}

/** For somebody whose address another person has used. */
export function Disown({ token, texts, onDisowned, onDead }: DisownProps) {
  const client = useAuthClient()
  const [failure, setFailure] = useState<AuthError | null>(null)

  async function disown() {
    setFailure(null)
    try {
      await client.call(routes.disownEmail, { body: { token } })
      onDisowned()
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      if (isDeadLink(error.code)) onDead(error.code)
      else setFailure(error)
    }
  }

  return (
    <div className={styles.resend}>
      <FailureAlert failure={failure} />
      <ConfirmedButton question={texts.question} confirm={texts.confirm} onConfirm={disown}>
        {words.notMe}
      </ConfirmedButton>
    </div>
  )
}

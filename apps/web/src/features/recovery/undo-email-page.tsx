import { routes } from '@latchkey/contracts'
import { useAction, useAuthClient } from '@latchkey/react'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { words } from '../../words/en/recovery.ts'
import formStyles from '../auth/entrance-form.module.css'
import { EntranceLayout } from '../auth/entrance-layout.tsx'
import { DeadLink, type DeadLinkReason, isDeadLink } from './dead-link.tsx'
import styles from './recovery.module.css'
import { useLinkToken } from './use-link-token.ts'

export default function UndoEmailPage() {
  const token = useLinkToken()
  return token === null ? <Dead reason="incomplete" /> : <Undo key={token} token={token} />
}

function Undo({ token }: { token: string }) {
  const client = useAuthClient()
  const [resetToken, setResetToken] = useState<string | null>(null)
  const undo = useAction(async () => {
    const reply = await client.call(routes.undoEmail, { body: { token } })
    // Whoever is signed in here with that account was signed out by it; the server knows.
    if (client.getState().status !== 'signedOut') await client.refresh().catch(() => undefined)
    setResetToken(reply.resetToken)
  })

  if (resetToken !== null) return <Undone resetToken={resetToken} />
  if (undo.failure && isDeadLink(undo.failure.code)) return <Dead reason={undo.failure.code} />
  return (
    <EntranceLayout title={words.putBackQuestion} lead={words.ifNotYou}>
      <div className={styles.content}>
        <p>{words.whenYouPress}</p>
        <ul className={styles.advice}>
          <li>{words.usesAddressAgain}</li>
          <li>{words.everybodySignedOut}</li>
          <li>{words.passwordStops}</li>
        </ul>
        <FailureAlert failure={undo.failure} />
        <Button className={formStyles.submit} isBusy={undo.isBusy} onClick={undo.run}>
          {undo.isBusy ? words.puttingBack : words.putBack}
        </Button>
      </div>
    </EntranceLayout>
  )
}

function Undone({ resetToken }: { resetToken: string }) {
  const navigate = useNavigate()
  return (
    <EntranceLayout key="undone" title={words.isBack} lead={words.chooseNow}>
      <Button
        className={formStyles.submit}
        onClick={() => void navigate(`${paths.resetPassword}#token=${resetToken}`, { replace: true })}
      >
        {words.choosePassword}
      </Button>
    </EntranceLayout>
  )
}

function Dead({ reason }: { reason: DeadLinkReason }) {
  return (
    <DeadLink reason={reason}>
      <p>{reason === 'token_used' ? words.undoUsed : words.askForHelp}</p>
      <p className={styles.next}>
        <Link to={paths.forgotPassword}>{words.choosePassword}</Link>
        <Link to={paths.login}>{words.signIn}</Link>
      </p>
    </DeadLink>
  )
}

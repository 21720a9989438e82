import { routes } from '@latchkey/contracts'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { useAuthClient } from '../../app/auth-context.ts'
import { paths } from '../../app/paths.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { useAction } from '../../components/use-action.ts'
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
    <EntranceLayout
      title="Put your old address back?"
      lead="Your account uses another email address now. If you did not change it, somebody has your password."
    >
      <div className={styles.content}>
        <p>When you press the button:</p>
        <ul className={styles.advice}>
          <li>your account uses this address again,</li>
          <li>everybody is signed out, on every device,</li>
          <li>the password stops working, and you choose a new one.</li>
        </ul>
        <FailureAlert failure={undo.failure} />
        <Button className={formStyles.submit} isBusy={undo.isBusy} onClick={undo.run}>
          {undo.isBusy ? 'Putting it back…' : 'Put my old address back'}
        </Button>
      </div>
    </EntranceLayout>
  )
}

function Undone({ resetToken }: { resetToken: string }) {
  const navigate = useNavigate()
  return (
    <EntranceLayout
      key="undone"
      title="Your old address is back"
      lead="Everybody is signed out, and the old password no longer works. Choose a new one now."
    >
      <Button
        className={formStyles.submit}
        onClick={() => void navigate(`${paths.resetPassword}#token=${resetToken}`, { replace: true })}
      >
        Choose a new password
      </Button>
    </EntranceLayout>
  )
}

function Dead({ reason }: { reason: DeadLinkReason }) {
  return (
    <DeadLink reason={reason}>
      <p>
        {reason === 'token_used'
          ? 'If it was you who used it, your old address is back: choose a new password for your account.'
          : 'If the account uses another address and you did not change it, ask whoever runs this service for help.'}
      </p>
      <p className={styles.next}>
        <Link to={paths.forgotPassword}>Choose a new password</Link>
        <Link to={paths.login}>Sign in</Link>
      </p>
    </DeadLink>
  )
}

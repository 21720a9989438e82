import { AuthError } from '@latchkey/auth-client'
import { routes } from '@latchkey/contracts'
import { useState } from 'react'
import { useAuthClient } from '../../app/auth-context.ts'
import { useEntranceNote } from '../../app/entrance-note.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { Card } from '../../components/card.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import styles from './account-page.module.css'
import { useForgetPasskeys } from './use-passkeys.ts'

export function DeleteAccount() {
  const client = useAuthClient()
  const { user } = useSignedIn()
  const { leave } = useEntranceNote()
  const forgetPasskeys = useForgetPasskeys()
  const [failure, setFailure] = useState<AuthError | null>(null)

  async function deleteForGood() {
    setFailure(null)
    try {
      await client.call(routes.deleteMeByPost)
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      return setFailure(error)
    }
    forgetPasskeys()
    leave(`Your account and everything about it have been deleted. Goodbye, ${user.username}.`)
    // The server is done; this tells the page and the other tabs.
    await client.logout()
  }

  return (
    <Card title="Delete your account" tone="danger">
      <div className={styles.part}>
        <p>This deletes, at once and for good:</p>
        <ul>
          <li>your username, email address, password and passkeys,</li>
          <li>every session on every device,</li>
          <li>the account’s activity.</li>
        </ul>
        <FailureAlert failure={failure} />
        <ConfirmedButton
          tone="grave"
          question="Your account and everything about it will be gone. This can’t be undone."
          confirm="Delete for good"
          onConfirm={deleteForGood}
        >
          Delete my account
        </ConfirmedButton>
      </div>
    </Card>
  )
}

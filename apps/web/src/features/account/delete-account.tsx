import { AuthError } from '@latchkey/auth-client'
import { routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useState } from 'react'
import { useEntranceNote } from '../../app/entrance-note.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { Card } from '../../components/card.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { words } from '../../words/en/account.ts'
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
    leave(() => words.goodbye(user.username))
    // The server is done; this tells the page and the other tabs.
    await client.logout()
  }

  return (
    <Card title={words.deleteYourAccount} tone="danger">
      <div className={styles.part}>
        <p>{words.deletesForGood}</p>
        <ul>
          <li>{words.deletesProfile}</li>
          <li>{words.deletesSessions}</li>
          <li>{words.deletesActivity}</li>
        </ul>
        <FailureAlert failure={failure} />
        <ConfirmedButton
          tone="grave"
          question={words.deleteQuestion}
          confirm={words.deleteForGood}
          onConfirm={deleteForGood}
        >
          {words.deleteAccount}
        </ConfirmedButton>
      </div>
    </Card>
  )
}

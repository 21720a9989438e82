import { DeleteMeBodySchema, routes } from '@latchkey/contracts'
import type { KeyboardEvent, RefObject } from 'react'
import { useAuthClient } from '../../app/auth-context.ts'
import { useEntranceNote } from '../../app/entrance-note.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { useForm } from '../../components/use-form.ts'
import { useInlineStep } from '../../components/use-inline-step.ts'
import styles from './account-page.module.css'
import { useForgetPasskeys } from './use-passkeys.ts'

export function DeleteAccount() {
  const step = useInlineStep<HTMLInputElement>()
  return (
    <Card title="Delete your account">
      <div className={styles.part}>
        <p>This deletes, at once and for good:</p>
        <ul>
          <li>your username, email address, password and passkeys,</li>
          <li>every session on every device,</li>
          <li>the account’s activity.</li>
        </ul>
        {step.isOpen ? (
          <DeleteForm input={step.target} onCancel={step.close} />
        ) : (
          <Button ref={step.trigger} variant="secondary" onClick={step.open}>
            Delete my account
          </Button>
        )}
      </div>
    </Card>
  )
}

function DeleteForm({
  input,
  onCancel,
}: {
  input: RefObject<HTMLInputElement | null>
  onCancel: () => void
}) {
  const client = useAuthClient()
  const { user } = useSignedIn()
  const { leave } = useEntranceNote()
  const forgetPasskeys = useForgetPasskeys()
  const form = useForm(DeleteMeBodySchema, async (body) => {
    await client.call(routes.deleteMeByPost, { body })
    forgetPasskeys()
    leave(`Your account and everything about it have been deleted. Goodbye, ${user.username}.`)
    // The server is done; this tells the page and the other tabs.
    await client.logout()
  })

  // What has been sent cannot be taken back.
  function cancel() {
    if (!form.isSubmitting) onCancel()
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') cancel()
  }

  return (
    <form {...form.props} className={styles.form} onKeyDown={onKeyDown} aria-label="Delete your account">
      <FailureAlert failure={form.failure} />
      <input type="text" autoComplete="username" value={user.email} readOnly hidden />
      <PasswordField
        ref={input}
        label="Your password"
        name="password"
        autoComplete="current-password"
        required
        hint="To make sure it’s you. This can’t be undone."
        error={form.errorOf('password')}
      />
      <div className={styles.answers}>
        <Button type="submit" variant="danger" isBusy={form.isSubmitting}>
          {form.isSubmitting ? 'Deleting…' : 'Delete for good'}
        </Button>
        <Button variant="secondary" aria-disabled={form.isSubmitting || undefined} onClick={cancel}>
          Cancel
        </Button>
      </div>
    </form>
  )
}

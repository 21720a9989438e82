import { ReauthenticateBodySchema } from '@latchkey/contracts'
import { type RefCallback, useId } from 'react'
import { useAuthClient } from '../../app/auth-context.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { useForm } from '../../components/use-form.ts'
import styles from './step-up-dialog.module.css'

interface ConfirmFormProps {
  dialog: RefCallback<HTMLDialogElement>
  onConfirmed: () => void
  onDeclined: () => void
}

export function ConfirmForm({ dialog, onConfirmed, onDeclined }: ConfirmFormProps) {
  const client = useAuthClient()
  const { user } = useSignedIn()
  const id = useId()
  const form = useForm(ReauthenticateBodySchema, async (body) => {
    await client.reauthenticate(body)
    onConfirmed()
  })

  // What has been sent cannot be taken back.
  function decline() {
    if (!form.isSubmitting) onDeclined()
  }

  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-why`}
      onCancel={(event) => {
        event.preventDefault()
        decline()
      }}
    >
      <form {...form.props} className={styles.form}>
        <h2 id={`${id}-title`}>Confirm it’s you</h2>
        <p id={`${id}-why`} className={styles.why}>
          You signed in a while ago, and this needs to be certain. Nothing on the page is lost.
        </p>
        <FailureAlert failure={form.failure} />
        {/* Tells password managers whose password this is. It has no name, so it is not sent. */}
        <input type="text" autoComplete="username" value={user.email} readOnly hidden />
        <PasswordField
          label="Your password"
          name="password"
          autoComplete="current-password"
          required
          error={form.errorOf('password')}
        />
        <div className={styles.answers}>
          <Button type="submit" isBusy={form.isSubmitting}>
            Confirm
          </Button>
          <Button variant="secondary" aria-disabled={form.isSubmitting || undefined} onClick={decline}>
            Cancel
          </Button>
        </div>
      </form>
    </dialog>
  )
}

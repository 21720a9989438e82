import { ChangePasswordBodySchema, routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { useShortestPassword } from '../../app/use-shortest-password.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { NewPasswordField } from '../../components/new-password-field.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { useForm } from '../../components/use-form.ts'
import { words } from '../../words/en/account.ts'
import styles from './password-page.module.css'

export function ChangePasswordForm({ onChanged }: { onChanged: () => void }) {
  const client = useAuthClient()
  const shortest = useShortestPassword()
  const { user } = useSignedIn()
  const form = useForm(
    ChangePasswordBodySchema,
    async (body) => {
      await client.call(routes.changePassword, { body })
      onChanged()
    },
    'leave',
  )

  return (
    <form {...form.props} className={styles.form} aria-label={words.changeYourPassword}>
      <FailureAlert failure={form.failure} />
      {/* Tells password managers whose password this is. It has no name, so it is not sent. */}
      <input type="text" autoComplete="username" value={user.email} readOnly hidden />
      <PasswordField
        label={words.currentPassword}
        name="currentPassword"
        autoComplete="current-password"
        required
        error={form.errorOf('currentPassword')}
      />
      <NewPasswordField
        label={words.newPassword}
        name="newPassword"
        personal={[user.username, user.email]}
        shortest={shortest}
        error={form.errorOf('newPassword')}
      />
      <Button type="submit" className={styles.submit} isBusy={form.isSubmitting}>
        {form.isSubmitting ? words.changingPassword : words.changePassword}
      </Button>
    </form>
  )
}

import { AuthError } from '@latchkey/auth-client'
import { ProveEmailBodySchema } from '@latchkey/contracts'
import { Link } from '../../app/link.tsx'
import { paths } from '../../app/paths.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { useForm } from '../../components/use-form.ts'
import { words } from '../../words/en/recovery.ts'
import { fill } from '../../words/fill.ts'
import formStyles from '../auth/entrance-form.module.css'
import { type DeadLinkReason, isDeadLink } from './dead-link.tsx'

interface OwnerQuestionProps {
  token: string
  /** Whose password it is, as the server says. */
  username: string
  /** Confirms with the password. */
  confirm: (password: string | undefined) => Promise<void>
  /** Whether the link outlives a new password. */
  survivesReset: boolean
  onDead: (reason: DeadLinkReason) => void
}

/** Whoever opens the link is asked for the password of the account: reading a mailbox is not owning the account. */
export function OwnerQuestion({ token, username, confirm, survivesReset, onDead }: OwnerQuestionProps) {
  const schema = {
    safeParse: (values: unknown) => ProveEmailBodySchema.safeParse(Object.assign({ token }, values)),
  }
  const form = useForm(
    schema,
    async ({ password }) => {
      try {
        await confirm(password)
      } catch (error) {
        if (error instanceof AuthError && isDeadLink(error.code)) return onDead(error.code)
        throw error
      }
    },
    'leave',
  )
  return (
    <form {...form.props} className={formStyles.form} aria-label={words.confirmYourAddress}>
      <FailureAlert failure={form.failure} />
      {/* Tells password managers whose password it is (nameless: it is not sent). */}
      <input type="text" autoComplete="username" value={username} readOnly hidden />
      <PasswordField
        label={words.passwordOf(username)}
        name="password"
        autoComplete="current-password"
        required
        error={form.errorOf('password')}
      />
      <Button type="submit" className={formStyles.submit} isBusy={form.isSubmitting}>
        {form.isSubmitting ? words.confirming : words.confirmMine}
      </Button>
      <p className={formStyles.forgot}>
        {survivesReset
          ? fill(words.noPassword, { choose: <Link to={paths.forgotPassword}>{words.chooseFirst}</Link> })
          : words.openSignedIn}
      </p>
    </form>
  )
}

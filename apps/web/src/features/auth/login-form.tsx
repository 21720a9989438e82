import { LoginBodySchema } from '@latchkey/contracts'
import { useAuthClient } from '../../app/auth-context.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { Field } from '../../components/field.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { useForm } from '../../components/use-form.ts'
import styles from './entrance-form.module.css'

export function LoginForm() {
  const client = useAuthClient()
  const form = useForm(LoginBodySchema, (body) => client.login(body))

  return (
    <form {...form.props} className={styles.form} aria-label="Sign in">
      <FailureAlert failure={form.failure} />
      <Field
        label="Email or username"
        name="email"
        type="text"
        inputMode="email"
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        required
        error={form.errorOf('email')}
      />
      <PasswordField
        label="Password"
        name="password"
        autoComplete="current-password"
        required
        error={form.errorOf('password')}
      />
      <Button type="submit" className={styles.submit} isBusy={form.isSubmitting}>
        {form.isSubmitting ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  )
}

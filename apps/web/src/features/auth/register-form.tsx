import { type FormEvent, useState } from 'react'
import { useAuthClient } from '../../app/auth-context.ts'
import { useShortestPassword } from '../../app/use-shortest-password.ts'
import { Button } from '../../components/button.tsx'
import { EmailField } from '../../components/email-field.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { NewPasswordField } from '../../components/new-password-field.tsx'
import { useForm } from '../../components/use-form.ts'
import { UsernameField } from '../../components/username-field.tsx'
import styles from './entrance-form.module.css'

// As with signing in, no part of the first download.
const bodySchema = async () => (await import('@latchkey/contracts/forms')).RegisterBodySchema

export interface Made {
  email: string
  password: string
}

/** `onToBeConfirmed`: the account exists, but its address must be confirmed before anybody can sign in. */
export function RegisterForm({ onToBeConfirmed }: { onToBeConfirmed: (made: Made) => void }) {
  const client = useAuthClient()
  const shortest = useShortestPassword()
  const [typed, setTyped] = useState({ username: '', email: '', password: '' })
  const form = useForm(bodySchema, async (body) => {
    const { email } = await client.register(body)
    if (client.getState().status !== 'signedIn') onToBeConfirmed({ email, password: body.password })
  })

  function onInput(event: FormEvent<HTMLFormElement>) {
    form.props.onInput(event)
    const { target } = event
    if (target instanceof HTMLInputElement) setTyped((before) => ({ ...before, [target.name]: target.value }))
  }

  return (
    <form {...form.props} onInput={onInput} className={styles.form} aria-label="Create your account">
      <FailureAlert failure={form.failure} />
      <UsernameField label="Username" error={form.errorOf('username')} />
      <EmailField error={form.errorOf('email')} />
      <NewPasswordField
        label="Password"
        name="password"
        value={typed.password}
        personal={[typed.username, typed.email]}
        shortest={shortest}
        error={form.errorOf('password')}
      />
      <Button type="submit" className={styles.submit} isBusy={form.isSubmitting}>
        {form.isSubmitting ? 'Creating your account…' : 'Create account'}
      </Button>
    </form>
  )
}

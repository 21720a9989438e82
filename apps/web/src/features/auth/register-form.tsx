import { AuthError } from '@latchkey/auth-client'
import type { FactorOutstanding } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { type FormEvent, useState } from 'react'
import { LinkAlong } from '../../app/address-along.tsx'
import { usePageLocation } from '../../app/page-location.ts'
import { paths } from '../../app/paths.ts'
import { readReturnPath, withReturnPath } from '../../app/return-path.ts'
import { useShortestPassword } from '../../app/use-shortest-password.ts'
import { Button } from '../../components/button.tsx'
import { EmailField } from '../../components/email-field.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { NewPasswordField } from '../../components/new-password-field.tsx'
import { useForm } from '../../components/use-form.ts'
import { UsernameField } from '../../components/username-field.tsx'
import { words as entrance } from '../../words/en/entrance.ts'
import { words } from '../../words/en/register.ts'
import styles from './entrance-form.module.css'

// As with signing in, no part of the first download.
const bodySchema = async () => (await import('@latchkey/contracts/forms')).RegisterBodySchema

const personalFields = ['username', 'email']

const typedInto = (form: HTMLFormElement | null) => form && String(new FormData(form).get('email')).trim()

export interface Made {
  email: string
  password: string
}

interface RegisterFormProps {
  /** The account exists, but its address must be confirmed before anybody can sign in. */
  onToBeConfirmed: (made: Made) => void
  /** The account exists, and its first sign-in goes on with a second factor. */
  onOutstanding: (outstanding: FactorOutstanding) => void
}

export function RegisterForm({ onToBeConfirmed, onOutstanding }: RegisterFormProps) {
  const client = useAuthClient()
  const { search } = usePageLocation()
  const shortest = useShortestPassword()
  const [taken, setTaken] = useState<string | null>(null)
  const [hasTaken, setHasTaken] = useState(false)
  const form = useForm(
    bodySchema,
    async (body) => {
      const { email, password } = body
      const outcome = await client.register(body).catch((error: unknown) => {
        if (error instanceof AuthError && error.code === 'email_taken') {
          setTaken(email)
          setHasTaken(typedInto(form.props.ref.current) === email)
        }
        throw error
      })
      if (!('next' in outcome)) return
      if (outcome.next === 'confirm_email') return onToBeConfirmed({ email: outcome.user.email, password })
      const entered = await client.login({ email, password })
      if ('ticket' in entered) onOutstanding(entered)
    },
    'leave',
  )

  function onInput(event: FormEvent<HTMLFormElement>) {
    form.props.onInput(event)
    const { target } = event
    if (target instanceof HTMLInputElement && target.name === 'email')
      setHasTaken(target.value.trim() === taken)
  }

  return (
    <form {...form.props} onInput={onInput} className={styles.form} aria-label={words.createYourAccount}>
      <FailureAlert failure={form.failure} />
      <UsernameField label={words.username} error={form.errorOf('username')} />
      <EmailField error={form.errorOf('email')} />
      {/* Always on the page, so that assistive technology notices when its content appears. */}
      <p role="status" className={styles.taken}>
        {taken !== null && hasTaken && (
          <>
            {words.isItYours}{' '}
            <LinkAlong to={withReturnPath(paths.login, readReturnPath(search))} address={taken}>
              {words.signInWithAddress}
            </LinkAlong>
          </>
        )}
      </p>
      <NewPasswordField
        label={entrance.password}
        name="password"
        personalFields={personalFields}
        shortest={shortest}
        error={form.errorOf('password')}
      />
      <Button type="submit" className={styles.submit} isBusy={form.isSubmitting}>
        {form.isSubmitting ? words.creating : words.create}
      </Button>
    </form>
  )
}

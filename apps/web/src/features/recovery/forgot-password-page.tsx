import { EmailOnlyBodySchema, routes } from '@latchkey/contracts'
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { useAuthClient } from '../../app/auth-context.ts'
import { paths } from '../../app/paths.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { Field } from '../../components/field.tsx'
import { useForm } from '../../components/use-form.ts'
import formStyles from '../auth/entrance-form.module.css'
import { EntranceLayout } from '../auth/entrance-layout.tsx'
import { MailAdvice } from './mail-advice.tsx'
import styles from './recovery.module.css'

export default function ForgotPasswordPage() {
  const [sentTo, setSentTo] = useState<string | null>(null)
  if (sentTo !== null) return <Sent email={sentTo} tryAnother={() => setSentTo(null)} />
  return (
    <EntranceLayout
      key="ask"
      title="Forgot your password?"
      lead="Enter the email address of your account. We send you a link to choose a new password."
    >
      <AddressForm onSent={setSentTo} />
      <p className={formStyles.other}>
        It came back to you? <Link to={paths.login}>Sign in</Link>
      </p>
    </EntranceLayout>
  )
}

function AddressForm({ onSent }: { onSent: (email: string) => void }) {
  const client = useAuthClient()
  const form = useForm(EmailOnlyBodySchema, async (body) => {
    await client.call(routes.forgotPassword, { body })
    onSent(body.email)
  })
  return (
    <form {...form.props} className={formStyles.form} aria-label="Forgot your password?">
      <FailureAlert failure={form.failure} />
      <Field
        label="Email"
        name="email"
        type="email"
        inputMode="email"
        autoComplete="email"
        autoCapitalize="none"
        spellCheck={false}
        required
        error={form.errorOf('email')}
      />
      <Button type="submit" className={formStyles.submit} isBusy={form.isSubmitting}>
        {form.isSubmitting ? 'Sending…' : 'Send me a link'}
      </Button>
    </form>
  )
}

/** Says the same whether or not there is such an account. */
function Sent({ email, tryAnother }: { email: string; tryAnother: () => void }) {
  return (
    <EntranceLayout
      key="sent"
      title="Look into your mail"
      lead={`If there is an account with the address ${email}, a mail with a link is on its way to it.`}
    >
      <div className={styles.content}>
        <MailAdvice validity="30 minutes" />
        <Button variant="secondary" onClick={tryAnother}>
          Try another address
        </Button>
        <p className={formStyles.other}>
          Done? <Link to={paths.login}>Sign in</Link>
        </p>
      </div>
    </EntranceLayout>
  )
}

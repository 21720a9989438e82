import { EmailOnlyBodySchema, type routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import type { ComponentProps } from 'react'
import { Button } from '../../components/button.tsx'
import { EmailField } from '../../components/email-field.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { useForm } from '../../components/use-form.ts'
import { words } from '../../words/en/recovery.ts'

interface AddressFormProps {
  /** Tells screen readers what the form is for. */
  label: string
  className: string | undefined
  route: typeof routes.forgotPassword | typeof routes.resendVerification
  /** `children` is its label. */
  button: ComponentProps<typeof Button>
  /** What stands in the field at first. */
  address?: string
  onSent: (email: string) => void
}

/** Asks for an address and has an email sent to it. The answer is the same whether or not the account exists. */
export function AddressForm({ label, className, route, button, address, onSent }: AddressFormProps) {
  const client = useAuthClient()
  const form = useForm(
    EmailOnlyBodySchema,
    async (body) => {
      await client.call(route, { body })
      onSent(body.email)
    },
    'leave',
  )
  return (
    <form {...form.props} className={className} aria-label={label}>
      <FailureAlert failure={form.failure} />
      <EmailField defaultValue={address} error={form.errorOf('email')} />
      <Button {...button} type="submit" isBusy={form.isSubmitting}>
        {form.isSubmitting ? words.sending : button.children}
      </Button>
    </form>
  )
}

import { CorrectEmailBodySchema, routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import type { KeyboardEvent, RefObject } from 'react'
import { Button } from '../../components/button.tsx'
import { EmailField } from '../../components/email-field.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { useForm } from '../../components/use-form.ts'
import { useInlineStep } from '../../components/use-inline-step.ts'
import { words } from '../../words/en/recovery.ts'
import styles from './recovery.module.css'

/** What somebody has just signed up or tried to sign in with. */
export interface Credentials {
  identifier: string
  password: string
}

interface CorrectAddressProps {
  credentials: Credentials
  onCorrected: (email: string) => void
}

/** Puts right an address that was mistyped, while it is not confirmed. */
export function CorrectAddress({ credentials, onCorrected }: CorrectAddressProps) {
  const step = useInlineStep<HTMLInputElement>()

  function corrected(email: string) {
    onCorrected(email)
    step.close()
  }

  if (!step.isOpen)
    return (
      <Button ref={step.trigger} variant="secondary" onClick={step.open}>
        {words.correctTheAddress}
      </Button>
    )
  return (
    <CorrectForm
      credentials={credentials}
      input={step.target}
      onCorrected={corrected}
      onCancel={step.close}
    />
  )
}

interface CorrectFormProps extends CorrectAddressProps {
  input: RefObject<HTMLInputElement | null>
  onCancel: () => void
}

function CorrectForm({ credentials, input, onCorrected, onCancel }: CorrectFormProps) {
  const client = useAuthClient()
  const schema = {
    safeParse: (values: unknown) =>
      CorrectEmailBodySchema.safeParse(Object.assign({ ...credentials }, values)),
  }
  const form = useForm(
    schema,
    async (body) => {
      await client.call(routes.correctEmail, { body })
      onCorrected(body.email)
    },
    'leave',
  )

  // What is under way cannot be called back.
  function cancel() {
    if (!form.isSubmitting) onCancel()
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') cancel()
  }

  return (
    <form
      {...form.props}
      className={styles.resend}
      onKeyDown={onKeyDown}
      aria-label={words.correctYourAddress}
    >
      <p>{words.mistyped}</p>
      <FailureAlert failure={form.failure} />
      <EmailField ref={input} label={words.rightAddress} error={form.errorOf('email')} />
      <div className={styles.answers}>
        <Button type="submit" isBusy={form.isSubmitting}>
          {form.isSubmitting ? words.sending : words.sendThere}
        </Button>
        <Button variant="secondary" aria-disabled={form.isSubmitting || undefined} onClick={cancel}>
          {words.cancel}
        </Button>
      </div>
    </form>
  )
}

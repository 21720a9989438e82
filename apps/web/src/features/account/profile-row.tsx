import type { User } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import type { KeyboardEvent, ReactNode, RefObject } from 'react'
import { Note } from '../../components/alert.tsx'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import type { SchemaOfForm } from '../../components/form-schema.ts'
import { type Form, useForm } from '../../components/use-form.ts'
import { useInlineStep } from '../../components/use-inline-step.ts'
import { useNews } from '../../components/use-news.ts'
import { words } from '../../words/en/account.ts'
import styles from './account-page.module.css'

interface StepProps<Values> {
  /** What the form is called. */
  formName: string
  explanation?: string
  schema: SchemaOfForm<Values>
  submit: (values: Values) => Promise<{ user: User }>
  field: (ref: RefObject<HTMLInputElement | null>, errorOf: Form['errorOf']) => ReactNode
}

interface ProfileRowProps<Values> extends StepProps<Values> {
  title: string
  value: string | number
  /** What the button is called. */
  change: string
  saved: (user: User) => string
  onChanged: (user: User) => void
}

/** Something that an account says of its owner, and how to change it. */
export function ProfileRow<Values>({
  title,
  value,
  change,
  saved,
  onChanged,
  ...others
}: ProfileRowProps<Values>) {
  const step = useInlineStep<HTMLInputElement>()
  const [news, setNews] = useNews()

  function onSaved(changed: User) {
    onChanged(changed)
    setNews(() => saved(changed))
    step.close()
  }

  return (
    <div>
      {step.isOpen ? (
        <ProfileForm {...others} input={step.target} onSaved={onSaved} onCancel={step.close} />
      ) : (
        <div className={styles.line}>
          <div className={styles.fact}>
            <h3>{title}</h3>
            <p className={styles.value}>
              <span>{value}</span>
            </p>
          </div>
          <Button ref={step.trigger} variant="secondary" aria-label={change} onClick={step.open}>
            {words.change}
          </Button>
        </div>
      )}
      <Note>{!step.isOpen && news}</Note>
    </div>
  )
}

interface ProfileFormProps<Values> extends StepProps<Values> {
  input: RefObject<HTMLInputElement | null>
  onSaved: (user: User) => void
  onCancel: () => void
}

function ProfileForm<Values>(props: ProfileFormProps<Values>) {
  const { formName, explanation, schema, submit, field, input, onSaved, onCancel } = props
  const client = useAuthClient()
  const form = useForm(
    schema,
    async (values) => {
      const { user } = await submit(values)
      // The access token says it, too: a new one shows it all over the page, here and in other tabs.
      await client.refresh().catch(() => undefined)
      onSaved(user)
    },
    'leave',
  )

  // What has been sent cannot be taken back.
  function cancel() {
    if (!form.isSubmitting) onCancel()
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') cancel()
  }

  return (
    <form {...form.props} className={styles.form} onKeyDown={onKeyDown} aria-label={formName}>
      {explanation && <p className={styles.explanation}>{explanation}</p>}
      <FailureAlert failure={form.failure} />
      {field(input, form.errorOf)}
      <div className={styles.answers}>
        <Button type="submit" isBusy={form.isSubmitting}>
          {words.save}
        </Button>
        <Button variant="secondary" aria-disabled={form.isSubmitting || undefined} onClick={cancel}>
          {words.cancel}
        </Button>
      </div>
    </form>
  )
}

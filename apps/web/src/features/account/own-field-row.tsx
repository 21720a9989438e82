import { OwnFieldsBodySchema, routes, type User } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import type { KeyboardEvent, RefObject } from 'react'
import { Note } from '../../components/alert.tsx'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { Field } from '../../components/field.tsx'
import { useForm } from '../../components/use-form.ts'
import { useInlineStep } from '../../components/use-inline-step.ts'
import { useNews } from '../../components/use-news.ts'
import { words } from '../../words/en/own-fields.ts'
import styles from './account-page.module.css'
import { inputOf } from './own-field-inputs.ts'

interface OwnFieldProps {
  name: string
  value: string | number
}

interface OwnFieldRowProps extends OwnFieldProps {
  onChanged: (user: User) => void
}

/** A field of one's own: what it says, and how to change it. */
export function OwnFieldRow({ name, value, onChanged }: OwnFieldRowProps) {
  const step = useInlineStep<HTMLInputElement>()
  const [news, setNews] = useNews()

  function onSaved(changed: User) {
    onChanged(changed)
    setNews(() => words.saved(labelOf(name)))
    step.close()
  }

  return (
    <div>
      {step.isOpen ? (
        <OwnFieldForm name={name} value={value} input={step.target} onSaved={onSaved} onCancel={step.close} />
      ) : (
        <div className={styles.line}>
          <div className={styles.fact}>
            <h3>{labelOf(name)}</h3>
            <p className={styles.value}>
              <span>{value === '' ? words.notSaid : value}</span>
            </p>
          </div>
          <Button
            ref={step.trigger}
            variant="secondary"
            aria-label={words.changeIt(labelOf(name))}
            onClick={step.open}
          >
            {words.change}
          </Button>
        </div>
      )}
      <Note>{!step.isOpen && news}</Note>
    </div>
  )
}

interface OwnFieldFormProps extends OwnFieldProps {
  input: RefObject<HTMLInputElement | null>
  onSaved: (user: User) => void
  onCancel: () => void
}

function OwnFieldForm({ name, value, input, onSaved, onCancel }: OwnFieldFormProps) {
  const client = useAuthClient()
  const form = useForm(
    OwnFieldsBodySchema,
    async (body) => {
      const { user } = await client.call(routes.updateMe, { body })
      // The session says it, too: here and in other tabs.
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
    <form
      {...form.props}
      className={styles.form}
      onKeyDown={onKeyDown}
      aria-label={words.changeIt(labelOf(name))}
    >
      <FailureAlert failure={form.failure} />
      <Field
        {...inputOf(name)}
        ref={input}
        label={labelOf(name)}
        name={name}
        defaultValue={value}
        error={form.errorOf(name)}
      />
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

const labelOf = (name: string) => (words.labels as Readonly<Record<string, string>>)[name] ?? name

import { routes, UpdateMeBodySchema, type User } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import type { KeyboardEvent, RefObject } from 'react'
import { Note } from '../../components/alert.tsx'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { useForm } from '../../components/use-form.ts'
import { useInlineStep } from '../../components/use-inline-step.ts'
import { useNews } from '../../components/use-news.ts'
import { UsernameField } from '../../components/username-field.tsx'
import { words } from '../../words/en/account.ts'
import styles from './account-page.module.css'

interface UsernameRowProps {
  user: User
  onChanged: (user: User) => void
}

export function UsernameRow({ user, onChanged }: UsernameRowProps) {
  const step = useInlineStep<HTMLInputElement>()
  const [news, setNews] = useNews()

  function onSaved(changed: User) {
    onChanged(changed)
    setNews(() => words.usernameIsNow(changed.username))
    step.close()
  }

  return (
    <div>
      {step.isOpen ? (
        <UsernameForm user={user} input={step.target} onSaved={onSaved} onCancel={step.close} />
      ) : (
        <div className={styles.line}>
          <div className={styles.fact}>
            <h3>{words.username}</h3>
            <p className={styles.value}>
              <span>{user.username}</span>
            </p>
          </div>
          <Button
            ref={step.trigger}
            variant="secondary"
            aria-label={words.changeUsername}
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

interface UsernameFormProps {
  user: User
  input: RefObject<HTMLInputElement | null>
  onSaved: (user: User) => void
  onCancel: () => void
}

function UsernameForm({ user, input, onSaved, onCancel }: UsernameFormProps) {
  const client = useAuthClient()
  const form = useForm(
    UpdateMeBodySchema,
    async (body) => {
      const { user: changed } = await client.call(routes.updateMe, { body })
      // The access token carries the name: a new one shows it at the top of the page, here and in other tabs.
      await client.refresh().catch(() => undefined)
      onSaved(changed)
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
    <form {...form.props} className={styles.form} onKeyDown={onKeyDown} aria-label={words.changeYourUsername}>
      <p className={styles.explanation}>{words.aboutUsername}</p>
      <FailureAlert failure={form.failure} />
      <UsernameField
        ref={input}
        label={words.newUsername}
        defaultValue={user.username}
        error={form.errorOf('username')}
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

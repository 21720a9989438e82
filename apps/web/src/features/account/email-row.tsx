import { ChangeEmailBodySchema, type Language, routes, type User } from '@latchkey/contracts'
import { useAction, useAuthClient } from '@latchkey/react'
import { type KeyboardEvent, type RefObject, useState } from 'react'
import { Note } from '../../components/alert.tsx'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { EmailField } from '../../components/email-field.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { MailboxHint } from '../../components/mailbox-hint.tsx'
import { useFocusAfterwards } from '../../components/use-focus-afterwards.ts'
import { useForm } from '../../components/use-form.ts'
import { useInlineStep } from '../../components/use-inline-step.ts'
import { words } from '../../words/en/account.ts'
import ResendVerification from '../recovery/resend-verification.tsx'
import styles from './account-page.module.css'
import { MailLanguage } from './mail-language.tsx'

interface EmailRowProps {
  user: User
  /** The address that was asked for and is not confirmed yet. */
  pending: string | null
  onPending: (email: string | null) => void
  /** In which mails come. Null: it is not known. */
  mailLanguage: Language | null
}

export function EmailRow({ user, pending, onPending, mailLanguage }: EmailRowProps) {
  const client = useAuthClient()
  const step = useInlineStep<HTMLInputElement>()
  const [isCancelled, setIsCancelled] = useState(false)
  const cancel = useAction(async () => {
    await client.call(routes.cancelEmail)
    onPending(null)
    setIsCancelled(true)
  })

  const note = useFocusAfterwards<HTMLDivElement>(isCancelled && pending === null)

  function onSent(email: string) {
    setIsCancelled(false)
    onPending(email)
    step.close()
  }

  return (
    <div>
      <div className={styles.line}>
        <div className={styles.fact}>
          <h3>{words.email}</h3>
          <p className={styles.value}>
            <span>{user.email}</span>
            {user.emailVerified ? (
              <Badge tone="good">{words.confirmed}</Badge>
            ) : (
              <Badge tone="warning">{words.notConfirmed}</Badge>
            )}
          </p>
        </div>
        {!step.isOpen && (
          <Button ref={step.trigger} variant="secondary" aria-label={words.changeEmail} onClick={step.open}>
            {words.change}
          </Button>
        )}
      </div>
      {step.isOpen && <EmailForm user={user} input={step.target} onSent={onSent} onCancel={step.close} />}
      <Note ref={note}>
        {!step.isOpen &&
          (pending !== null && pending !== user.email
            ? words.emailSent(pending, user.email)
            : isCancelled && words.changeCancelled(user.email))}
      </Note>
      {!step.isOpen && (pending !== null || !user.emailVerified) && <MailboxHint />}
      <FailureAlert failure={cancel.failure} />
      {!step.isOpen && pending !== null && pending !== user.email && (
        <div>
          <Button variant="secondary" isBusy={cancel.isBusy} onClick={cancel.run}>
            {words.cancelChange}
          </Button>
        </div>
      )}
      {!step.isOpen && <MailLanguage language={mailLanguage} />}
      {!step.isOpen && !user.emailVerified && (
        <>
          <p className={styles.explanation}>{words.openTheLink}</p>
          <ResendVerification email={user.email} />
        </>
      )}
    </div>
  )
}

interface EmailFormProps {
  user: User
  input: RefObject<HTMLInputElement | null>
  onSent: (email: string) => void
  onCancel: () => void
}

function EmailForm({ user, input, onSent, onCancel }: EmailFormProps) {
  const client = useAuthClient()
  const form = useForm(
    ChangeEmailBodySchema,
    async (body) => {
      await client.call(routes.changeEmail, { body })
      onSent(body.email)
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
    <form {...form.props} className={styles.form} onKeyDown={onKeyDown} aria-label={words.changeYourEmail}>
      <p className={styles.explanation}>
        {user.emailVerified ? words.aboutEmail : words.aboutUnconfirmedEmail}
      </p>
      <FailureAlert failure={form.failure} />
      <EmailField ref={input} label={words.newEmail} error={form.errorOf('email')} />
      <div className={styles.answers}>
        <Button type="submit" isBusy={form.isSubmitting}>
          {words.sendEmail}
        </Button>
        <Button variant="secondary" aria-disabled={form.isSubmitting || undefined} onClick={cancel}>
          {words.cancel}
        </Button>
      </div>
    </form>
  )
}

import { type Passkey, RenamePasskeyBodySchema } from '@latchkey/contracts'
import type { KeyboardEvent, RefObject } from 'react'
import { Button } from '../../components/button.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { Field } from '../../components/field.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useForm } from '../../components/use-form.ts'
import { useInlineStep } from '../../components/use-inline-step.ts'
import type { Say } from '../../components/use-news.ts'
import { words } from '../../words/en/account.ts'
import { passkeyName } from './passkey-name.ts'
import styles from './passkeys.module.css'
import { useRemovePasskey, useRenamePasskey } from './use-passkeys.ts'

interface PasskeyItemProps {
  passkey: Passkey
  /** Milliseconds since 1970. */
  now: number
  onRemoved: (what: Say) => void
}

export function PasskeyItem({ passkey, now, onRemoved }: PasskeyItemProps) {
  const { synced, createdAt, lastUsedAt } = passkey
  const name = passkeyName(passkey)
  const naming = useInlineStep<HTMLInputElement>()
  const remove = useRemovePasskey(passkey)

  return (
    <div className={styles.item}>
      <div className={styles.who}>
        {naming.isOpen ? (
          <NameForm passkey={passkey} input={naming.target} onClose={naming.close} />
        ) : (
          <div className={styles.title}>
            <h3>{name}</h3>
            <Button
              ref={naming.trigger}
              variant="quiet"
              className={styles.rename}
              aria-label={words.renameIt(name)}
              onClick={naming.open}
            >
              {words.rename}
            </Button>
          </div>
        )}
        <p className={styles.kind}>{synced ? words.synced : words.onOneDevice}</p>
        <dl className={styles.times}>
          <div>
            <dt>{words.lastUsed}</dt>
            <dd>{lastUsedAt === null ? words.notYet : <TimeAgo at={lastUsedAt} now={now} />}</dd>
          </div>
          <div>
            <dt>{words.added}</dt>
            <dd>
              <TimeAgo at={createdAt} now={now} />
            </dd>
          </div>
        </dl>
        <FailureAlert failure={remove.error} />
      </div>
      <div className={styles.end}>
        <ConfirmedButton
          label={words.removeIt(name)}
          question={words.removePasskeyQuestion(name)}
          confirm={words.remove}
          onConfirm={() =>
            remove.mutateAsync(undefined, {
              onSuccess: () => onRemoved(() => words.passkeyRemoved(passkeyName(passkey))),
            })
          }
        >
          {words.remove}
        </ConfirmedButton>
      </div>
    </div>
  )
}

interface NameFormProps {
  passkey: Passkey
  input: RefObject<HTMLInputElement | null>
  onClose: () => void
}

function NameForm({ passkey, input, onClose }: NameFormProps) {
  const rename = useRenamePasskey(passkey)
  const form = useForm(
    RenamePasskeyBodySchema,
    async ({ name }) => {
      await rename.mutateAsync(name)
      onClose()
    },
    'leave',
  )

  // What has been sent cannot be taken back.
  function cancel() {
    if (!form.isSubmitting) onClose()
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') cancel()
  }

  return (
    <form {...form.props} className={styles.form} onKeyDown={onKeyDown} aria-label={words.renamePasskey}>
      <FailureAlert failure={form.failure} />
      <Field
        ref={input}
        label={words.name}
        name="name"
        defaultValue={passkeyName(passkey)}
        autoComplete="off"
        error={form.errorOf('name')}
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

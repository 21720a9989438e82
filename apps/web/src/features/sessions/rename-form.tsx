import { RenameSessionBodySchema, type Session } from '@latchkey/contracts'
import type { KeyboardEvent, RefObject } from 'react'
import { Button } from '../../components/button.tsx'
import { deviceName } from '../../components/device-name.ts'
import { Field } from '../../components/field.tsx'
import { useForm } from '../../components/use-form.ts'
import { words } from '../../words/en/sessions.ts'
import styles from './rename-form.module.css'

interface RenameFormProps {
  session: Session
  input: RefObject<HTMLInputElement | null>
  onSave: (name: string) => void
  onCancel: () => void
}

export function RenameForm({ session, input, onSave, onCancel }: RenameFormProps) {
  const form = useForm(RenameSessionBodySchema, async ({ name }) => onSave(name), 'leave')

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') onCancel()
  }

  return (
    <form {...form.props} className={styles.form} onKeyDown={onKeyDown} aria-label={words.renameSession}>
      <Field
        ref={input}
        label={words.name}
        name="name"
        defaultValue={session.name ?? ''}
        placeholder={deviceName(session.device)}
        autoComplete="off"
        hint={words.emptyName}
        error={form.errorOf('name')}
      />
      <div className={styles.answers}>
        <Button type="submit">{words.save}</Button>
        <Button variant="secondary" onClick={onCancel}>
          {words.cancel}
        </Button>
      </div>
    </form>
  )
}

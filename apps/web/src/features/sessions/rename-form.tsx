import { RenameSessionBodySchema, type Session } from '@latchkey/contracts'
import type { KeyboardEvent, RefObject } from 'react'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { useForm } from '../../components/use-form.ts'
import styles from './rename-form.module.css'

interface RenameFormProps {
  session: Session
  input: RefObject<HTMLInputElement | null>
  onSave: (name: string) => void
  onCancel: () => void
}

export function RenameForm({ session, input, onSave, onCancel }: RenameFormProps) {
  const form = useForm(RenameSessionBodySchema, async ({ name }) => onSave(name))

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') onCancel()
  }

  return (
    <form {...form.props} className={styles.form} onKeyDown={onKeyDown} aria-label="Rename this session">
      <Field
        ref={input}
        label="Name"
        name="name"
        defaultValue={session.name ?? ''}
        placeholder={session.device}
        autoComplete="off"
        hint="Leave it empty to use the browser’s name."
        error={form.errorOf('name')}
      />
      <div className={styles.answers}>
        <Button type="submit">Save</Button>
        <Button variant="secondary" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  )
}

import { usernameLength } from '@latchkey/contracts'
import { words } from '../words/en/common-inside.ts'
import { Field, type FieldProps } from './field.tsx'

/** A field for choosing a username. */
export function UsernameField(field: Pick<FieldProps, 'ref' | 'label' | 'defaultValue' | 'error'>) {
  return (
    <Field
      {...field}
      name="username"
      autoComplete="username"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      required
      hint={words.usernameRule(usernameLength.min, usernameLength.max)}
    />
  )
}

import { words } from '../words/en/common.ts'
import { Field, type FieldProps } from './field.tsx'

/** An email address, marked so that phones and password managers know what it is. */
export function EmailField({
  label = words.email,
  ...field
}: Pick<FieldProps, 'ref' | 'error' | 'defaultValue'> & { label?: string }) {
  return (
    <Field
      {...field}
      label={label}
      name="email"
      type="email"
      inputMode="email"
      autoComplete="email"
      autoCapitalize="none"
      spellCheck={false}
      required
    />
  )
}

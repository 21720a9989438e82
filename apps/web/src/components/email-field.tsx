import { Field, type FieldProps } from './field.tsx'

/** An email address, as phones and password managers want to hear of one. */
export function EmailField({
  label = 'Email',
  ...field
}: Pick<FieldProps, 'ref' | 'error'> & { label?: string }) {
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

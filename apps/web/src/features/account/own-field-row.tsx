import { OwnFieldsBodySchema, routes, type User } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { Field } from '../../components/field.tsx'
import { ownFieldLabel } from '../../components/own-field-label.ts'
import { words } from '../../words/en/own-fields.ts'
import { inputOf } from './own-field-inputs.ts'
import { ProfileRow } from './profile-row.tsx'

interface OwnFieldRowProps {
  name: string
  value: string | number
  onChanged: (user: User) => void
}

/** A field of one's own: what it says, and how to change it. */
export function OwnFieldRow({ name, value, onChanged }: OwnFieldRowProps) {
  const client = useAuthClient()
  const label = ownFieldLabel(name)
  return (
    <ProfileRow
      title={label}
      value={value === '' ? words.notSaid : value}
      change={words.changeIt(label)}
      formName={words.changeIt(label)}
      schema={OwnFieldsBodySchema}
      submit={(body) => client.call(routes.updateMe, { body })}
      saved={() => words.saved(ownFieldLabel(name))}
      onChanged={onChanged}
      field={(ref, errorOf) => (
        <Field
          {...inputOf(name)}
          ref={ref}
          label={label}
          name={name}
          defaultValue={value}
          error={errorOf(name)}
        />
      )}
    />
  )
}

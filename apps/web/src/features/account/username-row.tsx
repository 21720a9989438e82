import { routes, UpdateMeBodySchema, type User } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { UsernameField } from '../../components/username-field.tsx'
import { words } from '../../words/en/account.ts'
import { ProfileRow } from './profile-row.tsx'

interface UsernameRowProps {
  user: User
  onChanged: (user: User) => void
}

export function UsernameRow({ user, onChanged }: UsernameRowProps) {
  const client = useAuthClient()
  return (
    <ProfileRow
      title={words.username}
      value={user.username}
      change={words.changeUsername}
      formName={words.changeYourUsername}
      explanation={words.aboutUsername}
      schema={UpdateMeBodySchema}
      submit={(body) => client.call(routes.updateMe, { body })}
      saved={({ username }) => words.usernameIsNow(username)}
      onChanged={onChanged}
      field={(ref, errorOf) => (
        <UsernameField
          ref={ref}
          label={words.newUsername}
          defaultValue={user.username}
          error={errorOf('username')}
        />
      )}
    />
  )
}

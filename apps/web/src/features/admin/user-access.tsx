import type { ManagedUser } from '@latchkey/contracts'
import { Card } from '../../components/card.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import styles from './admin.module.css'
import { useSetDisabled, useSetRoles } from './use-users.ts'

interface UserAccessProps {
  user: ManagedUser
  onDone: (what: string) => void
}

/** What a user may do, and whether they may sign in at all. */
export function UserAccess({ user, isOwn, onDone }: UserAccessProps & { isOwn: boolean }) {
  if (isOwn)
    return (
      <Card title="Role and access">
        <p className={styles.soft}>
          This is your own account. Another administrator can change its role or disable it; you can’t, so
          that the last administrator is never locked out.
        </p>
      </Card>
    )
  return (
    <div className={styles.side}>
      <RoleCard user={user} onDone={onDone} />
      <AccessCard user={user} onDone={onDone} />
    </div>
  )
}

function RoleCard({ user, onDone }: UserAccessProps) {
  const setRoles = useSetRoles(user.id)
  const { username } = user
  const isAdmin = user.roles.includes('admin')
  return (
    <Card title="Role">
      <div className={styles.part}>
        <p className={styles.soft}>
          {isAdmin
            ? `${username} is an administrator: they can see and change every account.`
            : `${username} is a user: they can see and change only their own account.`}
        </p>
        <FailureAlert failure={setRoles.error} />
        {isAdmin ? (
          <ConfirmedButton
            key="demote"
            tone="grave"
            question={`Remove ${username} as administrator? This takes effect within a second.`}
            confirm="Remove administrator"
            onConfirm={() =>
              setRoles.mutateAsync(['user'], {
                onSuccess: () => onDone(`${username} is no longer an administrator.`),
              })
            }
          >
            Remove as administrator
          </ConfirmedButton>
        ) : (
          <ConfirmedButton
            key="promote"
            question={`Let ${username} see and change every account?`}
            confirm="Make administrator"
            onConfirm={() =>
              setRoles.mutateAsync(['user', 'admin'], {
                onSuccess: () => onDone(`${username} is now an administrator.`),
              })
            }
          >
            Make administrator
          </ConfirmedButton>
        )}
      </div>
    </Card>
  )
}

function AccessCard({ user, onDone }: UserAccessProps) {
  const setDisabled = useSetDisabled(user.id)
  const { username, disabled } = user
  return (
    <Card title="Access">
      <div className={styles.part}>
        <p className={styles.soft}>
          {disabled
            ? `${username} is disabled and can’t sign in.`
            : 'Disabling an account ends its sessions and refuses every sign-in. Nothing is deleted.'}
        </p>
        <FailureAlert failure={setDisabled.error} />
        {disabled ? (
          <ConfirmedButton
            key="enable"
            tone="plain"
            question={`Let ${username} sign in again?`}
            confirm="Enable account"
            onConfirm={() =>
              setDisabled.mutateAsync(false, { onSuccess: () => onDone(`${username} can sign in again.`) })
            }
          >
            Enable account
          </ConfirmedButton>
        ) : (
          <ConfirmedButton
            key="disable"
            tone="grave"
            question={`Sign ${username} out everywhere and keep them out?`}
            confirm="Disable account"
            onConfirm={() =>
              setDisabled.mutateAsync(true, {
                onSuccess: () => onDone(`${username} has been disabled and signed out.`),
              })
            }
          >
            Disable account
          </ConfirmedButton>
        )}
      </div>
    </Card>
  )
}

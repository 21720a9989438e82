import { type ManagedUser, ownRoles, type Role, type RoleChange } from '@latchkey/contracts'
import { Card } from '../../components/card.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import type { Say } from '../../components/use-news.ts'
import { words } from '../../words/en/admin.ts'
import styles from './admin.module.css'
import { useSetDisabled, useSetRoles } from './use-users.ts'

interface UserAccessProps {
  user: ManagedUser
  onDone: (what: Say) => void
}

/** What a user may do, and whether they may sign in at all. */
export function UserAccess({ user, isOwn, onDone }: UserAccessProps & { isOwn: boolean }) {
  if (isOwn)
    return (
      <Card title={words.roleAndAccess}>
        <p className={styles.soft}>{words.ownAccount}</p>
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
    <Card title={words.role}>
      <div className={styles.part}>
        <p className={styles.soft}>{words.roles[isAdmin ? 'admin' : 'user'](username)}</p>
        <FailureAlert failure={setRoles.error} />
        {isAdmin ? (
          <ConfirmedButton
            key="demote"
            tone="grave"
            question={words.removeAsAdministratorQuestion(username)}
            confirm={words.removeAdministrator}
            onConfirm={() =>
              setRoles.mutateAsync(
                { add: [], remove: ['admin'] },
                {
                  onSuccess: () => onDone(() => words.administratorNoMore(username)),
                },
              )
            }
          >
            {words.removeAsAdministrator}
          </ConfirmedButton>
        ) : (
          <ConfirmedButton
            key="promote"
            question={words.makeAdministratorQuestion(username)}
            confirm={words.makeAdministrator}
            onConfirm={() =>
              setRoles.mutateAsync(
                { add: ['admin'], remove: [] },
                {
                  onSuccess: () => onDone(() => words.nowAdministrator(username)),
                },
              )
            }
          >
            {words.makeAdministrator}
          </ConfirmedButton>
        )}
        {ownRoles.length > 0 && (
          <OwnRoles user={user} roles={ownRoles} onSet={setRoles.mutateAsync} onDone={onDone} />
        )}
      </div>
    </Card>
  )
}

interface OwnRolesProps extends UserAccessProps {
  roles: readonly Role[]
  onSet: (change: RoleChange) => Promise<unknown>
}

/** The roles of this product beside administrator, each with what gives it or takes it. */
export function OwnRoles({ user, roles, onSet, onDone }: OwnRolesProps) {
  const { username } = user

  async function set(change: RoleChange, news: Say) {
    await onSet(change)
    onDone(news)
  }

  return roles.map((role) =>
    user.roles.includes(role) ? (
      <ConfirmedButton
        key={`take ${role}`}
        tone="grave"
        question={words.takeRoleQuestion(role, username)}
        confirm={words.takeRole(role)}
        onConfirm={() => set({ add: [], remove: [role] }, () => words.roleTaken(role, username))}
      >
        {words.takeRole(role)}
      </ConfirmedButton>
    ) : (
      <ConfirmedButton
        key={`give ${role}`}
        question={words.giveRoleQuestion(role, username)}
        confirm={words.giveRole(role)}
        onConfirm={() => set({ add: [role], remove: [] }, () => words.roleGiven(role, username))}
      >
        {words.giveRole(role)}
      </ConfirmedButton>
    ),
  )
}

function AccessCard({ user, onDone }: UserAccessProps) {
  const setDisabled = useSetDisabled(user.id)
  const { username, disabled } = user
  return (
    <Card title={words.access}>
      <div className={styles.part}>
        <p className={styles.soft}>{disabled ? words.userIsDisabled(username) : words.aboutDisabling}</p>
        <FailureAlert failure={setDisabled.error} />
        {disabled ? (
          <ConfirmedButton
            key="enable"
            tone="plain"
            question={words.enableQuestion(username)}
            confirm={words.enable}
            onConfirm={() =>
              setDisabled.mutateAsync(false, { onSuccess: () => onDone(() => words.enabled(username)) })
            }
          >
            {words.enable}
          </ConfirmedButton>
        ) : (
          <ConfirmedButton
            key="disable"
            tone="grave"
            question={words.disableQuestion(username)}
            confirm={words.disable}
            onConfirm={() =>
              setDisabled.mutateAsync(true, {
                onSuccess: () => onDone(() => words.disabled(username)),
              })
            }
          >
            {words.disable}
          </ConfirmedButton>
        )}
      </div>
    </Card>
  )
}

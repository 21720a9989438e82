import { type ManagedUser, ownRoles } from '@latchkey/contracts'
import { Badge } from '../../components/badge.tsx'
import { words } from '../../words/en/admin.ts'
import styles from './admin.module.css'

export function UserBadges({ user }: { user: ManagedUser }) {
  const { roles, disabled, emailVerified } = user
  const own = ownRoles.filter((role) => roles.includes(role))
  if (!roles.includes('admin') && own.length === 0 && !disabled && emailVerified) return null
  return (
    <span className={styles.badges}>
      {roles.includes('admin') && <Badge tone="good">{words.isAdministrator}</Badge>}
      {own.map((role) => (
        <Badge key={role} tone="good">
          {role}
        </Badge>
      ))}
      {disabled && <Badge tone="danger">{words.isDisabled}</Badge>}
      {!emailVerified && <Badge tone="warning">{words.isNotConfirmed}</Badge>}
    </span>
  )
}

import type { ManagedUser } from '@latchkey/contracts'
import { Badge } from '../../components/badge.tsx'
import { words } from '../../words/en/admin.ts'
import styles from './admin.module.css'

export function UserBadges({ user }: { user: ManagedUser }) {
  const { roles, disabled, emailVerified } = user
  if (!roles.includes('admin') && !disabled && emailVerified) return null
  return (
    <span className={styles.badges}>
      {roles.includes('admin') && <Badge tone="good">{words.isAdministrator}</Badge>}
      {disabled && <Badge tone="danger">{words.isDisabled}</Badge>}
      {!emailVerified && <Badge tone="warning">{words.isNotConfirmed}</Badge>}
    </span>
  )
}

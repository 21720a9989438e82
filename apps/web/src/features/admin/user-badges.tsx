import type { ManagedUser } from '@latchkey/contracts'
import { Badge } from '../../components/badge.tsx'
import styles from './admin.module.css'

export function UserBadges({ user }: { user: ManagedUser }) {
  const { roles, disabled, emailVerified } = user
  if (!roles.includes('admin') && !disabled && emailVerified) return null
  return (
    <span className={styles.badges}>
      {roles.includes('admin') && <Badge tone="good">Administrator</Badge>}
      {disabled && <Badge tone="danger">Disabled</Badge>}
      {!emailVerified && <Badge tone="warning">Not confirmed</Badge>}
    </span>
  )
}

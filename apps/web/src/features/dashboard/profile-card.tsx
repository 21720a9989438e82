import type { User } from '@latchkey/contracts'
import { Card } from '../../components/card.tsx'
import styles from './profile-card.module.css'

const longDate = new Intl.DateTimeFormat('en', { dateStyle: 'long' })

export function ProfileCard({ user }: { user: User }) {
  return (
    <Card title="Signed in as">
      <dl className={styles.facts}>
        <div>
          <dt>Username</dt>
          <dd>{user.username}</dd>
        </div>
        <div>
          <dt>Email</dt>
          <dd>{user.email}</dd>
        </div>
        <div>
          <dt>Roles</dt>
          <dd>{user.roles.join(', ')}</dd>
        </div>
        <div>
          <dt>Member since</dt>
          <dd>
            <time dateTime={user.createdAt}>{longDate.format(new Date(user.createdAt))}</time>
          </dd>
        </div>
      </dl>
    </Card>
  )
}

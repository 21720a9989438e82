import type { User } from '@latchkey/contracts'
import { Card } from '../../components/card.tsx'
import { words } from '../../words/en/dashboard.ts'
import { formatDate } from '../../words/formats.ts'
import styles from './profile-card.module.css'

export function ProfileCard({ user }: { user: User }) {
  return (
    <Card title={words.signedInAs}>
      <dl className={styles.facts}>
        <div>
          <dt>{words.username}</dt>
          <dd>{user.username}</dd>
        </div>
        <div>
          <dt>{words.email}</dt>
          <dd>{user.email}</dd>
        </div>
        <div>
          <dt>{words.roles}</dt>
          <dd>{user.roles.join(', ')}</dd>
        </div>
        <div>
          <dt>{words.memberSince}</dt>
          <dd>
            <time dateTime={user.createdAt}>
              {formatDate(new Date(user.createdAt), { dateStyle: 'long' })}
            </time>
          </dd>
        </div>
      </dl>
    </Card>
  )
}

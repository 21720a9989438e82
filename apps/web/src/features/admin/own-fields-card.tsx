import { type ManagedUser, ownFieldNames, ownFieldsIn } from '@latchkey/contracts'
import { Card } from '../../components/card.tsx'
import { ownFieldLabel } from '../../components/own-field-label.ts'
import { words } from '../../words/en/own-fields.ts'
import styles from './admin.module.css'

/** What a user says in fields of one's own, where there are any. */
export function OwnFieldsCard({ user }: { user: ManagedUser }) {
  if (ownFieldNames.length === 0) return null
  return (
    <Card title={words.profile}>
      <dl className={styles.part}>
        {Object.entries<string | number>(ownFieldsIn(user)).map(([name, value]) => (
          <div key={name}>
            <dt className={styles.soft}>{ownFieldLabel(name)}</dt>
            <dd>{value === '' ? words.notSaid : value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

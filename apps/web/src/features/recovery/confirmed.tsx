import { useSession } from '@latchkey/react'
import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { words } from '../../words/en/recovery.ts'
import { fill } from '../../words/fill.ts'
import { EntranceLayout } from '../auth/entrance-layout.tsx'
import styles from './recovery.module.css'

/** Whose address was confirmed: that of the person signed in here, somebody else's, or there is no telling. */
export type Whose = 'mine' | 'another' | 'unknown'

/** Says that it worked, and where to go next. */
export function Confirmed({ title, lead, whose }: { title: string; lead: string; whose: Whose }) {
  const session = useSession()
  return (
    <EntranceLayout key="confirmed" title={title} lead={lead}>
      <div className={styles.content}>
        {session.status === 'signedIn' && whose === 'another' && (
          <p>
            {fill(words.otherAccount, {
              username: <strong>{session.user.username}</strong>,
              email: session.user.email,
            })}
          </p>
        )}
        <p className={styles.next}>
          {session.status === 'signedIn' ? (
            <Link to={paths.account}>
              {whose === 'another' ? words.continueAs(session.user.username) : words.goToAccount}
            </Link>
          ) : (
            <Link to={paths.login}>{words.signIn}</Link>
          )}
        </p>
      </div>
    </EntranceLayout>
  )
}

/** It was somebody else, and this browser's own account, if any, has nothing to do with it. */
export function Disowned({ title, lead }: { title: string; lead: string }) {
  const session = useSession()
  return (
    <EntranceLayout key="disowned" title={title} lead={lead}>
      <p className={styles.next}>
        {session.status === 'signedIn' ? (
          <Link to={paths.account}>{words.goToAccount}</Link>
        ) : (
          <Link to={paths.register}>{words.createOwnAccount}</Link>
        )}
      </p>
    </EntranceLayout>
  )
}

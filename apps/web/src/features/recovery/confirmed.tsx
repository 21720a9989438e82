import { Link } from 'react-router-dom'
import { useSession } from '../../app/auth-context.ts'
import { paths } from '../../app/paths.ts'
import { EntranceLayout } from '../auth/entrance-layout.tsx'
import styles from './recovery.module.css'

/** Whose address it was: of whoever is signed in here, of somebody else, or one cannot tell. */
export type Whose = 'mine' | 'another' | 'unknown'

/** What the press of the button came to, and where to go from here. */
export function Confirmed({ title, lead, whose }: { title: string; lead: string; whose: Whose }) {
  const session = useSession()
  return (
    <EntranceLayout key="confirmed" title={title} lead={lead}>
      <div className={styles.content}>
        {session.status === 'signedIn' && whose === 'another' && (
          <p>
            It is not the account of <strong>{session.user.username}</strong> ({session.user.email}), who is
            signed in in this browser. To go on with the other one, sign out here first.
          </p>
        )}
        <p className={styles.next}>
          {session.status === 'signedIn' ? (
            <Link to={paths.account}>
              {whose === 'another' ? `Go on as ${session.user.username}` : 'Go to your account'}
            </Link>
          ) : (
            <Link to={paths.login}>Sign in</Link>
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
          <Link to={paths.account}>Go to your account</Link>
        ) : (
          <Link to={paths.register}>Create an account of your own</Link>
        )}
      </p>
    </EntranceLayout>
  )
}

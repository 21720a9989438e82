import { useSession } from './auth-context.ts'
import { useConnection } from './connection.ts'
import styles from './connection-line.module.css'

/** Says on every page that the connection is gone, and when it is back. It lies over the page, so nothing moves. */
export function ConnectionLine() {
  const connection = useConnection()
  const session = useSession()
  const hasTrouble = session.status === 'signedIn' && session.problem !== null
  return (
    <div role="status" className={styles.region}>
      {connection === 'lost' ? (
        <p key="lost" className={styles.trouble}>
          No connection. What you typed stays; we’ll say when it is back.
        </p>
      ) : hasTrouble ? (
        <p key="trouble" className={styles.trouble}>
          Connection trouble: you are still signed in. Retrying…
        </p>
      ) : (
        connection === 'back' && (
          <p key="back" className={styles.good}>
            The connection is back.
          </p>
        )
      )}
    </div>
  )
}

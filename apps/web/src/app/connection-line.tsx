import { useSession } from '@latchkey/react'
import { words } from '../words/en/frame.ts'
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
          {words.connectionLost}
        </p>
      ) : hasTrouble ? (
        <p key="trouble" className={styles.trouble}>
          {words.connectionTrouble}
        </p>
      ) : (
        connection === 'back' && (
          <p key="back" className={styles.good}>
            {words.connectionBack}
          </p>
        )
      )}
    </div>
  )
}

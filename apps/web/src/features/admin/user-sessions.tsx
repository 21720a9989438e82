import type { ManagedUser, Session } from '@latchkey/contracts'
import { useServerNow } from '../../app/server-clock.ts'
import { Card } from '../../components/card.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { DeviceIcon } from '../sessions/device-icon.tsx'
import styles from './admin.module.css'
import { useEndUserSession, useEndUserSessions } from './use-users.ts'

interface UserSessionsProps {
  user: ManagedUser
  sessions: Session[]
  onDone: (what: string) => void
}

export function UserSessions({ user, sessions, onDone }: UserSessionsProps) {
  const endAll = useEndUserSessions(user.id)
  return (
    <Card
      title="Sessions"
      action={
        sessions.length > 1 && (
          <ConfirmedButton
            question={`End all ${sessions.length} sessions? ${user.username} will be signed out everywhere.`}
            confirm={`End all ${sessions.length}`}
            onConfirm={() =>
              endAll.mutateAsync(undefined, {
                onSuccess: () => onDone(`${user.username} has been signed out everywhere.`),
              })
            }
          >
            End all
          </ConfirmedButton>
        )
      }
    >
      <div>
        <FailureAlert failure={endAll.error} />
        {sessions.length === 0 ? (
          <p className={styles.soft}>{user.username} is not signed in anywhere.</p>
        ) : (
          <ul className={styles.sessions}>
            {sessions.map((session) => (
              <UserSession key={session.id} user={user} session={session} onDone={onDone} />
            ))}
          </ul>
        )}
      </div>
    </Card>
  )
}

interface UserSessionProps {
  user: ManagedUser
  session: Session
  onDone: (what: string) => void
}

function UserSession({ user, session, onDone }: UserSessionProps) {
  const now = useServerNow()
  const end = useEndUserSession(user.id, session.id)
  return (
    <li>
      <DeviceIcon device={session.device} />
      <div>
        <h3>{session.device}</h3>
        <p className={styles.soft}>
          {session.ip}, last used <TimeAgo at={session.lastUsedAt} now={now} />, signed in{' '}
          <TimeAgo at={session.createdAt} now={now} />
        </p>
        <FailureAlert failure={end.error} />
      </div>
      <div className={styles.end}>
        <ConfirmedButton
          label={`End the session ${session.device}`}
          question={`End this session? ${user.username} will have to sign in again there.`}
          confirm="End session"
          onConfirm={() =>
            end.mutateAsync(undefined, {
              onSuccess: () => onDone(`The session ${session.device} has ended.`),
            })
          }
        >
          End
        </ConfirmedButton>
      </div>
    </li>
  )
}

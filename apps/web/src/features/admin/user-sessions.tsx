import type { ManagedUser, Session } from '@latchkey/contracts'
import { useServerNow } from '../../app/server-clock.ts'
import { Card } from '../../components/card.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { FirstFew } from '../../components/first-few.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { DeviceIcon } from '../sessions/device-icon.tsx'
import { distinctNames } from '../sessions/device-words.ts'
import styles from './admin.module.css'
import { useEndUserSession, useEndUserSessions } from './use-users.ts'

interface UserSessionsProps {
  user: ManagedUser
  sessions: Session[]
  onDone: (what: string) => void
}

export function UserSessions({ user, sessions, onDone }: UserSessionsProps) {
  const endAll = useEndUserSessions(user.id)
  const names = distinctNames(sessions, useServerNow())
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
                onSuccess: () => onDone(`All sessions of ${user.username} have ended.`),
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
          <FirstFew name="sessions" className={styles.sessions}>
            {sessions.map((session) => (
              <li key={session.id}>
                <UserSession
                  user={user}
                  session={session}
                  label={names.get(session.id) ?? session.device}
                  onDone={onDone}
                />
              </li>
            ))}
          </FirstFew>
        )}
      </div>
    </Card>
  )
}

interface UserSessionProps {
  user: ManagedUser
  session: Session
  /** Tells it apart from the others by ear. */
  label: string
  onDone: (what: string) => void
}

function UserSession({ user, session, label, onDone }: UserSessionProps) {
  const now = useServerNow()
  const end = useEndUserSession(user.id, session.id)
  return (
    <div className={styles.session}>
      <DeviceIcon device={session.device} form={session.form} />
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
          label={`End the session ${label}`}
          tone="plain"
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
    </div>
  )
}

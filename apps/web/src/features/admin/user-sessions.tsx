import type { ManagedUser, Session } from '@latchkey/contracts'
import { useServerNow } from '../../app/server-clock.ts'
import { Card } from '../../components/card.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { deviceName } from '../../components/device-name.ts'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { FirstFew } from '../../components/first-few.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import type { Say } from '../../components/use-news.ts'
import { words } from '../../words/en/admin.ts'
import { fill } from '../../words/fill.ts'
import { DeviceIcon } from '../sessions/device-icon.tsx'
import { distinctNames } from '../sessions/device-words.ts'
import styles from './admin.module.css'
import { useEndUserSession, useEndUserSessions } from './use-users.ts'

interface UserSessionsProps {
  user: ManagedUser
  sessions: Session[]
  onDone: (what: Say) => void
}

export function UserSessions({ user, sessions, onDone }: UserSessionsProps) {
  const endAll = useEndUserSessions(user.id)
  const names = distinctNames(sessions, useServerNow())
  return (
    <Card
      title={words.sessions}
      action={
        sessions.length > 1 && (
          <ConfirmedButton
            question={words.endAllQuestion(user.username, sessions.length)}
            confirm={words.endThem(sessions.length)}
            onConfirm={() =>
              endAll.mutateAsync(undefined, {
                onSuccess: () => onDone(() => words.allEnded(user.username)),
              })
            }
          >
            {words.endAll}
          </ConfirmedButton>
        )
      }
    >
      <div>
        <FailureAlert failure={endAll.error} />
        {sessions.length === 0 ? (
          <p className={styles.soft}>{words.nowhereSignedIn(user.username)}</p>
        ) : (
          <FirstFew name="sessions" className={styles.sessions}>
            {sessions.map((session) => (
              <li key={session.id}>
                <UserSession
                  user={user}
                  session={session}
                  label={names.get(session.id) ?? deviceName(session.device)}
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
  onDone: (what: Say) => void
}

function UserSession({ user, session, label, onDone }: UserSessionProps) {
  const now = useServerNow()
  const device = deviceName(session.device)
  const end = useEndUserSession(user.id, session.id)
  return (
    <div className={styles.session}>
      <DeviceIcon device={session.device} form={session.form} />
      <div>
        <h3>{device}</h3>
        <p className={styles.soft}>
          {fill(words.sessionUse, {
            ip: session.ip,
            lastUsed: <TimeAgo at={session.lastUsedAt} now={now} />,
            signedIn: <TimeAgo at={session.createdAt} now={now} />,
          })}
        </p>
        <FailureAlert failure={end.error} />
      </div>
      <div className={styles.end}>
        <ConfirmedButton
          label={words.endIt(label)}
          tone="plain"
          question={words.endQuestion(user.username)}
          confirm={words.endSession}
          onConfirm={() =>
            end.mutateAsync(undefined, {
              onSuccess: () => onDone(() => words.ended(deviceName(session.device))),
            })
          }
        >
          {words.end}
        </ConfirmedButton>
      </div>
    </div>
  )
}

import type { Session } from '@latchkey/contracts'
import type { ReactNode } from 'react'
import { useAuthClient } from '../../app/auth-context.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { signInWords } from '../../components/sign-in-words.ts'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useInlineStep } from '../../components/use-inline-step.ts'
import { DeviceIcon } from './device-icon.tsx'
import { RenameForm } from './rename-form.tsx'
import styles from './session-item.module.css'
import { useEndSession, useRenameSession } from './use-sessions.ts'

interface SessionProps {
  session: Session
  /** Milliseconds since 1970. */
  now: number
}

export function ThisSession({ session, now }: SessionProps) {
  const client = useAuthClient()
  return (
    <SessionItem session={session} now={now}>
      <Button variant="secondary" onClick={() => void client.logout()}>
        Sign out
      </Button>
    </SessionItem>
  )
}

export function OtherSession({ session, now, onEnded }: SessionProps & { onEnded: (what: string) => void }) {
  const end = useEndSession(session)
  const name = nameOf(session)
  return (
    <SessionItem session={session} now={now} failure={<FailureAlert failure={end.error} />}>
      <ConfirmedButton
        label={`End the session ${name}`}
        question={`End this session? ${name} will have to sign in again.`}
        confirm="End session"
        onConfirm={() =>
          end.mutateAsync(undefined, { onSuccess: () => onEnded(`${name} has been signed out.`) })
        }
      >
        End
      </ConfirmedButton>
    </SessionItem>
  )
}

interface SessionItemProps extends SessionProps {
  failure?: ReactNode
  /** The button that ends it. */
  children: ReactNode
}

function SessionItem({ session, now, failure, children }: SessionItemProps) {
  const rename = useRenameSession(session)
  const naming = useInlineStep<HTMLInputElement>()
  const name = nameOf(session)

  function save(newName: string) {
    naming.close()
    if (newName !== (session.name ?? '')) rename.mutate(newName)
  }

  return (
    <div className={styles.item}>
      <DeviceIcon device={session.device} />
      <div className={styles.who}>
        {naming.isOpen ? (
          <RenameForm session={session} input={naming.target} onSave={save} onCancel={naming.close} />
        ) : (
          <div className={styles.title}>
            <h3>{name}</h3>
            <Button
              ref={naming.trigger}
              variant="quiet"
              className={styles.rename}
              aria-label={`Rename ${name}`}
              onClick={naming.open}
            >
              Rename
            </Button>
          </div>
        )}
        <p className={styles.place}>
          {session.name !== null && `${session.device} · `}
          <span className={styles.address}>{session.ip}</span>
        </p>
        {(session.lastIp !== session.ip || session.lastDevice !== session.device) && (
          <p className={styles.place}>
            Last used from {session.lastDevice} · <span className={styles.address}>{session.lastIp}</span>
          </p>
        )}
        <dl className={styles.times}>
          <div>
            <dt>Last used</dt>
            <dd>
              <TimeAgo at={session.lastUsedAt} now={now} />
            </dd>
          </div>
          <div>
            <dt>Signed in</dt>
            <dd>
              <TimeAgo at={session.createdAt} now={now} />
              {session.amr && `, with ${signInWords(session.amr)}`}
            </dd>
          </div>
          <div>
            <dt>Expires</dt>
            <dd>
              <TimeAgo at={session.expiresAt} now={now} />
            </dd>
          </div>
        </dl>
        <FailureAlert failure={rename.error} />
        {failure}
      </div>
      <div className={styles.end}>{children}</div>
    </div>
  )
}

const nameOf = ({ name, device }: Session) => name ?? device

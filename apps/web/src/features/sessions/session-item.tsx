import type { Session } from '@latchkey/contracts'
import type { ReactNode } from 'react'
import { useAuthClient } from '../../app/auth-context.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { signInWords } from '../../components/sign-in-words.ts'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useInlineStep } from '../../components/use-inline-step.ts'
import hidden from '../../components/visually-hidden.module.css'
import { DeviceIcon } from './device-icon.tsx'
import { isIPad, maybeIPad, versionedName } from './device-words.ts'
import { RenameForm } from './rename-form.tsx'
import styles from './session-item.module.css'
import { useEndSession, useRenameSession } from './use-sessions.ts'

interface SessionProps {
  session: Session
  /** Milliseconds since 1970. */
  now: number
}

export function ThisSession({ session, now, label }: SessionProps & { label: string }) {
  const client = useAuthClient()
  return (
    <SessionItem session={session} now={now} label={label}>
      <Button variant="secondary" onClick={() => void client.logout()}>
        Sign out
      </Button>
    </SessionItem>
  )
}

interface OtherSessionProps extends SessionProps {
  /** Tells it apart from the others by ear. */
  label: string
  onEnded: (what: string) => void
}

export function OtherSession({ session, now, label, onEnded }: OtherSessionProps) {
  const end = useEndSession(session)
  const name = nameOf(session)
  return (
    <SessionItem session={session} now={now} label={label} failure={<FailureAlert failure={end.error} />}>
      <ConfirmedButton
        label={`End the session ${label}`}
        tone="plain"
        question={`End this session? ${name} will have to sign in again.`}
        confirm="End session"
        onConfirm={() =>
          end.mutateAsync(undefined, { onSuccess: () => onEnded(`The session ${name} has ended.`) })
        }
      >
        End
      </ConfirmedButton>
    </SessionItem>
  )
}

interface SessionItemProps extends SessionProps {
  label: string
  failure?: ReactNode
  /** The button that ends it. */
  children: ReactNode
}

function SessionItem({ session, now, label, failure, children }: SessionItemProps) {
  const rename = useRenameSession(session)
  const naming = useInlineStep<HTMLInputElement>()
  const name = nameOf(session)
  const isThisIPad = session.current && isIPad(session)

  function save(newName: string) {
    naming.close()
    if (newName !== (session.name ?? '')) rename.mutate(newName)
  }

  return (
    <div className={styles.item}>
      <DeviceIcon device={session.device} form={isThisIPad ? 'tablet' : session.form} />
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
              aria-label={`Rename ${label}`}
              onClick={naming.open}
            >
              Rename
            </Button>
          </div>
        )}
        <p className={styles.place}>
          {session.name !== null && `${session.device} · `}
          <span className={styles.address}>{session.lastIp}</span>
          {' · '}
          {session.current ? 'in use now' : <TimeAgo at={session.lastUsedAt} now={now} />}
        </p>
        <details className={styles.details}>
          <summary>
            Details<span className={hidden.hidden}> of {label}</span>
          </summary>
          <SessionDetails session={session} now={now} isThisIPad={isThisIPad} />
        </details>
        <FailureAlert failure={rename.error} />
        {failure}
      </div>
      <div className={styles.end}>{children}</div>
    </div>
  )
}

function SessionDetails({ session, now, isThisIPad }: SessionProps & { isThisIPad: boolean }) {
  const hasMoved = session.lastIp !== session.ip || session.lastDevice !== session.device
  return (
    <dl className={styles.times}>
      <div>
        <dt>Browser</dt>
        <dd>
          {isThisIPad ? 'Safari on iPadOS' : versionedName(session)}
          {!session.current && maybeIPad(session) && ' or on an iPad, which says the same'}
        </dd>
      </div>
      <div>
        <dt>Signed in</dt>
        <dd>
          <TimeAgo at={session.createdAt} now={now} />
          {session.amr && `, with ${signInWords(session.amr)}`}
          {hasMoved && (
            <>
              , from <span className={styles.address}>{session.ip}</span>
            </>
          )}
        </dd>
      </div>
      {hasMoved && (
        <div>
          <dt>Last used from</dt>
          <dd>
            {session.lastDevice} · <span className={styles.address}>{session.lastIp}</span>
          </dd>
        </div>
      )}
      <div>
        <dt>Last used</dt>
        <dd>
          <TimeAgo at={session.lastUsedAt} now={now} />
        </dd>
      </div>
      <div>
        <dt>Expires</dt>
        <dd>
          <TimeAgo at={session.expiresAt} now={now} />
        </dd>
      </div>
    </dl>
  )
}

const nameOf = ({ name, device }: Session) => name ?? device

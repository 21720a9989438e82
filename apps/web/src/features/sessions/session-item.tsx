import type { Session } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import type { ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { deviceName } from '../../components/device-name.ts'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { signInWords } from '../../components/sign-in-words.ts'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useInlineStep } from '../../components/use-inline-step.ts'
import type { Say } from '../../components/use-news.ts'
import hidden from '../../components/visually-hidden.module.css'
import { words } from '../../words/en/sessions.ts'
import { fill } from '../../words/fill.ts'
import { DeviceIcon } from './device-icon.tsx'
import { isIPad, maybeIPad } from './device-words.ts'
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
        {words.signOut}
      </Button>
    </SessionItem>
  )
}

interface OtherSessionProps extends SessionProps {
  /** Tells it apart from the others by ear. */
  label: string
  onEnded: (what: Say) => void
}

export function OtherSession({ session, now, label, onEnded }: OtherSessionProps) {
  const end = useEndSession(session)
  const name = nameOf(session)
  return (
    <SessionItem session={session} now={now} label={label} failure={<FailureAlert failure={end.error} />}>
      <ConfirmedButton
        label={words.endIt(label)}
        tone="plain"
        question={words.endQuestion(name)}
        confirm={words.endSession}
        onConfirm={() =>
          end.mutateAsync(undefined, { onSuccess: () => onEnded(() => words.ended(nameOf(session))) })
        }
      >
        {words.end}
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
              aria-label={words.renameIt(label)}
              onClick={naming.open}
            >
              {words.rename}
            </Button>
          </div>
        )}
        <p className={styles.place}>
          {session.name !== null && `${deviceName(session.device)} · `}
          <span className={styles.address}>{session.lastIp}</span>
          {' · '}
          {session.current ? words.inUseNow : <TimeAgo at={session.lastUsedAt} now={now} />}
        </p>
        <details className={styles.details}>
          <summary>
            {words.details}
            <span className={hidden.hidden}>{`: ${label}`}</span>
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
        <dt>{words.browser}</dt>
        <dd>{browserOf(session, isThisIPad)}</dd>
      </div>
      <div>
        <dt>{words.signedIn}</dt>
        <dd>
          {fill(words.signedInWhen(session.amr ? signInWords(session.amr) : null, hasMoved), {
            when: <TimeAgo at={session.createdAt} now={now} />,
            address: <span className={styles.address}>{session.ip}</span>,
          })}
        </dd>
      </div>
      {hasMoved && (
        <div>
          <dt>{words.lastUsedFrom}</dt>
          <dd>
            {deviceName(session.lastDevice)} · <span className={styles.address}>{session.lastIp}</span>
          </dd>
        </div>
      )}
      <div>
        <dt>{words.lastUsed}</dt>
        <dd>
          <TimeAgo at={session.lastUsedAt} now={now} />
        </dd>
      </div>
      <div>
        <dt>{words.expires}</dt>
        <dd>
          <TimeAgo at={session.expiresAt} now={now} />
        </dd>
      </div>
    </dl>
  )
}

function browserOf(session: Session, isThisIPad: boolean): string {
  if (isThisIPad) return deviceName('Safari on iPadOS')
  const name = deviceName(session.device, session.version)
  return !session.current && maybeIPad(session) ? words.orAnIPad(name) : name
}

const nameOf = ({ name, device }: Session) => name ?? deviceName(device)

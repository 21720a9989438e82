import type { ActivityEvent } from '@latchkey/contracts'
import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { signInWords } from '../../components/sign-in-words.ts'
import { TimeAgo } from '../../components/time-ago.tsx'
import hidden from '../../components/visually-hidden.module.css'
import { versionedName } from '../sessions/device-words.ts'
import { EventIcon } from './event-icon.tsx'
import styles from './event-item.module.css'
import { wordsFor } from './event-words.ts'

export const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

interface EventItemProps {
  event: ActivityEvent
  /** Milliseconds since 1970. */
  now: number
}

function endedInWords({ name, device }: NonNullable<ActivityEvent['ended']>): string {
  return name === null ? `It was on ${device}.` : `It was on ${name} (${device}).`
}

export function EventItem({ event, now }: EventItemProps) {
  const { title, weight } = wordsFor(event)
  const time = clock.format(new Date(event.at))
  return (
    <article className={styles.event} data-weight={weight}>
      <EventIcon kind={event.kind} weight={weight} />
      <div className={styles.words}>
        <div className={styles.title}>
          <h3>{title}</h3>
          {weight === 'alarm' && <span className={styles.mark}>Please check</span>}
        </div>
        {weight === 'check' ? (
          <details className={styles.advice}>
            <summary>
              <span className={styles.mark}>Was this you?</span>
              <span className={hidden.hidden}>
                {' '}
                {title}, {time}
              </span>
            </summary>
            <Advice event={event} />
          </details>
        ) : (
          <Advice event={event} />
        )}
        {event.ended && <p className={styles.meaning}>{endedInWords(event.ended)}</p>}
        <p className={styles.circumstances}>
          {event.ended && 'Ended from '}
          {versionedName(event)}
          {event.ip && (
            <>
              {' '}
              · <span className={styles.address}>{event.ip}</span>
            </>
          )}
          {event.amr && ` · ${signInWords(event.amr)}`}
        </p>
      </div>
      <p className={styles.time}>
        <span>{time}</span>
        <TimeAgo at={event.at} now={now} />
      </p>
    </article>
  )
}

/** What it means, and what to do about it. */
function Advice({ event }: { event: ActivityEvent }) {
  const { meaning, weight } = wordsFor(event)
  return (
    <>
      {meaning && <p className={styles.meaning}>{meaning}</p>}
      {weight !== 'plain' && (
        <p className={styles.steps}>
          <Link to={paths.sessions}>Look at your sessions</Link>
          <Link to={paths.password}>Change your password</Link>
        </p>
      )}
    </>
  )
}

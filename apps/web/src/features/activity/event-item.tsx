import type { ActivityEvent } from '@latchkey/contracts'
import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { signInWords } from '../../components/sign-in-words.ts'
import { TimeAgo } from '../../components/time-ago.tsx'
import { EventIcon } from './event-icon.tsx'
import styles from './event-item.module.css'
import { wordsFor } from './event-words.ts'

const marks = { plain: null, check: 'Was this you?', alarm: 'Please check' }

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

interface EventItemProps {
  event: ActivityEvent
  /** Milliseconds since 1970. */
  now: number
}

function endedInWords({ name, device }: NonNullable<ActivityEvent['ended']>): string {
  return name === null ? `It was on ${device}.` : `It was on ${name} (${device}).`
}

export function EventItem({ event, now }: EventItemProps) {
  const { title, meaning, weight } = wordsFor(event)
  const mark = marks[weight]
  return (
    <article className={styles.event} data-weight={weight}>
      <EventIcon kind={event.kind} weight={weight} />
      <div className={styles.words}>
        <div className={styles.title}>
          <h3>{title}</h3>
          {mark && <span className={styles.mark}>{mark}</span>}
        </div>
        {meaning && <p className={styles.meaning}>{meaning}</p>}
        {weight !== 'plain' && (
          <p className={styles.steps}>
            <Link to={paths.sessions}>Look at your sessions</Link>
            <Link to={paths.password}>Change your password</Link>
          </p>
        )}
        {event.ended && <p className={styles.meaning}>{endedInWords(event.ended)}</p>}
        <p className={styles.circumstances}>
          {event.ended && 'Ended from '}
          {event.device}
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
        <span>{clock.format(new Date(event.at))}</span>
        <TimeAgo at={event.at} now={now} />
      </p>
    </article>
  )
}

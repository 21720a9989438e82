import type { ActivityEvent } from '@latchkey/contracts'
import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { deviceName } from '../../components/device-name.ts'
import { signInWords } from '../../components/sign-in-words.ts'
import { TimeAgo } from '../../components/time-ago.tsx'
import hidden from '../../components/visually-hidden.module.css'
import { words } from '../../words/en/activity.ts'
import { formatDate } from '../../words/formats.ts'
import { EventIcon } from './event-icon.tsx'
import styles from './event-item.module.css'
import { wordsFor } from './event-words.ts'

/** "4:05 PM" or "16:05", of ISO 8601. */
export const clockTime = (at: string): string => formatDate(new Date(at), { timeStyle: 'short' })

interface EventItemProps {
  event: ActivityEvent
  /** Milliseconds since 1970. */
  now: number
}

function endedInWords({ name, device }: NonNullable<ActivityEvent['ended']>): string {
  const shown = deviceName(device)
  return name === null ? words.wasOn(shown) : words.wasOnNamed(name, shown)
}

export function EventItem({ event, now }: EventItemProps) {
  const { title, weight } = wordsFor(event)
  const device = deviceName(event.device, event.version)
  const time = clockTime(event.at)
  return (
    <article className={styles.event} data-weight={weight}>
      <EventIcon kind={event.kind} weight={weight} />
      <div className={styles.words}>
        <div className={styles.title}>
          <h3>{title}</h3>
          {weight === 'alarm' && <span className={styles.mark}>{words.pleaseCheck}</span>}
        </div>
        {weight === 'check' ? (
          <details className={styles.advice}>
            <summary>
              <span className={styles.mark}>{words.wasThisYou}</span>
              <span className={hidden.hidden}>{` ${title}, ${time}`}</span>
            </summary>
            <Advice event={event} />
          </details>
        ) : (
          <Advice event={event} />
        )}
        {event.ended && <p className={styles.meaning}>{endedInWords(event.ended)}</p>}
        <p className={styles.circumstances}>
          {event.ended ? words.endedFrom(device) : device}
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
          <Link to={paths.sessions}>{words.lookAtSessions}</Link>
          <Link to={paths.password}>{words.changePassword}</Link>
        </p>
      )}
    </>
  )
}

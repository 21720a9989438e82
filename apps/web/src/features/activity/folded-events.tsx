import { deviceName } from '../../components/device-name.ts'
import { words } from '../../words/en/activity.ts'
import { formatList } from '../../words/formats.ts'
import { DeviceIcon } from '../sessions/device-icon.tsx'
import { clockTime, EventItem } from './event-item.tsx'
import { type Fold, isRoutine } from './fold.ts'
import styles from './folded-events.module.css'

/** What one device did in a row, the newest first, as one line that opens. */
export function FoldedEvents({ events, now }: { events: Fold; now: number }) {
  const [latest] = events
  const from = clockTime(events.at(-1)?.at ?? latest.at)
  const until = clockTime(latest.at)
  const kinds = new Set(events.map(({ kind }) => kind).filter(isRoutine))
  return (
    <details className={styles.fold}>
      <summary className={styles.summary}>
        <DeviceIcon device={latest.device} form={latest.form} />
        <span className={styles.words}>
          <span className={styles.title}>
            {words.eventsOn(events.length, deviceName(latest.device, latest.version))}
          </span>
          <span className={styles.soft}>
            {latest.ip && `${latest.ip} · `}
            {formatList([...kinds].map((kind) => words.routine[kind]))}
          </span>
        </span>
        <span className={styles.time}>{from === until ? until : `${from} – ${until}`}</span>
      </summary>
      <ul className={styles.events}>
        {events.map((event) => (
          <li key={event.id}>
            <EventItem event={event} now={now} />
          </li>
        ))}
      </ul>
    </details>
  )
}

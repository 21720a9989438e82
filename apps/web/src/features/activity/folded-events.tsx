import { DeviceIcon } from '../sessions/device-icon.tsx'
import { versionedName } from '../sessions/device-words.ts'
import { clock, EventItem } from './event-item.tsx'
import { wordsFor } from './event-words.ts'
import type { Fold } from './fold.ts'
import styles from './folded-events.module.css'

const list = new Intl.ListFormat('en')

/** What one device did in a row, the newest first, as one line that opens. */
export function FoldedEvents({ events, now }: { events: Fold; now: number }) {
  const [latest] = events
  const from = clock.format(new Date(events.at(-1)?.at ?? latest.at))
  const until = clock.format(new Date(latest.at))
  const kinds = [...new Set(events.map((event) => wordsFor(event).title.toLowerCase()))]
  return (
    <details className={styles.fold}>
      <summary className={styles.summary}>
        <DeviceIcon device={latest.device} form={latest.form} />
        <span className={styles.words}>
          <span className={styles.title}>
            {events.length} events on {versionedName(latest)}
          </span>
          <span className={styles.soft}>
            {latest.ip && `${latest.ip} · `}
            {list.format(kinds)}
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

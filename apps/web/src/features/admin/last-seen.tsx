import { relativeTime } from '../../components/relative-time.ts'
import { words } from '../../words/en/admin.ts'

const hourMs = 3_600_000

/** When somebody was last seen: the API knows it to the hour. */
export function LastSeen({ at, now }: { at: string | null; now: number }) {
  if (at === null) return words.never
  const hour = new Date(at).getTime()
  return <time dateTime={at}>{now - hour < hourMs ? words.withinTheHour : relativeTime(hour, now)}</time>
}

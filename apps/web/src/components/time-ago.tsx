import { formatDate } from '../words/formats.ts'
import { relativeTime } from './relative-time.ts'

interface TimeAgoProps {
  /** ISO 8601. */
  at: string
  /** Milliseconds since 1970. */
  now: number
}

/** How long ago, or how soon, in words; the exact time as a tooltip. */
export function TimeAgo({ at, now }: TimeAgoProps) {
  const date = new Date(at)
  return (
    <time dateTime={at} title={formatDate(date, { dateStyle: 'full', timeStyle: 'short' })}>
      {relativeTime(date.getTime(), now)}
    </time>
  )
}

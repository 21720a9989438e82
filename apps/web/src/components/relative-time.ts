import { words } from '../words/en/common-inside.ts'
import { formatDistance } from '../words/formats.ts'

const dayMs = 86_400_000
/** The largest first. Of weeks and months the first ones are told in days and weeks. */
const units = [
  { unit: 'year', ms: 365 * dayMs, fromMs: 365 * dayMs },
  { unit: 'month', ms: 30.44 * dayMs, fromMs: 61 * dayMs },
  { unit: 'week', ms: 7 * dayMs, fromMs: 14 * dayMs },
  { unit: 'day', ms: dayMs, fromMs: dayMs },
  { unit: 'hour', ms: 3_600_000, fromMs: 3_600_000 },
  { unit: 'minute', ms: 60_000, fromMs: 60_000 },
] as const
/** Closer than this, past and future cannot be told apart: tokens count in whole seconds. */
const blurMs = 5000

/** "5 minutes ago", "in 6 days", "just now". Both in milliseconds since 1970. */
export function relativeTime(at: number, now: number): string {
  const distanceMs = at - now
  const fitting = units.find(({ fromMs }) => Math.abs(distanceMs) >= fromMs)
  if (fitting) return formatDistance(Math.round(distanceMs / fitting.ms), fitting.unit)
  return distanceMs > blurMs ? words.inLessThanAMinute : words.justNow
}

const inWords = new Intl.RelativeTimeFormat('en')
const units = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const
/** Closer than this, past and future cannot be told apart: tokens count in whole seconds. */
const blurMs = 5000

/** "5 minutes ago", "in 6 days", "just now". Both in milliseconds since 1970. */
export function relativeTime(at: number, now: number): string {
  const distanceMs = at - now
  const fitting = units.find(({ ms }) => Math.abs(distanceMs) >= ms)
  if (fitting) return inWords.format(Math.round(distanceMs / fitting.ms), fitting.unit)
  return distanceMs > blurMs ? 'in less than a minute' : 'just now'
}

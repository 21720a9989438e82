import type { ActivityEvent } from '@latchkey/contracts'
import { formatDate, formatDistance } from '../../words/formats.ts'
import { locale } from '../../words/language.ts'

export interface Day {
  /** "Today", "Yesterday", or the date. */
  name: string
  events: ActivityEvent[]
}

const dayMs = 86_400_000

/** Groups events by day, in the reader's time zone and in the order they come. `now`: milliseconds since 1970. */
export function byDay(events: readonly ActivityEvent[], now: number): Day[] {
  const days: Day[] = []
  for (const event of events) {
    const name = dayName(new Date(event.at), new Date(now))
    const day = days.at(-1)
    if (day?.name === name) day.events.push(event)
    else days.push({ name, events: [event] })
  }
  return days
}

function dayName(at: Date, now: Date): string {
  // Rounded, because the day when clocks go forward has 23 hours.
  const age = Math.round((midnight(now) - midnight(at)) / dayMs)
  if (age <= 1) return relativeDay(-Math.max(age, 0))
  return at.getFullYear() === now.getFullYear()
    ? formatDate(at, { weekday: 'long', month: 'long', day: 'numeric' })
    : formatDate(at, { dateStyle: 'long' })
}

export const today = (): string => relativeDay(0)

/** As the title that it is: "Today", for Intl has it as in the middle of a sentence. */
function relativeDay(days: number): string {
  const name = formatDistance(days, 'day', { numeric: 'auto' })
  return name.charAt(0).toLocaleUpperCase(locale()) + name.slice(1)
}

const midnight = (time: Date) => new Date(time).setHours(0, 0, 0, 0)

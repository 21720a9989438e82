import type { ActivityEvent } from '@latchkey/contracts'

export interface Day {
  /** "Today", "Yesterday", or the date. */
  name: string
  events: ActivityEvent[]
}

const dayMs = 86_400_000
const date = new Intl.DateTimeFormat('en', { weekday: 'long', month: 'long', day: 'numeric' })
const dateWithYear = new Intl.DateTimeFormat('en', { dateStyle: 'long' })

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
  if (age <= 0) return 'Today'
  if (age === 1) return 'Yesterday'
  return at.getFullYear() === now.getFullYear() ? date.format(at) : dateWithYear.format(at)
}

const midnight = (time: Date) => new Date(time).setHours(0, 0, 0, 0)

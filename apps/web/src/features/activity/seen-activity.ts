import type { ActivityEvent } from '@latchkey/contracts'

/** Stands in where the browser keeps nothing: then until the page is left. */
const remembered = new Map<string, string>()

const nameFor = (userId: string) => `latchkey:seenActivity:${userId}`

/** Remembers the newest event that this user has been shown. By the server's clock, so the device's may be wrong. */
export function rememberSeen(userId: string, events: readonly ActivityEvent[]) {
  const newest = events[0]?.at
  if (!newest) return
  remembered.set(userId, newest)
  try {
    localStorage.setItem(nameFor(userId), newest)
  } catch {
    // Full or blocked.
  }
}

/** What came after the last visit to the activity page. */
export function unseenOf(userId: string, events: readonly ActivityEvent[]): ActivityEvent[] {
  const seen = [remembered.get(userId), kept(userId)]
  return events.filter(({ at }) => seen.every((time) => !time || at > time))
}

function kept(userId: string): string | null {
  try {
    return localStorage.getItem(nameFor(userId))
  } catch {
    return null
  }
}

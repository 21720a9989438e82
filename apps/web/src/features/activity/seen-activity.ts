import type { ActivityEvent } from '@latchkey/contracts'

/** For browsers that keep nothing: lasts until the page is left. */
const remembered = new Map<string, string>()

const nameFor = (userId: string) => `latchkey:seenActivity:${userId}`

/** Remembers when the newest event happened that this user has seen, by the server's clock. */
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

/** What has happened since the last visit to the activity page. */
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

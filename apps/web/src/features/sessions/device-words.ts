import type { Session } from '@latchkey/contracts'
import { deviceName } from '../../components/device-name.ts'
import { relativeTime } from '../../components/relative-time.ts'
import { words } from '../../words/en/sessions.ts'

type Device = Pick<Session, 'device'>

/** Whether an iPad may be meant: it says that it is a Mac. */
export const maybeIPad = ({ device }: Device): boolean => device === 'Safari on macOS'

/** This very browser knows whether a finger can touch it. */
export const isIPad = (device: Device): boolean => maybeIPad(device) && navigator.maxTouchPoints > 1

type Named = Pick<Session, 'id' | 'device' | 'ip' | 'createdAt'> & { name?: string | null }

/** A name for each that tells it apart from the others by ear, by id. `now`: milliseconds since 1970. */
export function distinctNames(items: readonly Named[], now: number): Map<string, string> {
  const ways = [
    nameOf,
    (item: Named) => `${nameOf(item)}, ${item.ip}`,
    (item: Named) => words.nameSignedIn(nameOf(item), relativeTime(new Date(item.createdAt).getTime(), now)),
    (item: Named, at: number) => words.nameNumber(nameOf(item), at + 1),
  ]
  const names = new Map<string, string>()
  for (const way of ways) {
    if (names.size === items.length) break
    // Each once, however many there are: the third way is dear, and a list of fifty is named at each change.
    const called = items.map(way)
    const isAlone = (name: string) => called.indexOf(name) === called.lastIndexOf(name)
    for (const [at, name] of called.entries()) {
      const { id } = items[at] as Named
      if (!names.has(id) && isAlone(name)) names.set(id, name)
    }
  }
  for (const item of items) if (!names.has(item.id)) names.set(item.id, nameOf(item))
  return names
}

const nameOf = ({ name, device }: Named): string => name ?? deviceName(device)

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
  for (const [at, item] of items.entries()) {
    const way = ways.find(
      (each) => items.filter((other, i) => each(other, i) === each(item, at)).length === 1,
    )
    names.set(item.id, way?.(item, at) ?? nameOf(item))
  }
  return names
}

const nameOf = ({ name, device }: Named): string => name ?? deviceName(device)

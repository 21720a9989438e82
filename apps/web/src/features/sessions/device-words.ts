import type { Session } from '@latchkey/contracts'
import { relativeTime } from '../../components/relative-time.ts'

interface Device {
  device: string
  version?: string | undefined
}

/** "Firefox 131 on macOS". */
export const versionedName = ({ device, version }: Device): string =>
  version ? device.replace(/ on |$/, (found) => ` ${version}${found}`) : device

/** Whether an iPad may be meant: it says that it is a Mac. */
export const maybeIPad = ({ device }: Device): boolean => device === 'Safari on macOS'

/** This very browser knows whether a finger can touch it. */
export const isIPad = (device: Device): boolean => maybeIPad(device) && navigator.maxTouchPoints > 1

type Named = Pick<Session, 'id' | 'device' | 'ip' | 'createdAt'> & { name?: string | null }

/** A name for each that tells it apart from the others by ear, by id. `now`: milliseconds since 1970. */
export function distinctNames(items: readonly Named[], now: number): Map<string, string> {
  const ways = [
    (item: Named) => item.name ?? item.device,
    (item: Named) => `${item.name ?? item.device}, ${item.ip}`,
    (item: Named) =>
      `${item.name ?? item.device}, signed in ${relativeTime(new Date(item.createdAt).getTime(), now)}`,
    (item: Named, at: number) => `${item.name ?? item.device}, number ${at + 1}`,
  ]
  const names = new Map<string, string>()
  for (const [at, item] of items.entries()) {
    const way = ways.find(
      (each) => items.filter((other, i) => each(other, i) === each(item, at)).length === 1,
    )
    names.set(item.id, way?.(item, at) ?? item.device)
  }
  return names
}

import type { ClientEnvironment } from './environment.ts'

/** Remembers one `sid` under one name, across reloads. */
export function createNote(storage: ClientEnvironment['storage'], name: string) {
  let here: string | null = null

  /** Where storage is full or blocked, the note lives as long as the page. */
  function tolerant<Value>(use: (storage: NonNullable<ClientEnvironment['storage']>) => Value): Value | null {
    try {
      return storage && use(storage)
    } catch {
      return null
    }
  }

  return {
    read: () => tolerant((kept) => kept.getItem(name)) ?? here,
    write(sid: string) {
      here = sid
      tolerant((kept) => kept.setItem(name, sid))
    },
    clear() {
      here = null
      tolerant((kept) => kept.removeItem(name))
    },
  }
}

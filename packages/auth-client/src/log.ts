import { createObservable } from './observable.ts'

export interface AuthLogEntry {
  /** Rises by one. */
  id: number
  at: Date
  kind:
    | 'request'
    | 'response'
    | 'refresh'
    | 'refreshed'
    | 'replay'
    | 'signIn'
    | 'signOut'
    | 'retry'
    | 'notice'
    | 'error'
  /** One sentence in plain words: "GET /api/protected → 401". Holds no token. */
  message: string
}

export interface AuthLog {
  add(kind: AuthLogEntry['kind'], message: string): void
  /** Like `add`, but says the same message only once. */
  once(kind: AuthLogEntry['kind'], message: string): void
  get(): readonly AuthLogEntry[]
  subscribe(listener: () => void): () => void
  clear(): void
}

const keptEntries = 200

/** A log of what the client did, for people to read. Newest last. */
export function createLog(wallNow: () => number): AuthLog {
  const entries = createObservable<readonly AuthLogEntry[]>([])
  const said = new Set<string>()
  let lastId = 0

  function add(kind: AuthLogEntry['kind'], message: string) {
    lastId += 1
    const entry: AuthLogEntry = { id: lastId, at: new Date(wallNow()), kind, message }
    entries.set([...entries.get(), entry].slice(-keptEntries))
  }

  return {
    add,
    once(kind, message) {
      if (said.has(message)) return
      said.add(message)
      add(kind, message)
    },
    get: entries.get,
    subscribe: entries.subscribe,
    clear: () => entries.set([]),
  }
}

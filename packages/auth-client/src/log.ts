import type { Clock } from './environment.ts'
import { createObservable } from './observable.ts'

export interface AuthLogEntry {
  /** Rises by one. */
  id: number
  at: Date
  /** The same moment on a clock that nobody sets, in milliseconds: for durations. */
  atMs: number
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
  /** What the message says, where it is about a request or its answer. */
  exchange?: Exchange
}

/** A request as it was sent, or its answer. */
export interface Exchange {
  /** The same for a call, its answers and its replays. Each refresh is a call of its own. */
  call: number
  /** "GET /api/protected" */
  line: string
  /** Of the answer. Null: none came. Missing in a request. */
  status?: number | null
  /** Of the session, as its readable cookie says at that moment. Missing without one, and where nothing was refreshed. */
  generation?: number
  /** The answer's `Server-Timing`. Missing where there is none. */
  timing?: string
}

export interface AuthLog {
  add(kind: AuthLogEntry['kind'], message: string, exchange?: Exchange): void
  /** A number for the next call. */
  newCall(): number
  /** Like `add`, but says the same message only once. */
  once(kind: AuthLogEntry['kind'], message: string): void
  get(): readonly AuthLogEntry[]
  subscribe(listener: () => void): () => void
  clear(): void
}

const keptEntries = 200

/** A log of what the client did, for people to read. Newest last. */
export function createLog({ now, wallNow }: Pick<Clock, 'now' | 'wallNow'>): AuthLog {
  const entries = createObservable<readonly AuthLogEntry[]>([])
  const said = new Set<string>()
  let lastId = 0
  let lastCall = 0

  function add(kind: AuthLogEntry['kind'], message: string, exchange?: Exchange) {
    lastId += 1
    const at = new Date(wallNow())
    const entry: AuthLogEntry = { id: lastId, at, atMs: now(), kind, message, ...(exchange && { exchange }) }
    entries.set([...entries.get(), entry].slice(-keptEntries))
  }

  return {
    add,
    newCall() {
      lastCall += 1
      return lastCall
    },
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

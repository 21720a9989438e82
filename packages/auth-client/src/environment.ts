import type { AxiosAdapter } from 'axios'
import { indexedDbKeyStore, type KeyStore } from './key-store.ts'

export interface Clock {
  /** Milliseconds on a clock that nobody sets. */
  now(): number
  /** Milliseconds since 1970 by this machine's clock, which may be wrong: only ever compared with itself. */
  wallNow(): number
  /** Runs once after a number of milliseconds; the returned function cancels it. */
  after(ms: number, run: () => void): () => void
}

export interface CookieAccess {
  /** As `document.cookie` reads. */
  read(): string
  /** As `document.cookie` is written: one cookie with its attributes. */
  write(cookie: string): void
  /** Whether the browser keeps none. Missing: it keeps them. */
  areBlocked?(): boolean
}

/** The part of Web Locks that is used. */
export interface Locks {
  request<Result>(name: string, options: { signal: AbortSignal }, run: () => Promise<Result>): Promise<Result>
}

/** One end of a BroadcastChannel. */
export interface Channel {
  post(message: unknown): void
  close(): void
}

/** Everything outside that the client touches. Tests and other platforms bring their own. */
export interface ClientEnvironment {
  clock: Clock
  cookies: CookieAccess
  /** The origin of the page. Null: there is no page, and `cookies` are those of the API. */
  pageOrigin: string | null
  /** WebCrypto; null on plain http outside localhost, where browsers hide it. */
  subtle: SubtleCrypto | null
  /** Where refresh keys are kept, shared by all tabs; null: sessions are unbound. */
  keyStore: KeyStore | null
  /** Null: tabs do not wait for each other, which the protocol tolerates. */
  locks: Locks | null
  openChannel: (name: string, onMessage: (message: unknown) => void) => Channel | null
  /** Remembers a sign-out that the server has not heard of yet. Null: only as long as the page lives. */
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null
  /** Asks the browser not to evict what is stored here. Null: it cannot be asked. */
  persistStorage: (() => Promise<unknown>) | null
  /** Fetches, to find out whether an API on another origin refuses this page. Null: by the browser's own `fetch`. */
  reach: ((url: string, credentials: RequestCredentials) => Promise<unknown>) | null
  /** Calls back when the page is looked at again, comes out of the back/forward cache, or is online again. */
  onWake: (listener: () => void) => () => void
  /** Between 0 and 1, for jitter. */
  random: () => number
  /** What axios sends with. Null: what it chooses itself. */
  adapter: AxiosAdapter | null
}

/** The browser's own; in Node, what there is of it. */
export function browserEnvironment(): ClientEnvironment {
  return {
    clock: {
      now: () => performance.now(),
      wallNow: () => Date.now(),
      after(ms, run) {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
    },
    cookies: {
      read: () => (typeof document === 'undefined' ? '' : document.cookie),
      write(cookie) {
        // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous and hidden on plain http
        if (typeof document !== 'undefined') document.cookie = cookie
      },
      areBlocked: () => globalThis.navigator?.cookieEnabled === false,
    },
    pageOrigin: typeof location === 'undefined' ? null : location.origin,
    subtle: globalThis.crypto?.subtle ?? null,
    keyStore: attempt(() => (globalThis.indexedDB ? indexedDbKeyStore(globalThis.indexedDB) : null)),
    locks: attempt(() => webLocks()),
    openChannel: (name, onMessage) => attempt(() => broadcastChannel(name, onMessage)),
    storage: attempt(() => (typeof document === 'undefined' ? null : globalThis.localStorage)),
    persistStorage: () => navigator.storage.persist(),
    reach: null,
    onWake,
    random: Math.random,
    adapter: null,
  }
}

function webLocks(): Locks | null {
  if (typeof document === 'undefined') return null
  const { locks } = navigator
  return locks ? { request: (name, options, run) => locks.request(name, options, run) } : null
}

function broadcastChannel(name: string, onMessage: (message: unknown) => void): Channel | null {
  if (typeof document === 'undefined' || typeof BroadcastChannel === 'undefined') return null
  const channel = new BroadcastChannel(name)
  channel.onmessage = (event: MessageEvent<unknown>) => onMessage(event.data)
  return { post: (message) => channel.postMessage(message), close: () => channel.close() }
}

function onWake(listener: () => void): () => void {
  if (typeof document === 'undefined') return () => {}
  const onVisibility = () => {
    if (document.visibilityState === 'visible') listener()
  }
  document.addEventListener('visibilitychange', onVisibility)
  window.addEventListener('pageshow', listener)
  window.addEventListener('online', listener)
  return () => {
    document.removeEventListener('visibilitychange', onVisibility)
    window.removeEventListener('pageshow', listener)
    window.removeEventListener('online', listener)
  }
}

/** Browsers that block storage throw as soon as it is looked at. */
function attempt<Value>(get: () => Value | null): Value | null {
  try {
    return get()
  } catch {
    return null
  }
}

import axios, { type AxiosAdapter, AxiosError, type AxiosResponse, CanceledError } from 'axios'
import { pageLocks } from '../../src/exclusive.ts'
import { type ClientEnvironment, createAuthClient, type KeyStore, type StoredKey } from '../../src/index.ts'
import { createFakeClock } from './fake-clock.ts'

/** What the network does to one call. */
export interface Fault {
  path: string
  /** The request never arrives, its answer never comes back, or breaks off behind its headers. */
  lose?: 'request' | 'response' | 'body'
  /** The answer waits for this. */
  hold?: Promise<void>
  /** The request arrives twice; the answer to the first is heard. */
  duplicate?: boolean
  /** The answer's cookies are stored even when the page gave up waiting. */
  cookiesOutliveAbort?: boolean
}

/** A browser profile: tabs of it share one cookie jar, one key store, one set of locks and one channel. */
export function createBrowser(serverUrl: string, http: AxiosAdapter = axios.getAdapter('http')) {
  const jar = createJar()
  const keyStore = memoryKeyStore()
  const locks = pageLocks()
  const time = createFakeClock()
  const openChannel = createChannels()
  const storage = memoryStorage()
  const faults: Fault[] = []
  const network = { offline: false }

  const adapter: AxiosAdapter = async (config) => {
    const path = new URL(axios.getUri(config)).pathname
    const index = faults.findIndex((candidate) => candidate.path === path)
    const fault = index < 0 ? null : faults.splice(index, 1)[0]
    if (network.offline || fault?.lose === 'request') throw new AxiosError('lost', 'ERR_NETWORK', config)
    if (config.withCredentials) config.headers.set('Cookie', jar.header())
    const { signal, ...unsignalled } = config
    const request = { ...unsignalled, headers: config.headers }
    const sending = http(request)
    if (fault?.duplicate) http(request).catch(() => undefined)
    const outcome = await sending
      .then((answer) => ({ answer, error: null }))
      .catch((error: AxiosError) => ({ answer: error.response, error }))
    if (fault?.hold) await Promise.race([fault.hold, abortOf(signal as AbortSignal | undefined)])
    const isAborted = (signal as AbortSignal | undefined)?.aborted
    const store = () => config.withCredentials && outcome.answer && jar.receive(outcome.answer)
    if (isAborted && fault?.cookiesOutliveAbort) void fault.hold?.then(store)
    if (isAborted) throw new CanceledError()
    if (fault?.lose === 'response') throw new AxiosError('lost', 'ERR_NETWORK', config)
    store()
    if (fault?.lose === 'body') throw new AxiosError('lost', 'ERR_NETWORK', config)
    if (outcome.error) throw outcome.error
    return { ...(outcome.answer as AxiosResponse), config }
  }

  const options = (environment: Partial<ClientEnvironment> = {}) => ({
    baseUrl: `${serverUrl}/api`,
    environment: {
      clock: time.clock,
      cookies: { read: jar.readable, write: jar.write },
      pageOrigin: null,
      reach: null,
      keyStore,
      locks,
      openChannel,
      storage,
      random: () => 0.5,
      adapter,
      ...environment,
    },
  })

  function tab(environment: Partial<ClientEnvironment> = {}) {
    const wakers = new Set<() => void>()
    function onWake(listener: () => void) {
      wakers.add(listener)
      return () => void wakers.delete(listener)
    }
    const client = createAuthClient(options({ onWake, ...environment }))
    return Object.assign(client, {
      wake() {
        for (const waker of wakers) waker()
      },
      text: () =>
        client
          .getLog()
          .map(({ message }) => message)
          .join('\n'),
    })
  }

  return {
    jar,
    keyStore,
    storage,
    time,
    network,
    options,
    tab,
    fault: (fault: Fault) => faults.push(fault),
    forgetFaults: () => faults.splice(0),
  }
}

/** For a tab whose page is on another host than the API. */
export const onOtherHost: Partial<ClientEnvironment> = {
  pageOrigin: 'http://app.latchkey.test',
  cookies: { read: () => '', write: () => undefined },
  reach: async () => {
    throw new TypeError('Failed to fetch')
  },
}

export type Browser = ReturnType<typeof createBrowser>
export type Tab = ReturnType<Browser['tab']>

function abortOf(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve()
    signal?.addEventListener('abort', () => resolve())
  })
}

export function createJar() {
  const cookies = new Map<string, { value: string; httpOnly: boolean }>()

  function write(line: string, httpOnly = false) {
    const [pair = '', ...attributes] = line.split('; ')
    const [name = '', value = ''] = pair.split('=')
    if (attributes.includes('Max-Age=0')) cookies.delete(name)
    else cookies.set(name, { value, httpOnly })
  }

  return {
    write: (line: string) => write(line),
    receive(answer: Pick<AxiosResponse, 'headers'>) {
      const lines: string[] = answer.headers['set-cookie'] ?? []
      for (const line of lines) write(line, line.includes('HttpOnly'))
    },
    header: () => [...cookies].map(([name, { value }]) => `${name}=${value}`).join('; '),
    readable: () =>
      [...cookies]
        .filter(([, { httpOnly }]) => !httpOnly)
        .map(([name, { value }]) => `${name}=${value}`)
        .join('; '),
    session: () => cookies.get('latchkey.session')?.value ?? null,
    snapshot: () => new Map(cookies),
    restore(snapshot: Map<string, { value: string; httpOnly: boolean }>) {
      cookies.clear()
      for (const [name, cookie] of snapshot) cookies.set(name, cookie)
    },
  }
}

export function memoryKeyStore() {
  let keys: StoredKey[] = []
  const store: KeyStore & { ids(): string[] } = {
    ids: () => keys.map(({ id }) => id),
    all: async () => [...keys],
    async put(id, key) {
      keys.push({ id, key, order: (keys.at(-1)?.order ?? 0) + 1 })
    },
    async rename(from, to) {
      keys = keys.map((kept) => (kept.id === from ? { ...kept, id: to } : kept))
    },
    async delete(ids) {
      keys = keys.filter(({ id }) => !ids.includes(id))
    },
  }
  return store
}

/** Like BroadcastChannel: everybody but the sender hears a copy, a moment later. */
function createChannels(): ClientEnvironment['openChannel'] {
  const ends = new Set<(message: unknown) => void>()
  return (_name, onMessage) => {
    ends.add(onMessage)
    return {
      post(message) {
        const copy: unknown = structuredClone(message)
        for (const end of ends) {
          if (end !== onMessage) setImmediate(() => ends.has(end) && end(copy))
        }
      },
      close: () => ends.delete(onMessage),
    }
  }
}

function memoryStorage() {
  const items = new Map<string, string>()
  return {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
    size: () => items.size,
  }
}

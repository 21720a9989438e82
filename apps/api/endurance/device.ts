import { setTimeout as delay } from 'node:timers/promises'
import type { SessionState } from '@latchkey/auth-client'
import { type Browser, createBrowser, type Tab } from '@latchkey/auth-client/testing'
import { routes } from '@latchkey/contracts'
import axios, { type AxiosAdapter } from 'axios'
import { clientAddressHeader } from './proxy.ts'
import type { Tally } from './tally.ts'

const tabsEach = 2
const refreshPath = '/api/refresh-token'

/** What devices of one person have in common. */
export interface Surroundings {
  proxyUrl: string
  /** The IP address that the person comes from. */
  address: string
  tally: Tally
  /** Ends the load. */
  stopping: AbortSignal
}

/** What was copied of a device while it was signed in. */
export interface Copy {
  sessionId: string
  bearer: string
  cookies: ReturnType<Browser['jar']['snapshot']>
  key: CryptoKey | undefined
}

/**
 * A browser of somebody, in a few tabs: the real client, with cookies and a key of its own. `standing` is what its owner
 * has made of its session; only an `alive` one must never be signed out.
 */
export class Device {
  readonly browser: Browser
  readonly tabs: Tab[] = []
  standing: 'signing in' | 'alive' | 'ending' | 'ended' = 'signing in'
  /** When the server said that it had ended the session, by performance.now(). */
  endedAt: number | null = null
  readonly name: string
  private readonly around: Surroundings
  private bearer = ''
  private readonly lives: Promise<void>[] = []

  constructor(name: string, around: Surroundings) {
    this.name = name
    this.around = around
    this.browser = createBrowser(around.proxyUrl, this.watched(axios.getAdapter('http')))
  }

  get sessionId(): string {
    return this.browser.jar.session()?.split('.')[0] ?? ''
  }

  /** The first tab, in which its owner does what is done once. */
  get tab(): Tab {
    const [first] = this.tabs
    if (!first) throw new Error('The device has no tab yet')
    return first
  }

  /** Opens the first tab, signs in there by `signIn`, and opens the others, which go on with that session. */
  async open(signIn: (tab: Tab) => Promise<unknown>): Promise<void> {
    const first = this.tabs[0] ?? this.openTab()
    await first.start()
    await signIn(first)
    this.standing = 'alive'
    this.around.tally.opened++
    while (this.tabs.length < tabsEach) void this.openTab().start()
    for (const tab of this.tabs) {
      tab.subscribe(() => this.look(tab.getState()))
      this.lives.push(this.live(tab))
    }
  }

  /** Calls until it gets through or the session is no longer alive; false: it did not get through in that time. */
  async getsThrough(seconds: number): Promise<boolean> {
    for (const until = performance.now() + seconds * 1000; performance.now() < until; await delay(200)) {
      for (const tab of this.tabs) tab.wake()
      const answers = await Promise.allSettled(this.tabs.map((tab) => tab.call(routes.protected)))
      if (answers.every(({ status }) => status === 'fulfilled')) return true
    }
    return false
  }

  /** What somebody has who could read everything of this device, at this moment. */
  async copy(): Promise<Copy> {
    await this.tab.call(routes.protected).catch(() => {})
    const { sessionId, bearer } = this
    const keys = await this.browser.keyStore.all()
    const key = keys.find(({ id }) => id === sessionId)?.key
    return { sessionId, bearer, cookies: this.browser.jar.snapshot(), key }
  }

  /** Resolves when no tab is used any more: the session is over, or the load. */
  async rest(): Promise<void> {
    await Promise.all(this.lives)
  }

  close(): void {
    for (const tab of this.tabs) tab.stop()
  }

  private openTab(): Tab {
    const tab = this.browser.tab({ clock: realClock, random: Math.random })
    this.tabs.push(tab)
    return tab
  }

  private look(state: SessionState): void {
    if (state.status !== 'signedOut' || this.standing !== 'alive') return
    const code = state.code ?? state.reason
    this.around.tally.lostSession(`${this.name}, session ${this.sessionId}: ${code}`)
    // Counted once.
    this.standing = 'ended'
  }

  /** What a page does all day: calls, tokens that expire, answers that never come. */
  private async live(tab: Tab): Promise<void> {
    const { stopping, tally } = this.around
    while (!stopping.aborted && this.standing !== 'ended') {
      await pause(100 + Math.random() * 900, stopping)
      if (this.standing !== 'alive') continue
      const dice = Math.random()
      if (dice < 0.15) tab.expireAccessToken()
      if (dice < 0.05) {
        tally.answersLost++
        this.browser.fault({ path: refreshPath, lose: 'response' })
      }
      const call = dice > 0.92 ? tab.call(routes.sessions) : tab.call(routes.protected)
      await call.catch(() => {}) // the exchange is counted, and what became of the session is seen
    }
  }

  /** Counts every exchange, and says whose address it comes from. */
  private watched(http: AxiosAdapter): AxiosAdapter {
    const { tally, address } = this.around
    return async (config) => {
      const path = new URL(axios.getUri(config)).pathname
      config.headers.set(clientAddressHeader, address)
      const bearer = config.headers.get('Authorization')
      const startedAt = performance.now()
      const told = (status: number | null) => tally.exchange(path, status, performance.now() - startedAt)
      try {
        const answer = await http(config)
        told(answer.status)
        if (typeof bearer === 'string' && path === '/api/protected') this.bearer = bearer
        if (path === '/api/logout') this.endedAt = performance.now()
        return answer
      } catch (error) {
        if (!axios.isCancel(error)) told(axios.isAxiosError(error) ? (error.response?.status ?? null) : null)
        throw error
      }
    }
  }
}

/** Resolves after so many milliseconds, or when it is told to stop. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  delay(milliseconds, undefined, { signal }).catch(() => {})

const realClock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after(ms: number, run: () => void) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

import { routes } from '@latchkey/contracts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Browser, createBrowser, type Fault, onOtherHost, type Tab } from './support/browser.ts'
import { directAdapter } from './support/direct-adapter.ts'
import { instantCrypto } from './support/instant-crypto.ts'
import { createProtocolServer } from './support/protocol-server.ts'
import { ada, bob, gate, refreshPath } from './support/setup.ts'

// Histories of several tabs behind a bad network, tried at random and shrunk to the shortest that fails.
const histories = Number(process.env.HISTORIES ?? (process.env.CI ? 3000 : 75))
const timeout = 60_000 + histories * 150
/** A history takes milliseconds. One that does not end is shown like any other that fails. */
const longestMs = 10_000

type Step =
  | { do: 'refresh' | 'call' | 'wake' | 'restart' | 'crash' | 'logout' | 'signIn'; tab: number }
  | {
      do: 'fault'
      path: string
      fault: 'loseRequest' | 'loseResponse' | 'hold' | 'holdLong' | 'duplicate' | 'outage'
    }
  | { do: 'release'; which: number }
  | { do: 'pass'; ms: number }
  | { do: 'sleep'; ms: number }
  | { do: 'expire' }
  | { do: 'backUp' | 'restoreBackup' }

const tabCount = 3
const tab = fc.nat(tabCount - 1)
const faults = ['loseRequest', 'loseResponse', 'hold', 'holdLong', 'duplicate', 'outage'] as const
const path = fc.constantFrom(refreshPath, refreshPath, refreshPath, '/api/login', '/api/logout')
const peaceful = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('refresh' as const), tab }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('call' as const), tab }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('wake' as const, 'restart' as const, 'crash' as const), tab }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('fault' as const), path, fault: fc.constantFrom(...faults) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), which: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(100, 1000, 11_000, 900_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('sleep' as const), ms: fc.constantFrom(3600_000, -86_400_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('backUp' as const, 'restoreBackup' as const) }),
  },
)
const signing = fc.record({ do: fc.constantFrom('logout' as const, 'signIn' as const), tab })

interface Means {
  locks: boolean
  channel: boolean
  /** Whether the page is on another host than the API, and can read none of its cookies. */
  elsewhere: boolean
}
const means = fc.record({ locks: fc.boolean(), channel: fc.boolean(), elsewhere: fc.boolean() })

async function settle() {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** A tab that missed the news of another waits for them a moment before it refreshes. */
async function whileTimePasses<Result>(browser: Browser, work: Promise<Result>): Promise<Result> {
  let isOver = false
  const over = () => {
    isOver = true
  }
  work.then(over, over)
  while (!isOver) {
    await settle()
    browser.time.advance(100)
  }
  return await work
}

async function play(steps: Step[], { locks, channel, elsewhere }: Means) {
  let now = () => 0
  const server = createProtocolServer(() => now())
  server.settings.rememberedGenerations = 3
  const browser = createBrowser('http://latchkey.test', directAdapter(server))
  now = browser.time.clock.now
  const subtle = instantCrypto()
  const held: { open: () => void }[] = []
  const endings: string[] = []
  let peaceful = true

  const open = () => {
    const opened = browser.tab({
      subtle,
      ...(!locks && { locks: null }),
      ...(elsewhere && onOtherHost),
      ...(!channel && { openChannel: () => null }),
    })
    opened.subscribe(() => {
      const state = opened.getState()
      if (state.status === 'signedOut' && peaceful) endings.push(JSON.stringify(state))
    })
    return opened
  }
  const tabs = Array.from({ length: tabCount }, open)
  const at = (index: number) => tabs[index] as Tab
  await at(0).start()
  await at(0).login(ada)
  for (const each of tabs) void each.start()
  await settle()
  let restoreBackup = server.backUp()

  function inject({ fault: kind, path }: Step & { do: 'fault' }) {
    if (kind === 'outage') return server.answerNext(path, 503)
    const fault: Fault = { path }
    if (kind === 'loseRequest') fault.lose = 'request'
    if (kind === 'loseResponse') fault.lose = 'response'
    if (kind === 'duplicate') fault.duplicate = true
    if (kind === 'hold' || kind === 'holdLong') {
      const late = gate()
      fault.hold = late.promise
      fault.cookiesOutliveAbort = kind === 'holdLong'
      held.push(late)
    }
    browser.fault(fault)
  }

  async function run(step: Step) {
    const ignore = () => undefined
    if (step.do === 'fault') inject(step)
    if (step.do === 'release') held.splice(step.which % Math.max(1, held.length), 1)[0]?.open()
    if (step.do === 'pass') browser.time.advance(step.ms)
    if (step.do === 'sleep') browser.time.setWallClock(step.ms)
    if (step.do === 'expire') server.expireAccessTokens()
    if (step.do === 'backUp') restoreBackup = server.backUp()
    // What was signed out since is signed in again, which is not what the second property is about.
    if (step.do === 'restoreBackup' && peaceful) restoreBackup()
    if (step.do === 'refresh') at(step.tab).refresh().catch(ignore)
    if (step.do === 'call') at(step.tab).call(routes.protected).catch(ignore)
    if (step.do === 'wake') at(step.tab).wake()
    if (step.do === 'restart') {
      at(step.tab).stop()
      void at(step.tab).start()
    }
    if (step.do === 'crash') {
      at(step.tab).stop()
      tabs[step.tab] = open()
      void at(step.tab).start()
    }
    if (step.do === 'logout') {
      peaceful = false
      void at(step.tab).logout()
    }
    if (step.do === 'signIn') {
      peaceful = false
      at(step.tab).login(bob).catch(ignore)
    }
    await settle()
  }

  async function heal() {
    browser.forgetFaults()
    server.forgetAnswers()
    for (const late of held.splice(0)) late.open()
    for (let turn = 0; turn < 8; turn += 1) {
      await settle()
      browser.time.advance(20_000)
      for (const each of tabs) each.wake()
    }
    await settle()
  }

  for (const step of steps) await run(step)
  await heal()
  return { server, browser, tabs, endings }
}

it('no history without a thief and without a sign-out ends a session', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(peaceful, { maxLength: 25 }), means, async (steps, has) => {
      const { server, browser, tabs, endings } = await play(steps, has)
      expect(endings).toEqual([])
      expect(tabs.map((each) => each.getState())).toMatchObject(
        tabs.map(() => ({ status: 'signedIn', problem: null })),
      )
      expect([...server.sessions.values()].map(({ revoked }) => revoked)).toEqual([false])
      expect(server.sessions.size).toBe(1)
      for (const each of tabs) await whileTimePasses(browser, each.call(routes.protected))
      for (const each of tabs) each.stop()
    }),
    { numRuns: histories, timeout: longestMs },
  )
})

/** Another tab signs out while the answer to a sign-in is on its way, and takes the cookies that came with it away. */
const signedOutMeanwhile: [Step[], number, Means] = [
  [
    { do: 'fault', path: '/api/login', fault: 'holdLong' },
    { do: 'signIn', tab: 0 },
    { do: 'fault', path: '/api/logout', fault: 'hold' },
  ],
  1,
  { locks: false, channel: false, elsewhere: false },
]

it('after any history all tabs agree with the cookie, and a sign-out is final', { timeout }, async () => {
  const steps = fc.array(fc.oneof({ weight: 8, arbitrary: peaceful }, { weight: 1, arbitrary: signing }), {
    maxLength: 25,
  })
  await fc.assert(
    fc.asyncProperty(steps, tab, means, async (before, last, has) => {
      const history: Step[] = [...before, { do: 'logout', tab: last }]
      const { browser, server, tabs } = await play(history, has)
      // A page that cannot read the cookie hears of it when it refreshes.
      if (has.elsewhere)
        for (const each of tabs)
          await whileTimePasses(
            browser,
            each.refresh().catch(() => undefined),
          )
      const inCookie = browser.jar.session()?.split('.')[0] ?? null
      // A page that cannot read a cookie of a session that is over cannot remove it either.
      const sid = has.elsewhere && server.sessions.get(inCookie ?? '')?.revoked ? null : inCookie
      for (const each of tabs) {
        const state = each.getState()
        const shown = state.status === 'signedIn' ? state.accessToken.claims.sid : null
        // Nor does it ask for one that a late answer has put back after a sign-out, before it is opened anew.
        if (!has.elsewhere || shown !== null) expect(shown).toBe(sid)
      }
      if (!before.some((step) => step.do === 'signIn')) expect(sid).toBeNull()
      for (const each of tabs) each.stop()
    }),
    { numRuns: histories, timeout: longestMs, examples: [signedOutMeanwhile] },
  )
})

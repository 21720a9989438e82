import { afterEach, vi } from 'vitest'
import { createBrowser } from './browser.ts'
import type { FakeClock } from './fake-clock.ts'
import { createProtocolServer } from './protocol-server.ts'

const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0)) close()
})

export const ada = { email: 'ada', password: 'correct horse' }
export const bob = { email: 'bob', password: 'correct horse' }
export const refreshPath = '/api/refresh-token'
export const protectedPath = '/api/protected'

/** A server on loopback and a browser profile in front of it. */
export async function setUp() {
  const server = createProtocolServer()
  const { url, server: listening } = await server.listen()
  closers.push(() => {
    listening.closeAllConnections()
    listening.close()
  })
  const browser = createBrowser(url)
  return { server, browser, url }
}

export async function eventually(check: () => void) {
  await vi.waitFor(check, { timeout: 60_000, interval: 5 })
}

export async function signedInTab({ browser }: Awaited<ReturnType<typeof setUp>>, who = ada) {
  const tab = browser.tab()
  await tab.start()
  await tab.login(who)
  return tab
}

export function statusOf(tab: { getState(): { status: string } }) {
  return tab.getState().status
}

/** Lets everything that needs no time to pass happen. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** Lets time pass in small steps until something is done. */
export async function passing(time: FakeClock, done: Promise<unknown>) {
  let isDone = false
  const note = () => {
    isDone = true
  }
  done.then(note, note)
  while (!isDone) {
    await settled()
    if (!isDone) time.advance(200)
  }
}

export function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'fulfilled',
    (error: { code?: unknown }) => error.code,
  )
}

export function gate() {
  let open = () => {}
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return { promise, open: () => open() }
}

import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchChromium } from './support/chromium.ts'
import {
  delayAnswer,
  delayRequest,
  type FaultyProxy,
  loseAnswer,
  loseRequest,
  sendTwice,
  startFaultyProxy,
} from './support/faulty-proxy.ts'
import { gate } from './support/gate.ts'
import {
  arrive,
  callAfterExpiry,
  greeting,
  newPerson,
  type Person,
  register,
  sessionId,
  signOut,
} from './support/people.ts'
import { type Product, startProduct } from './support/product.ts'
import { type Visitor, visit } from './support/visitor.ts'

const refresh = '/api/refresh-token'

let product: Product
let proxy: FaultyProxy
let browser: Browser
let visitor: Visitor
let person: Person
let other: Page

beforeAll(async () => {
  product = await startProduct()
  proxy = await startFaultyProxy(product.origin)
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await proxy?.stop()
  await product?.stop()
})

beforeEach(async () => {
  visitor = await visit(browser, proxy.origin)
  person = newPerson()
})

afterEach(() => visitor.leave())

async function openTwoTabs() {
  await register(visitor.page, person)
  other = await visitor.openTab()
  await other.goto('/dashboard')
  await greeting(other, person).waitFor()
}

/** Both tabs are on the dashboard, on the session they began with, and the server knows of no other. */
async function expectOneSession(sid: string | undefined) {
  for (const tab of [visitor.page, other]) await greeting(tab, person).waitFor()
  expect(await sessionId(visitor.page)).toBe(sid)
  await visitor.page.goto('/sessions')
  await visitor.page.getByText('You are not signed in anywhere else.').waitFor()
}

const reloadBoth = () => Promise.all([visitor.page.reload(), other.reload()])

/** Each tab then refreshes for itself, as in browsers that have neither. */
async function withoutLocksAndChannels() {
  await visitor.context.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })
    Object.defineProperty(window, 'BroadcastChannel', { value: undefined })
  })
}

describe('two tabs behind a bad network', () => {
  it.each([
    ['requests are lost', [loseRequest, loseRequest]],
    ['answers are lost after the server has rotated', [loseAnswer, loseAnswer]],
    ['requests arrive twice', [sendTwice, sendTwice]],
    ['all of it happens', [loseAnswer, sendTwice, loseRequest, loseAnswer]],
  ])('stay signed in, in one session, when %s', async (_, faults) => {
    await openTwoTabs()
    const sid = await sessionId(visitor.page)
    proxy.spoil(refresh, ...faults)
    await reloadBoth()
    for (const tab of [visitor.page, other]) await greeting(tab, person).waitFor({ timeout: 30_000 })
    while (proxy.pending() > 0) await reloadBoth()
    await expectOneSession(sid)
  })

  it('stay signed in when answers arrive in reverse order', async () => {
    await withoutLocksAndChannels()
    await openTwoTabs()
    const sid = await sessionId(visitor.page)
    const second = gate()
    proxy.spoil(refresh, delayAnswer(second.opened), async ({ forward, deliver }) => {
      deliver(await forward())
      setTimeout(second.open, 300)
    })
    await reloadBoth()
    await expectOneSession(sid)
    // The cookie that came last is the older one; it must be good for the next refresh all the same.
    await other.reload()
    await greeting(other, person).waitFor()
    await callAfterExpiry(other)
    expect(await sessionId(other)).toBe(sid)
  })

  it('lose one answer in the middle of a call, and the next one works', async () => {
    await openTwoTabs()
    const sid = await sessionId(visitor.page)
    proxy.spoil(refresh, loseAnswer)
    await other.getByRole('button', { name: 'Expire my access token now' }).click()
    await other.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await other.getByText('Connection trouble: you are still signed in.').waitFor()
    await other.getByText('Connection trouble').waitFor({ state: 'detached' })
    await other.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await other.getByText('200 OK').waitFor()
    await expectOneSession(sid)
  })
})

describe('an answer from before, after another tab has signed in afresh', () => {
  it('that refuses the old session leaves the new one alone', async () => {
    await withoutLocksAndChannels()
    await openTwoTabs()
    const old = await sessionId(visitor.page)
    const signedInAfresh = gate()
    proxy.spoil(refresh, delayRequest(signedInAfresh.opened))
    const late = other.waitForResponse(`**${refresh}`)
    await other.getByRole('button', { name: 'Expire my access token now' }).click()
    await other.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await expect.poll(() => proxy.pending()).toBe(0)

    await signOut(visitor.page)
    await arrive(visitor.page, person)
    const fresh = await sessionId(visitor.page)
    expect(fresh).not.toBe(old)
    signedInAfresh.open()
    expect((await late).status()).toBe(403)

    await expectOneSession(fresh)
  })

  it('that brings cookies of the old session comes too late for them', async () => {
    await openTwoTabs()
    const old = await sessionId(visitor.page)
    const signedInAfresh = gate()
    proxy.spoil(refresh, delayAnswer(signedInAfresh.opened))
    await other.getByRole('button', { name: 'Expire my access token now' }).click()
    await other.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await expect.poll(() => proxy.pending()).toBe(0)

    await signOut(visitor.page)
    await arrive(visitor.page, person)
    const fresh = await sessionId(visitor.page)
    expect(fresh).not.toBe(old)
    signedInAfresh.open()
    await other.waitForTimeout(500)
    await expectOneSession(fresh)
  })
})

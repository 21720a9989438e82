import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchChromium } from './support/chromium.ts'
import { otherBrowsers, signInFrom } from './support/elsewhere.ts'
import { type FaultyProxy, startFaultyProxy } from './support/faulty-proxy.ts'
import { loginHeading, newPerson, type Person, register, signIn } from './support/people.ts'
import { type Product, startProduct } from './support/product.ts'
import { expectAccessible, layoutShift, type Visitor, visit } from './support/visitor.ts'

let product: Product
let proxy: FaultyProxy
let browser: Browser
let visitor: Visitor
let person: Person

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

afterEach(async () => {
  proxy.cutOff(false)
  await visitor.leave()
})

const gone = (page: Page) => page.getByRole('status').getByText('No connection.')
const back = (page: Page) => page.getByRole('status').getByText('The connection is back.')

const emulators = new WeakMap<Page, CDPSession>()

async function emulate(page: Page, offline: boolean) {
  const session = emulators.get(page) ?? (await page.context().newCDPSession(page))
  emulators.set(page, session)
  await session.send('Network.enable')
  const unlimited = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
  await session.send('Network.emulateNetworkConditions', { offline, ...unlimited })
}

/** What the browser says, whatever is true. */
async function claim(page: Page, isOnline: boolean) {
  await page.evaluate((claimed) => {
    Object.defineProperty(Navigator.prototype, 'onLine', { configurable: true, get: () => claimed })
    dispatchEvent(new Event(claimed ? 'online' : 'offline'))
  }, isOnline)
}

async function openSessions(page: Page) {
  await register(page, person)
  await signInFrom(product.origin, person, otherBrowsers[0] ?? '')
  await page.getByRole('link', { name: 'Sessions', exact: true }).click()
  await endButton(page).waitFor()
}

const endButton = (page: Page) => page.getByRole('button', { name: /^End the session/ })

async function endSession(page: Page) {
  await endButton(page).click()
  await page.getByRole('button', { name: 'End session' }).click()
}

const deletions = () => visitor.calls.filter((call) => call.startsWith('DELETE'))

describe('somebody whose connection is gone', () => {
  it.each([
    ['says the browser, and it is true', (page: Page, isGone: boolean) => emulate(page, isGone)],
    ['in every tab', (page: Page, isGone: boolean) => page.context().setOffline(isGone)],
    ['and the browser does not notice', async (_: Page, isGone: boolean) => proxy.cutOff(isGone)],
  ])('%s: a deed fails with a sentence, is not done later, and a line tells', async (_, cut) => {
    const { page } = visitor
    await openSessions(page)
    await cut(page, true)
    await endSession(page)
    await page.getByText('We can’t reach the server.').waitFor()
    await gone(page).waitFor()
    const shift = await layoutShift(page)
    await expectAccessible(page)

    await cut(page, false)
    // Sooner than the next look that it takes by itself.
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await back(page).waitFor()
    await back(page).waitFor({ state: 'detached' })
    expect(await layoutShift(page)).toBe(shift)
    expect(deletions()).toEqual([])
    await page.getByRole('link', { name: 'Dashboard', exact: true }).click()
    await page.getByRole('link', { name: 'Sessions', exact: true }).click()
    await endSession(page)
    await page.getByText('You are not signed in anywhere else.').waitFor()
    expect(deletions()).toHaveLength(1)
  })

  it('reads a sentence in place of a list, and loads it when they want it', async () => {
    const { page } = visitor
    await openSessions(page)
    // The code of the page next door is here already, and all that it needs.
    await page.waitForFunction(() =>
      performance
        .getEntriesByType('resource')
        // It is imported once all its files were fetched.
        .some(
          (it) => /\/pages-[^/]*\.js$/.test(it.name) && 'initiatorType' in it && it.initiatorType !== 'fetch',
        ),
    )
    proxy.cutOff(true)
    await page.getByRole('link', { name: 'Account', exact: true }).click()
    const card = page.getByRole('region', { name: 'Two-step sign-in' })
    await card.getByText('We can’t reach the server.').waitFor()
    proxy.cutOff(false)
    await card.getByRole('button', { name: 'Try again' }).click()
    await card.getByRole('button', { name: 'Set up two-step sign-in' }).waitFor()
    await back(page).waitFor()
  })

  it('is told before they are signed in, too, and when it is back', async () => {
    const { page } = visitor
    await page.goto('/login')
    await loginHeading(page).waitFor()
    await page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('create-transport')),
    )
    proxy.cutOff(true)
    await signIn(page, person)
    await page.getByText('We can’t reach the server.').waitFor()
    await gone(page).waitFor()
    proxy.cutOff(false)
    // By itself: no event tells.
    await back(page).waitFor()
  })
})

describe('a browser that is offline, says it', () => {
  it('does all the same what the server next to it answers', async () => {
    const { page } = visitor
    await openSessions(page)
    await claim(page, false)
    await endSession(page)
    await page.getByText('You are not signed in anywhere else.').waitFor()
    await page.getByRole('link', { name: 'Activity', exact: true }).click()
    await page.getByRole('heading', { name: 'Session ended' }).waitFor()
    expect(await gone(page).count()).toBe(0)
    await claim(page, true)
    expect(await back(page).count()).toBe(0)
  })
})

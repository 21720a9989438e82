import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, launchProfile } from './support/chromium.ts'
import {
  arrive,
  callAfterExpiry,
  greeting,
  loginHeading,
  newPerson,
  type Person,
  register,
  sessionId,
  signOut,
} from './support/people.ts'
import { type Product, startProduct } from './support/product.ts'
import { countOf, type Visitor, visit } from './support/visitor.ts'

const unbound = 'not bound to this browser'
const dayMs = 86_400_000

let product: Product
let browser: Browser

beforeAll(async () => {
  product = await startProduct()
  browser = await launchChromium('--host-resolver-rules=MAP latchkey.test 127.0.0.1')
})

afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

/** Everything a person does in a day, in two tabs and one session. */
async function live({ page, openTab }: Visitor, person: Person) {
  const sid = await sessionId(page)
  await callAfterExpiry(page)
  const other = await openTab()
  await other.goto('/dashboard')
  await greeting(other, person).waitFor()
  await Promise.all([page.reload(), other.reload()])
  for (const tab of [page, other]) await greeting(tab, person).waitFor()
  await callAfterExpiry(other)
  expect(await sessionId(page)).toBe(sid)

  await signOut(page)
  await other.bringToFront()
  await loginHeading(other).waitFor()
  await arrive(other, person)
}

describe('a device whose clock is wrong', () => {
  it.each([
    ['a day ahead', dayMs],
    ['a day behind', -dayMs],
  ])('%s signs in, renews when it has to and no more, and tells times rightly', async (_, offsetMs) => {
    const visitor = await visit(browser, product.origin)
    await visitor.context.clock.install({ time: Date.now() + offsetMs })
    const { page, calls } = visitor
    const person = newPerson()
    await register(page, person)
    await page.waitForTimeout(2000)
    expect(countOf(calls, 'POST /api/refresh-token 200')).toBe(0)
    await callAfterExpiry(page)
    await page.reload()
    await greeting(page, person).waitFor()
    await page.waitForTimeout(2000)
    expect(calls.filter((call) => call.includes('refresh-token'))).toEqual([
      'POST /api/refresh-token 200',
      'POST /api/refresh-token 200',
    ])

    await page.getByRole('link', { name: 'Sessions', exact: true }).click()
    await page.getByText('You are not signed in anywhere else.').waitFor()
    await page.getByRole('heading', { name: 'Known browsers' }).waitFor()
    await page.getByRole('main').locator('summary').first().click()
    // The session's three, and the known browser's.
    expect(await page.getByRole('time').allTextContents()).toEqual([
      'just now',
      'just now',
      'in 7 days',
      'just now',
    ])
    await visitor.leave()
  })

  it.each([
    ['forward', dayMs],
    ['back', -dayMs],
  ])('and is set %s by a day in the middle of a session: one refresh at most', async (_, offsetMs) => {
    const visitor = await visit(browser, product.origin)
    await visitor.context.clock.install()
    const { page, calls } = visitor
    const person = newPerson()
    await register(page, person)
    await visitor.context.clock.setSystemTime(Date.now() + offsetMs)
    for (let look = 0; look < 5; look += 1) {
      await page.evaluate(() => dispatchEvent(new Event('online')))
      await page.waitForTimeout(200)
    }
    expect(countOf(calls, 'POST /api/refresh-token 200')).toBeLessThanOrEqual(1)
    await page.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await page.getByText('200 OK').waitFor()
    expect(await greeting(page, person).count()).toBe(1)
    await visitor.leave()
  })
})

describe('plain http in a local network', () => {
  it('works, without a key, and the log says so', async () => {
    const { port } = new URL(product.origin)
    const visitor = await visit(browser, `http://latchkey.test:${port}`)
    const person = newPerson()
    await register(visitor.page, person)
    expect(await visitor.page.evaluate(() => isSecureContext)).toBe(false)
    await expectUnbound(visitor.page)
    await live(visitor, person)
    expect(visitor.complaints).toEqual([])
    await visitor.leave()
  })
})

describe('a browser in German whose words never come', () => {
  it('has the sign-in in English within four seconds, and changes when they do come', async () => {
    const { page, leave } = await visit(browser, product.origin)
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/assets/first-*.js', async (route) => {
      await held
      await route.continue()
    })
    await page.addInitScript(() => localStorage.setItem('latchkey.language', 'de'))
    await page.goto('/login', { waitUntil: 'commit' })
    await page.getByLabel('Email or username').waitFor({ timeout: 10_000 })
    await page.getByLabel('Email or username').fill('ada')
    release()
    await page.getByRole('heading', { name: 'Anmelden', exact: true }).waitFor()
    expect(await page.getByLabel('E-Mail-Adresse oder Benutzername').inputValue()).toBe('ada')
    await leave()
  })
})

describe('the clock of a browser', () => {
  it.each([
    ['de-DE', 'en-DE', '20:05'],
    ['ja', 'en-JP', '20:05'],
    ['en-US', 'de-US', '20:05'],
  ])('of %s is kept in another language (%s)', async (locale, tag, expected) => {
    const context = await browser.newContext({ locale })
    const page = await context.newPage()
    const time = await page.evaluate(
      (tag) => new Intl.DateTimeFormat(tag, { timeStyle: 'short' }).format(new Date(2026, 10, 27, 20, 5)),
      tag,
    )
    expect(time).toBe(expected)
    await context.close()
  })
})

describe('a browser that blocks cookies', () => {
  it('is told so as soon as it is signed in, and for as long as it is', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'latchkey-profile-'))
    await mkdir(join(profile, 'Default'))
    const blocked = { profile: { default_content_setting_values: { cookies: 2 } } }
    await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(blocked))
    const context = await launchProfile(profile)
    const page = await context.newPage()
    const person = newPerson()
    await page.goto(`${product.origin}/register`)
    await page.getByLabel('Username', { exact: true }).fill(person.username)
    await page.getByLabel('Email', { exact: true }).fill(person.email)
    await page.getByLabel('Password', { exact: true }).fill(person.password)
    await page.getByRole('button', { name: 'Create account' }).click()
    await greeting(page, person).waitFor()
    const notice = page.getByText('Your browser blocks cookies here')
    await notice.waitFor()
    expect(await context.cookies()).toEqual([])
    await page.getByRole('link', { name: 'Sessions', exact: true }).click()
    await page.getByText('You are not signed in anywhere else.').waitFor()
    await page.evaluate(() => dispatchEvent(new Event('online')))
    expect(await notice.count()).toBe(1)
    await page.getByRole('link', { name: 'Dashboard', exact: true }).click()
    await page.getByRole('button', { name: 'Expire my access token now' }).click()
    await page.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await page.getByText('Your browser kept no cookies').waitFor()
    await context.close()
    await rm(profile, { recursive: true, force: true })
  })
})

describe('a browser that keeps nothing but cookies', () => {
  it.each([
    ['refuses to be asked', forbidStorage],
    ['fails when used', breakStorage],
  ])('because its storage %s signs in all the same', async (_, spoil) => {
    const visitor = await visit(browser, product.origin)
    await spoil(visitor.context)
    const person = newPerson()
    await register(visitor.page, person)
    await expectUnbound(visitor.page)
    await live(visitor, person)
    expect(visitor.complaints).toEqual([])
    await visitor.leave()
  })
})

async function expectUnbound(page: Page) {
  await page.getByRole('link', { name: 'Try it' }).click()
  await page.getByRole('log').getByText(unbound).waitFor()
  await page.getByText(/^Nothing: this browser/).waitFor()
  expect(await page.getByRole('button', { name: 'Steal my cookie' }).count()).toBe(0)
  await page.getByRole('link', { name: 'Back to the dashboard' }).click()
}

function forbidStorage(context: BrowserContext) {
  return context.addInitScript(() => {
    for (const name of ['indexedDB', 'localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('Access is denied for this document.', 'SecurityError')
        },
      })
    }
  })
}

function breakStorage(context: BrowserContext) {
  return context.addInitScript(() => {
    const full = () => {
      throw new DOMException('There is no room left.', 'QuotaExceededError')
    }
    Storage.prototype.setItem = full
    IDBObjectStore.prototype.put = full
  })
}

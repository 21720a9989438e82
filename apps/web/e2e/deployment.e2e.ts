import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchChromium } from './support/chromium.ts'
import { type CopiedBuild, copyBuild } from './support/copied-build.ts'
import { greeting, newPerson, type Person, register, signIn } from './support/people.ts'
import { type Product, startProduct } from './support/product.ts'
import { type Visitor, visit } from './support/visitor.ts'

let build: CopiedBuild
let product: Product
let browser: Browser
let visitor: Visitor
let person: Person

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser?.close())

beforeEach(async () => {
  build = await copyBuild()
  product = await startProduct({}, build.main)
  visitor = await visit(browser, product.origin)
  // Otherwise the pages next door are there before they are wanted.
  await saveData(visitor.context)
  person = newPerson()
})

afterEach(async () => {
  await visitor.leave()
  await product.stop()
  await build.remove()
})

const saveData = (context: BrowserContext) =>
  context.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } })
  })

const open = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true, level: 1 })

async function countLoads(page: Page) {
  const loads: string[] = []
  page.on('load', () => loads.push(new URL(page.url()).pathname))
  return loads
}

describe('a page that was opened before the last deployment', () => {
  it('goes on at the address that was clicked, after one reload', async () => {
    const { page } = visitor
    await register(page, person)
    const loads = await countLoads(page)
    await build.deploy()
    await open(page, 'Sessions')
    await page.getByText('You are not signed in anywhere else.').waitFor()
    expect(loads).toEqual(['/sessions'])
    await open(page, 'Activity')
    await heading(page, 'Recent activity').waitFor()
    expect(loads).toEqual(['/sessions'])
    await page.goBack()
    await heading(page, 'Sessions').waitFor()
  })

  it('says so in place of what follows a right password, and keeps the rest', async () => {
    const { page } = visitor
    await page.goto('/login')
    await page.getByLabel('Email or username').fill('somebody')
    await page.route('**/api/login', (route) =>
      route.fulfill({ status: 202, json: { message: '', ticket: 't', methods: ['totp'], expiresIn: 300 } }),
    )
    await page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('create-transport')),
    )
    await build.deploy()
    await signIn(page, person)
    await heading(page, 'There is a new version').waitFor()
    await page.getByRole('button', { name: 'Reload the page' }).click()
    await heading(page, 'Sign in').waitFor()
  })
})

describe('a page whose code is nowhere', () => {
  it.each([
    ['', async () => undefined],
    [' where nothing is kept', forbidStorage],
  ])('is reloaded once, then tells so inside the frame, and Back leads back%s', async (_, spoil) => {
    const { page, context } = visitor
    await spoil(context)
    await register(page, person)
    const loads = await countLoads(page)
    await build.lose('sessions-page')
    await open(page, 'Sessions')
    await heading(page, 'There is a new version').waitFor()
    await expect.poll(() => loads).toEqual(['/sessions'])
    // The frame is whole: another page opens, and this one is tried again.
    await open(page, 'Activity')
    await heading(page, 'Recent activity').waitFor()
    await page.goBack()
    await heading(page, 'There is a new version').waitFor()
    await page.goBack()
    await greeting(page, person).waitFor()
    expect(loads).toEqual(['/sessions'])
  })
})

describe('a page whose code is lost on the way', () => {
  it('is asked for again by itself', async () => {
    const { page, context } = visitor
    await register(page, person)
    const loads = await countLoads(page)
    let losses = 1
    await context.route('**/sessions-page-*.js', (route) => (losses-- > 0 ? route.abort() : route.continue()))
    await open(page, 'Sessions')
    await page.getByText('You are not signed in anywhere else.').waitFor()
    expect(loads).toEqual([])
  })

  it('does not stand in the way of a form for good', async () => {
    const { page } = visitor
    let isLost = true
    await page.route('**/assets/{form-checks,create-transport}-*.js', (route) =>
      isLost ? route.abort() : route.continue(),
    )
    await page.goto('/login')
    await page.getByLabel('Email or username').fill('somebody')
    await page.getByLabel('Password', { exact: true }).fill('otter lamp violet')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: /./ }).waitFor()
    isLost = false
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('That email or username and password don’t match.').waitFor()
  })

  it('is asked for again with the words of another language, and never shown in English', async () => {
    const { page, context } = visitor
    await context.addInitScript(() => localStorage.setItem('latchkey.language', 'de'))
    let losses = 2
    await context.route('**/assets/rest-*.js', (route) => (losses-- > 0 ? route.abort() : route.continue()))
    await page.goto('/login')
    await heading(page, 'Anmelden').waitFor()
    await page.getByRole('link', { name: 'Konto anlegen' }).click()
    await page.getByLabel('Benutzername', { exact: true }).waitFor()
    expect(losses).toBeLessThanOrEqual(0)
    expect(await page.getByText('Create').count()).toBe(0)
  })

  it('can be asked for again, with its styles, when the connection is back', async () => {
    const { page, context } = visitor
    await register(page, person)
    await context.setOffline(true)
    await open(page, 'Sessions')
    await heading(page, 'This could not be loaded').waitFor()
    await context.setOffline(false)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('You are not signed in anywhere else.').waitFor()
    const missing = await page.evaluate(
      () =>
        [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].filter((l) => !l.sheet)
          .length,
    )
    expect(missing).toBe(0)
  })
})

describe('a page that takes long', () => {
  it('shows a sign of life within moments, inside the frame', async () => {
    const { page, context } = visitor
    await register(page, person)
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await context.route('**/sessions-page-*.js', async (route) => {
      await held
      await route.continue()
    })
    await open(page, 'Sessions')
    await page.getByRole('main').getByRole('status').getByText('Loading…').waitFor({ timeout: 10_000 })
    expect(await greeting(page, person).count()).toBe(0)
    await page.getByRole('navigation').waitFor()
    release()
    await heading(page, 'Sessions').waitFor()
  })
})

it('each file is downloaded once', async () => {
  const visitor = await visit(browser, product.origin)
  const { page } = visitor
  await register(page, newPerson())
  await open(page, 'Sessions')
  await heading(page, 'Sessions').waitFor()
  const downloads = await page.evaluate(() =>
    (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      // What comes from the cache has no size, and what is only asked about has that of the headers.
      .filter(({ name, transferSize }) => name.includes('/assets/') && transferSize > 300)
      .map(({ name }) => new URL(name).pathname),
  )
  expect(downloads.length).toBeGreaterThan(5)
  expect(downloads.toSorted()).toEqual([...new Set(downloads)].toSorted())
  await visitor.leave()
})

describe('the pages next door', () => {
  it('are downloaded when nothing else is going on, and not where data is dear', async () => {
    const { page } = visitor
    await register(page, person)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.waitForTimeout(3000)
    expect(asked.filter((url) => url.includes('-page'))).toEqual([])

    const other = await visit(browser, product.origin)
    await register(other.page, newPerson())
    await other.page.waitForFunction(() => {
      const names = performance.getEntriesByType('resource').map(({ name }) => name)
      return ['sessions-page', 'activity-page'].every((part) => names.some((name) => name.includes(part)))
    })
    await other.leave()
  })
})

function forbidStorage(context: BrowserContext) {
  return context.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('Access is denied for this document.', 'SecurityError')
        },
      })
    }
  })
}

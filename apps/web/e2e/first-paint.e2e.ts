import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import { greeting, loginHeading, newPerson, register, signIn, signOut } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { layoutShift, type Visitor, visit } from './support/visitor.ts'

let visitor: Visitor | undefined

afterEach(() => visitor?.leave())

/** The page's script, or another, stays away until it is let go. */
async function holdScript(page: Page, name = 'index') {
  let letGo = () => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  await page.route(`**/assets/${name}-*.js`, async (route) => {
    await held
    await route.continue()
  })
  return () => letGo()
}

const open = (page: Page, path: string) => page.goto(path, { waitUntil: 'commit' })

/** Browsers wait for style sheets. */
const canBePainted = (page: Page) =>
  page.waitForFunction(() => document.getElementById('root') && document.styleSheets.length > 0)

describe('the sign-in page before its script is there', () => {
  it('can be read and filled, and what was typed and pressed counts', async () => {
    visitor = await visit(browser, product.origin)
    const { page, calls, complaints } = visitor
    const person = newPerson()
    await register(page, person)
    await signOut(page)
    calls.length = 0
    const letGo = await holdScript(page)
    await open(page, '/login?return=/activity')
    await loginHeading(page).waitFor()
    await signIn(page, person)
    await page.getByLabel('Password', { exact: true }).press('Enter')
    expect(new URL(page.url()).search).toBe('?return=/activity')
    letGo()
    await page.getByRole('heading', { name: 'Recent activity' }).waitFor()
    expect(calls.filter((call) => call.startsWith('POST /api/login'))).toEqual(['POST /api/login 200'])
    expect(complaints).toEqual([])
  })

  it('keeps text and focus, and nothing moves', async () => {
    visitor = await visit(browser, product.origin)
    const { page, complaints } = visitor
    const letGo = await holdScript(page)
    await open(page, '/login')
    const email = page.getByLabel('Email or username')
    await email.fill('ada')
    letGo()
    await page.waitForFunction(() => !document.querySelector('[data-prerendered]'))
    await page.keyboard.type(' lovelace')
    expect(await email.inputValue()).toBe('ada lovelace')
    expect(await page.title()).toMatch(/^Sign in/)
    expect(await layoutShift(page)).toBe(0)
    expect(complaints).toEqual([])
  })

  it('keeps what was typed where its words are late, and begins in English', async () => {
    let letGo = () => {}
    const page = await openWith({ locale: 'de-DE' }, async (page) => {
      letGo = await holdScript(page, 'first')
    })
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor()
    const typed = page.locator('[name="email"]')
    await typed.fill('ada')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.keyboard.type(' lovelace')
    expect(await typed.inputValue()).toBe('ada lovelace')
    letGo()
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor()
    await page.keyboard.type(', countess')
    expect(await typed.inputValue()).toBe('ada lovelace, countess')
    await page.context().close()
  })

  it('changes its language once it can', async () => {
    visitor = await visit(browser, product.origin)
    const { page } = visitor
    const letGo = await holdScript(page)
    await open(page, '/login')
    await page.getByRole('button', { name: 'Deutsch' }).click()
    letGo()
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor()
  })
})

describe('it is not shown', () => {
  it.each(['knows', 'does not know'])(
    'to whoever is signed in, whether or not the server %s',
    async (knows) => {
      visitor = await visit(browser, product.origin)
      const { page, complaints } = visitor
      const person = newPerson()
      await register(page, person)
      await page.route('**/login', async (route) => {
        const { cookie, ...headers } = await route.request().allHeaders()
        await route.continue({ headers: knows === 'knows' && cookie ? { ...headers, cookie } : headers })
      })
      const letGo = await holdScript(page)
      await open(page, '/login')
      await page.locator('#root').waitFor({ state: 'attached' })
      await page.waitForTimeout(300)
      expect(await loginHeading(page).count()).toBe(0)
      letGo()
      await greeting(page, person).waitFor()
      expect(complaints).toEqual([])
    },
  )

  it('in a language that was not chosen', async () => {
    visitor = await visit(browser, product.origin)
    const { page, context, complaints } = visitor
    await context.addInitScript(() => localStorage.setItem('latchkey.language', 'de'))
    const letGo = await holdScript(page)
    await open(page, '/login')
    await canBePainted(page)
    expect(await loginHeading(page).count()).toBe(0)
    letGo()
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('where no script ever runs', async () => {
    const page = await openWith({ javaScriptEnabled: false })
    await page.locator('noscript p').first().waitFor()
    expect(await loginHeading(page).count()).toBe(0)
    await page.context().close()
  })
})

it('is in the language of the browser', async () => {
  const page = await openWith({ locale: 'de-DE' }, holdScript)
  await page.getByRole('heading', { name: 'Anmelden' }).waitFor()
  expect(await page.title()).toMatch(/^Anmelden/)
  expect(await page.locator('html').getAttribute('lang')).toBe('de')
  await page.context().close()
})

async function openWith(options: BrowserContextOptions, prepare?: (page: Page) => Promise<unknown>) {
  const page = await (await browser.newContext({ baseURL: product.origin, ...options })).newPage()
  await prepare?.(page)
  await open(page, '/login')
  return page
}

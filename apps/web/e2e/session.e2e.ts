import { brand } from '@latchkey/brand'
import type { Page, Route } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { greeting, loginHeading, newPerson, register, signIn, signOut } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { countOf, type Visitor, visit } from './support/visitor.ts'

let visitor: Visitor

beforeEach(async () => {
  visitor = await visit(browser, product.origin)
})

afterEach(() => visitor.leave())

const refreshes = () => visitor.calls.filter((call) => call.startsWith('POST /api/refresh-token'))

describe('somebody who is not signed in', () => {
  it('is sent from the dashboard to the sign-in page without a single call, and brought back', async () => {
    const { page, calls } = visitor
    await page.goto('/dashboard')
    await loginHeading(page).waitFor()
    expect(page.url()).toBe(`${product.origin}/login?return=/dashboard`)
    expect(calls).toEqual([])
  })

  it('is sent there without the router, and goes on with it', async () => {
    const { page, context } = visitor
    const router = '**/assets/routed-pages-*.js'
    await context.route(router, (route) => route.abort())
    await page.goto('/activity')
    await loginHeading(page).waitFor()
    expect(page.url()).toBe(`${product.origin}/login?return=/activity`)
    await context.unroute(router)
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor()
    await page.goBack()
    await loginHeading(page).waitFor()
    expect(page.url()).toBe(`${product.origin}/login?return=/activity`)
    await page.goForward()
    await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor()
  })

  it('is not led off the site by a link to the sign-in page', async () => {
    const { page } = visitor
    const person = newPerson()
    await register(page, person)
    await page.goto('/login?return=//evil.example/%5Cevil.example')
    await greeting(page, person).waitFor()
    expect(page.url()).toBe(`${product.origin}/dashboard`)
  })

  it('reads a sentence after a wrong password, keeps the address, and nothing is refreshed', async () => {
    const { page, calls } = visitor
    const person = newPerson()
    await register(page, person)
    await signOut(page)
    calls.length = 0
    await signIn(page, { ...person, password: 'not the password' })
    await page.getByText('don’t match').waitFor()
    expect(await page.getByLabel('Email or username').inputValue()).toBe(person.email)
    expect(calls).toEqual(['POST /api/login 401'])

    await signIn(page, person)
    await greeting(page, person).waitFor()
    expect(refreshes()).toEqual([])
  })

  it('keeps everything typed when the server cannot be reached', async () => {
    const { page, context } = visitor
    const person = newPerson()
    await page.goto('/login')
    await loginHeading(page).waitFor()
    await context.setOffline(true)
    await signIn(page, person)
    await page.getByText('can’t reach the server').waitFor()
    expect(await page.getByLabel('Email or username').inputValue()).toBe(person.email)
    expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe(person.password)
  })
})

describe('somebody without a mouse', () => {
  it('signs in, skips to the content and signs out', async () => {
    const { page } = visitor
    const person = newPerson()
    await register(page, person)
    await signOut(page)

    await page.keyboard.press('Tab')
    await page.keyboard.type(person.username)
    await page.keyboard.press('Tab')
    await page.keyboard.type(person.password)
    await page.keyboard.press('Enter')
    await greeting(page, person).waitFor()

    await page.reload()
    await greeting(page, person).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(new URL(page.url()).hash).toBe('#main')
    await page.keyboard.press('Tab')
    const focused = page.getByRole('button', { name: 'Call the protected endpoint' })
    expect(await focused.evaluate((button) => button === document.activeElement)).toBe(true)
  })
})

describe('while the server cannot be reached', () => {
  it('a reload shows neither the form nor the dashboard, and goes on when it is back', async () => {
    const { page, context } = visitor
    const person = newPerson()
    await register(page, person)
    await context.route('**/api/refresh-token', (route) => route.abort())
    await page.reload()
    await page.getByText('Can’t reach the server. Still trying…').waitFor()
    expect(await page.getByRole('heading').allTextContents()).toEqual([brand.name])
    await context.unroute('**/api/refresh-token')
    await greeting(page, person).waitFor({ timeout: 30_000 })
  })
})

describe('with two tabs', () => {
  it('signing out in one shows the sign-in page in the other', async () => {
    const { page, openTab } = visitor
    const person = newPerson()
    await register(page, person)
    const other = await openTab()
    await other.goto('/dashboard')
    await greeting(other, person).waitFor()

    await signOut(page)
    await loginHeading(other).waitFor()
    await other.getByText('You are signed out.').waitFor()
    expect(await other.getByText(person.email).count()).toBe(0)
  })

  it('ten calls that get a 401 lead to one refresh', async () => {
    const { page, openTab, calls, context } = visitor
    const person = newPerson()
    await register(page, person)
    const other = await openTab()
    await other.goto('/dashboard')
    await greeting(other, person).waitFor()
    await context.route('**/api/protected', afterAllHaveCome(10))
    for (const tab of [page, other]) {
      await tab.getByRole('button', { name: 'Expire my access token now' }).click()
    }
    calls.length = 0
    await Promise.all([callProtectedAtOnce(page, 5), callProtectedAtOnce(other, 5)])
    for (const tab of [page, other]) await tab.getByText('200 OK').waitFor()

    await expect.poll(() => countOf(calls, 'GET /api/protected 200')).toBe(10)
    expect(countOf(calls, 'GET /api/protected 401')).toBe(10)
    expect(refreshes()).toEqual(['POST /api/refresh-token 200'])
  })
})

/** Holds the first `count` requests back until the last of them is there; later ones pass. */
function afterAllHaveCome(count: number) {
  let missing = count
  let open = () => {}
  const isOpen = new Promise<void>((resolve) => {
    open = resolve
  })
  return async (route: Route) => {
    missing -= 1
    if (missing <= 0) open()
    await isOpen
    await route.continue()
  }
}

/** Presses the button several times before the page can react to the first press. */
async function callProtectedAtOnce(page: Page, times: number) {
  await page.getByRole('button', { name: 'Call the protected endpoint' }).evaluate((button, presses) => {
    for (let press = 0; press < presses; press += 1) if (button instanceof HTMLElement) button.click()
  }, times)
}

import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  arrive,
  greeting,
  loginHeading,
  newPerson,
  type Person,
  register,
  signOut,
} from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { type Visitor, visit } from './support/visitor.ts'

let visitor: Visitor
let person: Person

beforeEach(async () => {
  visitor = await visit(browser, product.origin)
  person = newPerson()
  await register(visitor.page, person)
})

afterEach(() => visitor.leave())

async function openDashboard(): Promise<Page> {
  const tab = await visitor.openTab()
  await tab.goto('/dashboard')
  await greeting(tab, person).waitFor()
  return tab
}

/** A page out of the back/forward cache is not loaded again. */
const onceItIsThere = { waitUntil: 'commit' } as const

async function expectNothingOf(tab: Page) {
  await loginHeading(tab).waitFor()
  expect(await tab.getByText(person.username).count()).toBe(0)
}

describe('signing out in one tab', () => {
  it('shows the sign-in page in the other at once, and its back button shows nothing', async () => {
    const other = await openDashboard()
    await other.getByRole('link', { name: 'Sessions', exact: true }).click()
    await other.getByText('You are not signed in anywhere else.').waitFor()

    await visitor.page.getByRole('button', { name: /^Menu of/ }).click()
    await visitor.page.getByRole('menuitem', { name: 'Sign out' }).click()
    await loginHeading(other).waitFor()
    await other.goBack()
    await expectNothingOf(other)
  })

  it('is seen by a page that comes back from the back/forward cache', async () => {
    const other = await openDashboard()
    await other.evaluate(() =>
      addEventListener('pageshow', (event) => {
        document.documentElement.dataset.restored = String(event.persisted)
      }),
    )
    await other.goto('/robots.txt')
    await other.goBack(onceItIsThere)
    await greeting(other, person).waitFor()
    // Otherwise this test would only show a reload.
    expect(await other.locator('html').getAttribute('data-restored')).toBe('true')

    await other.goto('/robots.txt')
    await signOut(visitor.page)
    await other.goBack(onceItIsThere)
    await expectNothingOf(other)
  })

  it('everywhere reaches every tab and every device', async () => {
    const other = await openDashboard()
    const device = await visit(browser, product.origin)
    await arrive(device.page, person)

    await visitor.page.getByRole('link', { name: 'Sessions', exact: true }).click()
    await visitor.page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await visitor.page.getByRole('alertdialog').getByRole('button', { name: 'Sign out everywhere' }).click()
    await visitor.page.getByText('You are signed out.').waitFor()
    await expectNothingOf(other)
    await device.page.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await device.page.getByText('This session was ended').waitFor()
    await device.leave()
  })
})

describe('ending another device’s session', () => {
  it('stops its very next call, and tells whoever sits there', async () => {
    const device = await visit(browser, product.origin)
    await arrive(device.page, person)
    await device.page.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await device.page.getByText('200 OK').waitFor()
    device.calls.length = 0

    await visitor.page.getByRole('link', { name: 'Sessions', exact: true }).click()
    await visitor.page.getByRole('button', { name: /^End the session/ }).click()
    await visitor.page.getByRole('button', { name: 'End session' }).click()
    await visitor.page.getByText('You are not signed in anywhere else.').waitFor()

    await device.page.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await device.page.getByText('This session was ended, here or from another device.').waitFor()
    expect(device.calls).toEqual(['GET /api/protected 401', 'POST /api/refresh-token 403'])
    expect(await device.page.getByText(person.username).count()).toBe(0)
    await device.leave()

    await visitor.page.getByRole('link', { name: 'Activity' }).click()
    await visitor.page.getByText('Session ended', { exact: true }).waitFor()
  })

  it('by changing the password does the same, and the new one signs in', async () => {
    const { page } = visitor
    const device = await visit(browser, product.origin)
    await arrive(device.page, person)

    await page.getByRole('link', { name: 'Account', exact: true }).click()
    await page.getByRole('link', { name: 'Change password' }).click()
    await page.getByLabel('Current password').fill('not this one')
    await page.getByLabel('New password', { exact: true }).fill('candle river mosaic')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('This is not your current password.').waitFor()
    await page.getByLabel('Current password').fill(person.password)
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('Your password has been changed.').waitFor()

    await device.page.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await device.page.getByText('This session was ended').waitFor()
    await arrive(device.page, { ...person, password: 'candle river mosaic' })
    await device.leave()
    await page.getByRole('link', { name: 'Dashboard' }).click()
    await page.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await page.getByText('200 OK').waitFor()
  })
})

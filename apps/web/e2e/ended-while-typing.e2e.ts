import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gate } from './support/gate.ts'
import { arrive, loginHeading, newPerson, type Person, register } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { expectAccessible, type Visitor, visit } from './support/visitor.ts'

let visitor: Visitor
let elsewhere: Visitor
let person: Person

beforeEach(async () => {
  visitor = await visit(browser, product.origin)
  elsewhere = await visit(browser, product.origin)
  person = newPerson()
  await register(visitor.page, person)
  await arrive(elsewhere.page, person)
})

afterEach(async () => {
  await visitor.leave()
  await elsewhere.leave()
})

async function endFromElsewhere() {
  await elsewhere.page.goto('/sessions')
  await elsewhere.page.getByRole('button', { name: /^End the session/ }).click()
  await elsewhere.page.getByRole('button', { name: 'End session' }).click()
  await elsewhere.page.getByText('You are not signed in anywhere else.').waitFor()
  // On every node within a second.
  await elsewhere.page.waitForTimeout(1200)
}

const lookAgain = (page: Page) => page.evaluate(() => dispatchEvent(new Event('focus')))
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Sign in again' })

async function fillHalf(page: Page) {
  await page.goto('/account/password')
  await page.getByLabel('Current password', { exact: true }).fill(person.password)
  await page.getByLabel('New password', { exact: true }).fill('violet grain otter lamp')
}

/** Where somebody signs in again whose session was ended while a form was half filled. */
async function endedHalfFilled(page: Page) {
  await fillHalf(page)
  await page.waitForTimeout(2000)
  await endFromElsewhere()
  await lookAgain(page)
  const field = dialog(page).getByLabel('Your password')
  await field.waitFor({ timeout: 10_000 })
  return field
}

/** Nothing of the page can be pressed: what lies over it is modal. */
async function expectVeiled(page: Page) {
  const change = page.getByRole('button', { name: 'Change password', includeHidden: true })
  expect(await page.evaluate(() => document.querySelector('dialog')?.matches(':modal'))).toBe(true)
  await expect(change.click({ trial: true, timeout: 1000 })).rejects.toThrow(/intercepts pointer events/)
}

describe('a session that was ended elsewhere', () => {
  it('is noticed when the page is looked at again, and nothing of it stays', async () => {
    const { page } = visitor
    await page.waitForTimeout(2000)
    await endFromElsewhere()
    await lookAgain(page)
    await loginHeading(page).waitFor({ timeout: 10_000 })
    await page.getByText('This session was ended').waitFor()
  })

  it('while a form is half filled is opened again in place, and the form can be sent', async () => {
    const { page, complaints } = visitor
    const field = await endedHalfFilled(page)
    await expectAccessible(page)
    expect(await field.evaluate((input) => input === document.activeElement)).toBe(true)
    // The focus stays inside.
    for (let turn = 0; turn < 8; turn += 1) await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('dialog, body')?.tagName)).toMatch(
      /DIALOG|BODY/,
    )
    // A browser closes a dialog at the second Escape, whatever its page says of the first; the focus may be on nothing, too.
    for (const part of [field, dialog(page).getByText('What you have typed')]) {
      await part.click()
      for (let press = 0; press < 3; press += 1) await page.keyboard.press('Escape')
      expect(await field.isVisible()).toBe(true)
    }
    // Nor is it gone where no key closes it: a phone's Back.
    await field.evaluate((input) => input.closest('dialog')?.close())
    await field.waitFor()
    expect(await field.evaluate((input) => input.closest('dialog')?.matches(':modal'))).toBe(true)
    // What the veil hides is not printed either.
    const heading = page.getByRole('heading', { level: 1, includeHidden: true })
    await page.emulateMedia({ media: 'print' })
    expect(await heading.isVisible()).toBe(false)
    await page.emulateMedia({ media: null })
    expect(await heading.isVisible()).toBe(true)
    await field.fill(person.password)
    await page.keyboard.press('Enter')
    await dialog(page).waitFor({ state: 'detached' })
    expect(await page.getByLabel('New password', { exact: true }).inputValue()).toBe(
      'violet grain otter lamp',
    )
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('Your password has been changed').waitFor()
    expect(complaints).toEqual([])
  })

  it('stays behind its veil while it is found out who has signed in, after an answer that was lost', async () => {
    const { page } = visitor
    const field = await endedHalfFilled(page)
    // The cookies arrive, and the rest of the answer does not.
    await page.route('**/api/login', async (route) => {
      await route.fetch()
      await route.abort()
    })
    const known = gate()
    await page.route('**/api/refresh-token', async (route) => {
      await known.opened
      await route.continue()
    })
    await field.fill(person.password)
    await page.keyboard.press('Enter')
    const veil = page.getByRole('dialog', { name: 'Signing you in' })
    await veil.waitFor({ timeout: 20_000 })
    await expectAccessible(page)
    for (const key of ['Escape', 'Enter', 'Escape']) await page.keyboard.press(key)
    await expectVeiled(page)
    known.open()
    await veil.waitFor({ state: 'detached' })
    expect(await page.getByLabel('New password', { exact: true }).inputValue()).toBe(
      'violet grain otter lamp',
    )
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  })

  it('is noticed when the form is sent, too, and another person leaves it', async () => {
    const { page } = visitor
    await fillHalf(page)
    await endFromElsewhere()
    await page.getByRole('button', { name: 'Change password' }).click()
    await dialog(page).waitFor()
    const other = newPerson()
    const tab = await visitor.openTab()
    await register(tab, other)
    await page.getByRole('heading', { name: `Hello, ${other.username}` }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/dashboard')
    expect(await page.getByText(person.email).count()).toBe(0)
  })
})

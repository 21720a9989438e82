import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { newPerson, register } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { countOf, expectAccessible, expectNoSidewaysScrolling, looks, visit } from './support/visitor.ts'

const button = (page: Page, name: string) => page.getByRole('button', { name })
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Confirm it’s you' })

async function answer(page: Page, password: string) {
  await dialog(page).getByLabel('Your password', { exact: true }).fill(password)
  await button(page, 'Confirm').click()
}

/** Signed in long enough ago for the server to ask, on the page of the account. */
async function signedInLongAgo(page: Page) {
  const person = newPerson()
  await register(page, person)
  await page.getByRole('link', { name: 'Account', exact: true }).click()
  await button(page, 'Change username').waitFor()
  await product.advance(11 * 60)
  return person
}

describe('what needs a recent sign-in', () => {
  it.each(looks)(
    'asks on the page ($device, $scheme), and what was typed is still there',
    async ({ device, scheme }) => {
      const visitor = await visit(browser, product.origin, { device, scheme })
      const { page, complaints, calls } = visitor
      const person = await signedInLongAgo(page)
      const name = `${person.username}-2`
      await button(page, 'Change username').click()
      await page.getByLabel('New username').fill(name)
      await page.keyboard.press('Enter')

      await dialog(page).getByLabel('Your password', { exact: true }).waitFor()
      expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('password')
      await expectAccessible(page)
      await expectNoSidewaysScrolling(page)
      await visitor.screenshot('step-up')
      await page.keyboard.press('Escape')
      await page.getByText('Nothing has changed.').waitFor()
      expect(await page.getByLabel('New username').inputValue()).toBe(name)

      await page.getByLabel('New username').press('Enter')
      await answer(page, 'not this one')
      await page.getByText('This is not your').waitFor()
      await answer(page, person.password)
      await page.getByText(`Your username is now ${name}.`).waitFor()
      expect(await dialog(page).count()).toBe(0)
      expect(countOf(calls, 'PATCH /api/me 200')).toBe(1)
      expect(complaints).toEqual([])
      await visitor.leave()
    },
  )

  it('asks once for a while, in all tabs, and then again', async () => {
    const visitor = await visit(browser, product.origin)
    const { page, calls } = visitor
    const person = await signedInLongAgo(page)
    const other = await visitor.openTab()
    await other.goto('/account')
    await button(other, 'Change email').click()
    await other.getByLabel('New email').fill(`new-${person.email}`)

    await button(page, 'Change username').click()
    await page.getByLabel('New username').fill(`${person.username}-3`)
    await page.keyboard.press('Enter')
    await answer(page, person.password)
    await page.getByText('Your username is now').waitFor()
    await button(other, 'Send the email').click()
    await other.getByText('We have sent an email').waitFor()
    expect(countOf(calls, 'POST /api/reauthenticate 200')).toBe(1)

    // Later the access token has expired as well: it is renewed, and then asked.
    await product.advance(20 * 60)
    await button(page, 'Delete my account').click()
    await button(page, 'Delete for good').click()
    await answer(page, person.password)
    await page.getByText('Goodbye').waitFor()
    await visitor.leave()
  })

  it('asks an administrator, and whoever only sits at their screen gets no further', async () => {
    const [boss, person] = [newPerson(), newPerson()]
    const user = await visit(browser, product.origin)
    await register(user.page, person)
    await user.leave()
    const visitor = await visit(browser, product.origin)
    const { page, calls } = visitor
    await register(page, boss)
    await product.makeAdmin(boss.email)
    await page.reload()
    await page.getByRole('link', { name: 'Users' }).click()
    await page.getByLabel('Search').fill(person.username)
    await page.getByRole('link', { name: person.username, exact: true }).click()
    await product.advance(11 * 60)
    const disable = async () => {
      await button(page, 'Disable account').click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Disable account' }).click()
    }
    await disable()
    await answer(page, 'a guess at it')
    await page.getByText('This is not your').waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('Nothing has changed.').waitFor()
    expect(calls.filter((call) => call.endsWith('/disable 200'))).toEqual([])
    await disable()
    await answer(page, boss.password)
    await page.getByText(`${person.username} has been disabled and signed out.`).waitFor()
    await visitor.leave()
  })
})

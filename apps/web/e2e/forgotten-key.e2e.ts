import { describe, expect, it } from 'vitest'
import { greeting, loginHeading, newPerson, register, sessionId } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { visit } from './support/visitor.ts'

describe('a browser that cleared its storage and kept its cookies', () => {
  it('is told kindly, signs in again, and finds no alarm and no dead session', async () => {
    const visitor = await visit(browser, product.origin)
    const { page } = visitor
    const person = newPerson()
    await register(page, person)
    const before = await sessionId(page)
    await page.evaluate(async () => {
      localStorage.clear()
      for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name ?? '')
    })
    await page.reload()
    await loginHeading(page).waitFor()
    await page.getByText('This browser forgot its key. Please sign in again.').waitFor()

    await page.getByLabel('Email or username').fill(person.email)
    await page.getByLabel('Password', { exact: true }).fill(person.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await greeting(page, person).waitFor()
    expect(await sessionId(page)).not.toBe(before)
    await page.getByRole('link', { name: 'Sessions' }).click()
    await page.getByText('This device', { exact: false }).first().waitFor()
    expect(await page.getByRole('button', { name: /^End the session/ }).count()).toBe(0)
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByRole('heading', { name: 'Account created' }).waitFor()
    expect(await page.getByText('A copy of your session').count()).toBe(0)
    await visitor.leave()
  })
})

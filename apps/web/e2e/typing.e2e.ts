import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { arrive, newPerson, register } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { visit } from './support/visitor.ts'

/** What changed in the document while somebody typed, but for the field itself, and for names and types, which React sets again. */
async function changesWhileTyping(page: Page, label: string, text: string): Promise<string[]> {
  await page.getByLabel(label, { exact: true }).focus()
  await page.evaluate(() => {
    const seen = new Set<string>()
    const asBefore = ['name', 'type']
    const observer = new MutationObserver((records) => {
      for (const { target, type, attributeName } of records) {
        const element = target instanceof Element ? target : target.parentElement
        if (element === document.activeElement || (attributeName && asBefore.includes(attributeName)))
          continue
        seen.add(`${element?.localName} ${element?.className} ${attributeName ?? type}`)
      }
    })
    // Into the head come downloads.
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true })
    Object.assign(window, { takeChanges: () => [...seen] })
  })
  await page.keyboard.type(text)
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
  return await page.evaluate(() => (window as unknown as { takeChanges: () => string[] }).takeChanges())
}

it('typing changes nothing on the page but what says something of it', async () => {
  const visitor = await visit(browser, product.origin, { device: 'phone', scheme: 'light' })
  const { page } = visitor
  await page.goto('/login')
  await page.locator('[data-prerendered]').waitFor({ state: 'detached' })
  for (const label of ['Email or username', 'Password'])
    expect(await changesWhileTyping(page, label, 'Otter 7')).toEqual([])
  await page.goto('/forgot-password')
  expect(await changesWhileTyping(page, 'Email', 'ada@example.com')).toEqual([])

  await page.goto('/register')
  expect(await changesWhileTyping(page, 'Username', 'ada')).toEqual([])
  expect(await changesWhileTyping(page, 'Email', 'ada@example.com')).toEqual([])
  const meter = /^(div|p) \S*_(meter|word)_\S* (data-filled|childList|characterData)$/
  const changes = await changesWhileTyping(page, 'Password', 'otter lamp violet')
  expect(changes.length).toBeGreaterThan(0)
  for (const change of changes) expect(change).toMatch(meter)
  await visitor.leave()
})

it('typing in a form further in changes nothing on the page', async () => {
  const visitor = await visit(browser, product.origin, { device: 'phone', scheme: 'light' })
  const { page } = visitor
  const person = newPerson()
  await register(page, person)
  await product.makeAdmin(person.email)
  await page.context().clearCookies()
  await arrive(page, person)
  await page.goto('/account')
  // What comes late.
  await page.getByRole('button', { name: 'Set up two-step sign-in' }).waitFor()
  await page.getByText(/emails .*English/i).waitFor()
  await page.getByRole('button', { name: 'Change username' }).click()
  expect(await changesWhileTyping(page, 'New username', 'ada')).toEqual([])
  await page.goto('/account/password')
  expect(await changesWhileTyping(page, 'Current password', 'otter')).toEqual([])
  await page.goto('/admin')
  await page.getByRole('rowheader').first().waitFor()
  // The address and the list follow once the typing pauses.
  expect(await changesWhileTyping(page, 'Search', 'a')).toEqual([])
  await visitor.leave()
})

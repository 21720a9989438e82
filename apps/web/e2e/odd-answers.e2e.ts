import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { otherBrowsers, signInFrom } from './support/elsewhere.ts'
import { gate } from './support/gate.ts'
import { greeting, newPerson, type Person, register, signIn } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { type Visitor, visit } from './support/visitor.ts'

let visitor: Visitor
let person: Person

beforeEach(async () => {
  visitor = await visit(browser, product.origin)
  person = newPerson()
})

afterEach(() => visitor.leave())

const portal = {
  status: 200,
  contentType: 'text/html',
  body: '<!doctype html><title>Grand Hotel</title><p>Which room are you in?</p>',
}
const sentence = (page: Page) => page.getByText('This answer did not come from our server.')
const open = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()

describe('an answer that makes no sense', () => {
  it.each([
    ['a bare list', { json: [{}] }],
    ['a list of nothing in particular', { json: { sessions: [{}], events: [{}], devices: [{}] } }],
    ['the page of a hotel', portal],
  ])('%s is a sentence on every page, and the frame stays', async (_, answer) => {
    const { page, complaints } = visitor
    await register(page, person)
    for (const path of ['sessions', 'factors', 'passkeys'])
      await page.route(`**/api/${path}`, (route) => route.fulfill(answer))
    await open(page, 'Sessions')
    await sentence(page).waitFor()
    await open(page, 'Account')
    await sentence(page).first().waitFor()
    await page.unroute('**/api/sessions')
    await open(page, 'Sessions')
    await page.getByText('You are not signed in anywhere else.').waitFor()
    expect(complaints).toEqual([])
  })

  it('to a sign-in or a silent one signs nobody in or out', async () => {
    const { page } = visitor
    await register(page, person)
    await page.route('**/api/refresh-token', (route) => route.fulfill(portal))
    await page.reload()
    await page.getByText('Can’t reach the server. Still trying…').waitFor()
    await page.unroute('**/api/refresh-token')
    await greeting(page, person).waitFor({ timeout: 30_000 })

    const other = await visit(browser, product.origin)
    await other.page.route('**/api/login', (route) => route.fulfill(portal))
    await other.page.goto('/login')
    await signIn(other.page, person)
    await sentence(other.page).waitFor()
    await other.leave()
  })
})

describe('while an answer is on its way', () => {
  it('a busy button can be read, and a card with a question keeps its padding', async () => {
    const { page } = visitor
    await register(page, person)
    for (const agent of otherBrowsers.slice(0, 2)) await signInFrom(product.origin, person, agent)
    await open(page, 'Sessions')
    const card = page.getByRole('region', { name: 'Other devices' })
    await card.getByRole('button', { name: /all/i }).click()
    const question = card.getByRole('alertdialog')
    // At one moment: the page may still be scrolling to the question.
    const space = await question.evaluate((inner) => {
      const outer = inner.closest('section') as HTMLElement
      const padding = Number.parseFloat(getComputedStyle(outer).paddingBlockStart)
      return { padding, above: inner.getBoundingClientRect().top - outer.getBoundingClientRect().top }
    })
    expect(space.padding).toBeGreaterThan(0)
    expect(space.above).toBeGreaterThanOrEqual(space.padding)

    const answered = gate()
    await page.route('**/api/sessions', async (route) => {
      await answered.opened
      await route.continue()
    })
    const button = question.getByRole('button').first()
    const width = (await button.boundingBox())?.width
    await button.click()
    const spinner = button.locator('svg')
    await spinner.waitFor()
    const [label, arc] = [await button.locator('span').first().boundingBox(), await spinner.boundingBox()]
    expect(arc?.x ?? 0).toBeGreaterThanOrEqual((label?.x ?? 0) + (label?.width ?? 0))
    expect((await button.boundingBox())?.width).toBe(width)
    answered.open()
    await page.getByText('You are not signed in anywhere else.').waitFor()
  })

  it('no former result stands as the answer to the next question', async () => {
    const { page } = visitor
    await register(page, person)
    await product.makeAdmin(person.email)
    await page.reload()
    await open(page, 'Users')
    await page.getByRole('link', { name: person.username }).waitFor()
    const answered = gate()
    await page.route('**/api/admin/users?*query=nobody*', async (route) => {
      await answered.opened
      await route.continue()
    })
    await page.getByLabel('Search').fill('nobody')
    await page.getByRole('status', { name: 'Looking for users…' }).waitFor()
    expect(await page.getByRole('link', { name: person.username }).count()).toBe(0)
    answered.open()
    await page.getByText('No username or email address contains “nobody”.').waitFor()
  })
})

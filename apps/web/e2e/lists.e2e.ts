import { brand } from '@latchkey/brand'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from './support/chromium.ts'
import { arrive, newPerson, type Person, register } from './support/people.ts'
import { type Product, startProduct } from './support/product.ts'
import { expectAccessible, expectNoSidewaysScrolling, looks, visit } from './support/visitor.ts'

let product: Product
let browser: Browser
const admin = { ...newPerson(), username: 'boss', email: 'boss@example.com' }

beforeAll(async () => {
  product = await startProduct()
  browser = await launchChromium()
  const { page, leave } = await visit(browser, product.origin)
  await register(page, admin)
  await leave()
  await product.makeAdmin(admin.email)
  for (let at = 0; at < 55; at++)
    await join({ ...newPerson(), username: `ada-${String(at).padStart(2, '0')}` })
  await join({ ...newPerson(), username: 'ada' })
})

afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

async function join(person: Person) {
  const answer = await fetch(`${product.origin}/api/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(person),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

it.each(looks)(
  'users are searched, sorted and paged on a $device, $scheme, and Back takes it back',
  async (look) => {
    const visitor = await visit(browser, product.origin, look)
    const { page, complaints } = visitor
    await arrive(page, admin)
    await page.getByRole('link', { name: 'Users' }).click()
    await page.getByText('57 users').waitFor()
    await expectAccessible(page)
    await expectNoSidewaysScrolling(page)
    await visitor.screenshot('users')

    await page.getByLabel('Search').fill('ada')
    await page.getByText('56 users').waitFor()
    const firstName = page.getByRole('rowheader').first()
    expect(await firstName.textContent()).toMatch(/^ada(Not|ada|@)/)
    await page.getByRole('link', { name: 'User', exact: true }).click()
    await page.getByRole('link', { name: 'Next page' }).click()
    await page.getByRole('rowheader').filter({ hasText: 'ada-54' }).waitFor()
    expect(await page.getByRole('rowheader').count()).toBe(6)
    await page.goBack()
    await page.getByRole('rowheader').filter({ hasText: 'ada-00' }).waitFor()
    await page.getByLabel('Search').fill('da-54')
    await page.getByText('1 user', { exact: true }).waitFor()
    await expectNoSidewaysScrolling(page)
    await page.setViewportSize({ width: 320, height: 800 })
    await expectNoSidewaysScrolling(page)
    await page.getByLabel('Search').fill('nobody at all')
    await page.getByText('No username or email address contains “nobody at all”.').waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await visitor.leave()
  },
)

it('the theme that was chosen is there before anything is painted, in every tab', async () => {
  const visitor = await visit(browser, product.origin)
  const { page, complaints } = visitor
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  await arrive(page, admin)
  const light = await paper()
  await page.getByRole('button', { name: 'Menu of boss' }).click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  await expect.poll(paper).not.toBe(light)
  const dark = await paper()
  const windowColour = () =>
    page.evaluate(
      () =>
        [...document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')].find(
          ({ media }) => matchMedia(media).matches,
        )?.content,
    )
  expect(await windowColour()).toBe(brand.colours.paper.dark)
  // What is painted before the page's own code has come.
  await page.route('**/assets/*.js', () => {})
  await page.goto('/login', { waitUntil: 'commit' })
  await expect.poll(paper).toBe(dark)
  expect(await windowColour()).toBe(brand.colours.paper.dark)
  const tab = await visitor.openTab()
  await tab.goto('/login')
  expect(await tab.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
  expect(complaints).toEqual([])
  await visitor.leave()
})

it.each(['English', 'Deutsch'])(
  'the navigation of an administrator stays in one line on every phone: %s',
  async (language) => {
    const visitor = await visit(browser, product.origin, { device: 'phone', scheme: 'light' })
    const { page } = visitor
    await arrive(page, admin)
    await page.getByRole('button', { name: /^Menu of/ }).press('Enter')
    await page.getByRole('menuitemradio', { name: language }).click()
    await page.keyboard.press('Escape')
    const links = page.getByRole('banner').getByRole('navigation').getByRole('link')
    for (const width of [320, 360, 384, 412]) {
      await page.setViewportSize({ width, height: 780 })
      const boxes = await Promise.all((await links.all()).map((link) => link.boundingBox()))
      expect(boxes.length).toBe(5)
      expect(new Set(boxes.map((box) => box?.y)).size, `lines at ${width}`).toBe(1)
      await expectNoSidewaysScrolling(page)
      if (width < 384) await visitor.screenshot(`navigation-${language}-${width}`)
    }
    await visitor.leave()
  },
)

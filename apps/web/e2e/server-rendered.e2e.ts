import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from './support/chromium.ts'
import { type ClientPage, openClientPage, reload, statusOf, tryToSignIn } from './support/client-page.ts'
import { registerFrom } from './support/elsewhere.ts'
import { newPerson } from './support/people.ts'
import { type Product, startProduct } from './support/product.ts'
import { startRenderingServer } from './support/rendering-server.ts'
import { visit } from './support/visitor.ts'

let product: Product
let rendering: ClientPage

beforeAll(async () => {
  product = await startProduct({ COOKIE_PREFIX: 'latchkey' })
  rendering = await startRenderingServer(product.origin)
})

afterAll(async () => {
  await rendering?.stop()
  await product?.stop()
})

const ordersOf = (page: Page): Promise<unknown> =>
  page.evaluate(async () => (await window.auth.http.get('/orders')).data)

it('a page that a server renders is personal by the token that it shows, and that server refreshes nothing', async () => {
  const person = newPerson()
  await registerFrom(product.origin, person)
  const browser = await launchChromium()
  const { page, leave } = await visit(browser, rendering.origin)
  await openClientPage(page, rendering.origin)
  const hint = page.locator('#hint')
  expect(await hint.textContent()).toBe('Sign in')
  expect(await tryToSignIn(page, person)).toBeNull()
  await reload(page)
  expect(await hint.textContent()).toBe('One moment…')
  const greeted = `signed in as ${person.username}`
  expect(await statusOf(page)).toBe(greeted)
  expect(await ordersOf(page)).toEqual({ ordersOf: person.username })
  await product.advance(16 * 60)
  expect(await ordersOf(page)).toEqual({ ordersOf: person.username })

  // It passes the cookies on all the same.
  const mailsBefore = await readdir(join(product.dataDir, 'outbox'))
  const tab = await page.context().newPage()
  for (let visits = 0; visits < 2; visits += 1) {
    await tab.goto(`${rendering.origin}/wrong`)
    const refusal = JSON.parse((await tab.locator('body').textContent()) ?? '')
    expect(refusal).toMatchObject({ status: 403, code: 'refresh_token_forwarded' })
    expect(refusal.detail).toContain('docs/server-rendered.md')
  }
  await page.bringToFront()
  expect(await ordersOf(page)).toEqual({ ordersOf: person.username })
  await reload(page)
  expect(await statusOf(page)).toBe(greeted)
  const { events } = await page.evaluate(async () => (await window.auth.http.get('/activity')).data)
  expect(events.map(({ kind }: { kind: string }) => kind)).not.toContain('copied_session_refused')
  await tab.waitForTimeout(1500)
  expect(await readdir(join(product.dataDir, 'outbox'))).toEqual(mailsBefore)
  await leave()
  await browser.close()
})

import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { newPerson } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { expectNoSidewaysScrolling, type Look, visit } from './support/visitor.ts'

/** Opens an operation by its id, sends it, and resolves with the status of the answer. */
async function tried(page: Page, operation: string, body?: object): Promise<number> {
  const block = page.locator(`.opblock[id$="-${operation}"]`)
  await block.locator('.opblock-summary-control').first().click()
  if (body) await block.locator('textarea.body-param__text').fill(JSON.stringify(body))
  await block.getByRole('button', { name: 'Execute' }).click()
  const shown = await block.locator('.live-responses-table tbody .response-col_status').first().textContent()
  return Number.parseInt(shown ?? '', 10)
}

describe('the page that tries the API', () => {
  it.each<Look>([
    { device: 'desktop', scheme: 'light' },
    { device: 'phone', scheme: 'dark' },
  ])('signs somebody in, calls as them and goes on with their session ($device, $scheme)', async (look) => {
    const { page, complaints, leave, ...visitor } = await visit(browser, product.origin, look)
    const elsewhere: string[] = []
    page.on('request', (request) => {
      const url = request.url()
      if (!url.startsWith(product.origin) && !url.startsWith('data:')) elsewhere.push(url)
    })
    await page.goto('/api/docs')
    await page.getByText('Make an account and sign in').waitFor()
    await expectNoSidewaysScrolling(page)
    await visitor.screenshot('api-docs')

    expect(await tried(page, 'register', newPerson())).toBe(201)
    expect(await tried(page, 'protected')).toBe(200)
    expect(await tried(page, 'refreshToken', {})).toBe(200)
    await expectNoSidewaysScrolling(page)
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })
})

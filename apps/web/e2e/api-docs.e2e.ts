import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { greeting, newPerson, register } from './support/people.ts'
import { browser, product } from './support/stage.ts'
import { expectNoSidewaysScrolling, type Look, visit } from './support/visitor.ts'

/** Opens an operation by its id, sends it, and resolves with the status of the answer and the refresh token in it. */
async function tried(page: Page, operation: string, body?: object) {
  const block = page.locator(`.opblock[id$="-${operation}"]`)
  await block.locator('.opblock-summary-control').first().click()
  if (body) await block.locator('textarea.body-param__text').fill(JSON.stringify(body))
  const answered = page.waitForResponse(`${product.origin}/api/**`)
  await block.getByRole('button', { name: 'Execute' }).click()
  const { refreshToken } = JSON.parse((await (await answered).text()) || '{}')
  const shown = await block.locator('.live-responses-table tbody .response-col_status').first().textContent()
  return { status: Number.parseInt(shown ?? '', 10), refreshToken }
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

    const { status, refreshToken } = await tried(page, 'register', newPerson())
    expect(status).toBe(201)
    expect(await tried(page, 'protected')).toMatchObject({ status: 200 })
    const next = await tried(page, 'refreshToken', { refreshToken })
    expect(next).toEqual({ status: 200, refreshToken: expect.any(String) })
    expect(next.refreshToken).not.toBe(refreshToken)
    expect(await page.context().cookies()).toEqual([])
    await expectNoSidewaysScrolling(page)
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  it('has a session of its own, whoever is signed in in the same browser', async () => {
    const { page, openTab, complaints, leave } = await visit(browser, product.origin)
    const owner = newPerson()
    await register(page, owner)
    const before = await page.context().cookies()
    expect(before.length).toBeGreaterThan(1)

    const docs = await openTab()
    await docs.goto('/api/docs')
    // The cookies of the page beside it are not there for it to use up.
    expect(await tried(docs, 'refreshToken', {})).toMatchObject({ status: 401 })
    expect(await tried(docs, 'logout', {})).toMatchObject({ status: 204 })
    await docs.reload()
    expect(await tried(docs, 'register', newPerson())).toMatchObject({ status: 201 })

    expect(await page.context().cookies()).toEqual(before)
    await page.reload()
    await greeting(page, owner).waitFor()
    expect(complaints).toEqual([])
    await leave()
  })
})

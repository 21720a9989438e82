import { setTimeout } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { newPerson, register, sessionId } from './support/people.ts'
import { startProduct } from './support/product.ts'
import { browser, product } from './support/stage.ts'
import {
  countOf,
  expectAccessible,
  expectNoSidewaysScrolling,
  layoutShift,
  looks,
  type Visitor,
  visit,
} from './support/visitor.ts'

async function arrive(visitor: Visitor) {
  await register(visitor.page, newPerson())
  await visitor.page.getByRole('link', { name: 'Try it' }).click()
  await visitor.page.getByText('in 3 months').waitFor()
  visitor.calls.length = 0
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const lanes = (page: Page) => page.getByRole('region', { name: 'Requests, newest last' })
const newest = (page: Page) => lanes(page).getByRole('article').last()

/** As the readable cookie says. */
async function generation({ context }: Visitor): Promise<number> {
  const cookies = await context.cookies()
  return Number(cookies.find(({ name }) => name.endsWith('.session'))?.value.split('.')[1])
}

/** Without what the page asks for itself. */
const story = ({ calls }: Visitor) => calls.filter((call) => /protected|refresh-token|demo/.test(call))

describe('in the window into the protocol', () => {
  it('an expired access token costs one refresh, and the lanes show how', async () => {
    const visitor = await visit(browser, product.origin)
    const { page } = visitor
    await arrive(visitor)
    await press(page, 'Let the access token expire')
    await page.getByText('generation 0 to 1').waitFor()
    expect(story(visitor)).toEqual([
      'GET /api/protected 401',
      'POST /api/refresh-token 200',
      'GET /api/protected 200',
    ])
    await newest(page).getByRole('heading', { name: 'One call, one refresh' }).waitFor()
    await newest(page).getByText('0 → 1').waitFor()
    await newest(page)
      .getByText(/One atomic update, [\d.]+ (ms|s)/)
      .waitFor()
    expect(await generation(visitor)).toBe(1)
    // Nothing moves for those who do not want it to.
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    await press(page, 'Let the access token expire')
    await newest(page).getByText('1 → 2').waitFor()
    expect(await page.evaluate(() => document.getAnimations().length)).toBeGreaterThan(0)

    expect(await lanes(page).getByText('/api/sessions').count()).toBe(0)
    await page.getByRole('switch', { name: 'The page’s own calls' }).check()
    await lanes(page).getByText('/api/sessions').first().waitFor()
    await visitor.leave()
  })

  it('ten calls in two clients are all refused, and one refresh serves them', async () => {
    const visitor = await visit(browser, product.origin)
    const { page, calls } = visitor
    await arrive(visitor)
    // The second client opens with a refresh of its own, as a second tab does. It stays open for the next time.
    for (const [from, to, refreshes] of [
      [1, 2, 2],
      [2, 3, 1],
    ]) {
      calls.length = 0
      await press(page, 'Ten calls in two tabs at once')
      await page.getByText(`Ten calls, two clients, one refresh: generation ${from} to ${to}.`).waitFor()
      expect(countOf(calls, 'GET /api/protected 401')).toBe(10)
      expect(countOf(calls, 'GET /api/protected 200')).toBe(10)
      expect(countOf(calls, 'POST /api/refresh-token 200')).toBe(refreshes)
      await newest(page).getByRole('heading', { name: '10 calls in two tabs, one refresh' }).waitFor()
      expect(await generation(visitor)).toBe(to)
    }
    await visitor.leave()
  })

  it('an answer that is lost is asked for again, and the generation moves by one', async () => {
    const visitor = await visit(browser, product.origin)
    const { page } = visitor
    await arrive(visitor)
    const lost = page.waitForEvent('requestfailed')
    await press(page, 'Lose the next answer')
    expect(new URL((await lost).url()).pathname).toBe('/api/refresh-token')
    expect(await generation(visitor)).toBe(0)
    await page.getByText('Asked 2 times, moved on once: generation 0 to 1.').waitFor()
    expect(story(visitor)).toEqual(['POST /api/demo/lose-answer 204', 'POST /api/refresh-token 200'])
    await newest(page).getByText('answer lost', { exact: true }).waitFor()
    await newest(page).getByText('A retry: same token again').waitFor()
    expect(await generation(visitor)).toBe(1)
    await visitor.leave()
  })

  it('a stolen cookie is refused by the API itself, its owner goes on and is told', async () => {
    const visitor = await visit(browser, product.origin)
    const { page } = visitor
    await arrive(visitor)
    const sid = await sessionId(page)
    const answer = page.waitForResponse('**/api/demo/steal-cookie')
    await press(page, 'Steal my cookie')
    const verdict = await (await answer).json()
    expect(verdict).toMatchObject({ status: 403, code: 'refresh_token_locked', cookiesSet: 0 })
    expect(verdict.cookies.toSorted()).toEqual([
      expect.stringMatching(/\.refreshToken$/),
      expect.stringMatching(/\.session$/),
    ])

    await page.getByText('The thief got 403. You went on, from generation 0 to 1.').waitFor()
    const thief = page.getByRole('region', { name: 'A thief' })
    await thief.getByText('refresh_token_locked').waitFor()
    await thief.getByText(`“${verdict.detail}”`).waitFor()
    expect(story(visitor)).toEqual([
      'POST /api/demo/steal-cookie 200',
      'GET /api/protected 401',
      'POST /api/refresh-token 200',
      'GET /api/protected 200',
    ])
    expect([await sessionId(page), await generation(visitor)]).toEqual([sid, 1])

    const owner = page.getByRole('region', { name: 'You', exact: true })
    await owner.getByText('curl, just now').waitFor()
    await owner.getByRole('link', { name: 'A copy of your session was refused' }).click()
    const alarm = page.getByRole('article').filter({ hasText: 'A copy of your session was refused' })
    await alarm.getByText(/^curl/).waitFor()
    await visitor.leave()
  })

  it('all of it works by keyboard alone', async () => {
    const visitor = await visit(browser, product.origin)
    const { page } = visitor
    await arrive(visitor)
    await page.getByRole('heading', { name: 'How you stay signed in' }).focus()
    // The way back, and then the buttons in their order.
    await page.keyboard.press('Tab')
    for (const [key, finding] of [
      ['Enter', 'Refused, refreshed once'],
      ['Space', 'Ten calls, two clients'],
      ['Enter', 'Asked 2 times'],
      ['Space', 'The thief got 403'],
    ] as const) {
      await page.keyboard.press('Tab')
      await page.keyboard.press(key)
      await page.getByText(finding).waitFor()
    }
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    expect(await page.getByRole('switch', { name: 'The page’s own calls' }).isChecked()).toBe(true)
    await visitor.leave()
  })
})

describe.each(looks)('on a $device, $scheme', (look) => {
  it('the window is calm, readable by all, and fits', async () => {
    const visitor = await visit(browser, product.origin, look)
    const { page, complaints } = visitor
    await arrive(visitor)
    await page.reload()
    await page.getByText('in 3 months').waitFor()
    expect(await layoutShift(page)).toBeLessThan(0.01)
    await expectAccessible(page)
    await press(page, 'Lose the next answer')
    await page.getByText('Asked 2 times').waitFor()
    await expectAccessible(page)
    // Later than half a second after a press, whatever moves has moved by itself.
    await visitor.context.route('**/api/**', async (route) => {
      await setTimeout(600)
      await route.continue()
    })
    await press(page, 'Ten calls in two tabs at once')
    await page.getByText('Ten calls, two clients').waitFor()
    await visitor.context.unroute('**/api/**')
    await press(page, 'Steal my cookie')
    await page.getByText('The thief got 403').waitFor()
    expect(await layoutShift(page)).toBeLessThan(0.02)
    await expectAccessible(page)
    await expectNoSidewaysScrolling(page)
    await visitor.screenshot('protocol')

    for (const width of [320, 768, 1920]) {
      await page.setViewportSize({ width, height: 900 })
      await expectNoSidewaysScrolling(page)
    }
    await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'))
    await expectNoSidewaysScrolling(page)
    const [tag] = await lanes(page).locator('code').all()
    expect(await tag?.evaluate((code) => getComputedStyle(code).direction)).toBe('ltr')
    await visitor.screenshot('protocol-rtl')
    expect(complaints).toEqual([])
    await visitor.leave()
  })
})

describe('in production', () => {
  it('nothing is lost or stolen on request; the page shows a recording, and says so', async () => {
    const production = await startProduct({
      NODE_ENV: 'production',
      EMBEDDED_DATABASE: 'allow',
      JWT_ACCESS_SECRET: 'kq8V2nZr7LwYt3XbJc6DsGf9HmPa1EuRi0ToWvBxN4M',
      JWT_REFRESH_SECRET: 'Zx5Cv8Bn1Mq4Wr7Et0Yu3Io6Pa9Sd2Fg5Hj8Kl1QwE',
    })
    const visitor = await visit(browser, production.origin)
    const { page, complaints } = visitor
    await arrive(visitor)
    await page.getByText('Recorded run').waitFor()
    await page.getByText('This is a recording of a development machine').waitFor()
    expect(await page.getByRole('button', { name: 'Steal my cookie' }).count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Lose the next answer' }).count()).toBe(0)
    await press(page, 'Let the access token expire')
    await page.getByText('generation 0 to 1').waitFor()
    // What the API does not say is not shown.
    await newest(page).getByText('0 → 1').waitFor()
    expect(await newest(page).getByText('One atomic update').count()).toBe(0)
    await expectAccessible(page)
    await visitor.screenshot('protocol-production')
    expect(visitor.calls.filter((call) => call.includes('demo'))).toEqual([])
    expect(complaints).toEqual([])
    await visitor.leave()
    await production.stop()
  })
})

import type { Page } from 'playwright-core'

/** Goes to something by Tab, as whoever has no mouse does. */
export async function reach(page: Page, name: string | RegExp, role: 'button' | 'link' = 'button') {
  const target = page.getByRole(role, typeof name === 'string' ? { name, exact: true } : { name })
  await target.waitFor()
  for (let i = 0; i < 60; i++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`The keyboard does not reach ${name}`)
}

/** Waits until the focus is on the news, or whatever else says this. */
export const hasFocus = (page: Page, text: string) =>
  page.locator('[tabindex="-1"]:focus', { hasText: text }).waitFor()

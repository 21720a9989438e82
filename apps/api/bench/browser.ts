import type { Browser, CDPSession, Page } from 'playwright-core'

/** Lighthouse's slow 4G and its slowdown of the processor. */
const network = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_638_400 / 8,
  uploadThroughput: 750_000 / 8,
}
export const slowdown = 4
export const phone = { width: 412, height: 823 }

/** A page of a slow phone on a slow network, that has never been here. */
export async function slowPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: phone })
  const page = await context.newPage()
  const devtools: CDPSession = await context.newCDPSession(page)
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', network)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  await page.addInitScript(watchPaints)
  return page
}

export interface Seen {
  /** Milliseconds since the page was asked for. */
  lcp: number
  works: number
  shift: number
}

/** Loads the sign-in page, and waits until somebody can sign in and nothing more comes. */
export async function loadEntrance(page: Page, url: string): Promise<Seen> {
  await page.goto(`${url}/login`)
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  await page.locator('[data-prerendered]').waitFor({ state: 'detached' })
  await page.waitForTimeout(500)
  return JSON.parse(await page.evaluate('JSON.stringify(globalThis.seen)'))
}

/** Runs in the page; as text, because what compiles this file knows nothing of a page. */
const watchPaints = `
  globalThis.seen = { lcp: 0, works: 0, shift: 0 }
  const watch = (type, note) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true })
  watch('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime })
  const look = setInterval(() => {
    if (!document.querySelector('form') || document.querySelector('[data-prerendered]')) return
    seen.works = performance.now()
    clearInterval(look)
  }, 20)
  watch('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value })
`

import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'

export interface Look {
  device: 'desktop' | 'phone'
  scheme: 'light' | 'dark'
}

const devices = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
}

export const looks: Look[] = [
  { device: 'desktop', scheme: 'light' },
  { device: 'desktop', scheme: 'dark' },
  { device: 'phone', scheme: 'light' },
  { device: 'phone', scheme: 'dark' },
]

/** A browser profile of its own, and all that its tabs said to the server or complained about. */
export interface Visitor {
  context: BrowserContext
  page: Page
  /** `POST /api/login 200`, in the order of the answers. */
  calls: string[]
  /** The same, for what the sign-in page asks by itself some time after it is shown: a challenge for passkeys. */
  offers: string[]
  /** Console errors and warnings, exceptions and violations of the Content-Security-Policy. */
  complaints: string[]
  openTab(): Promise<Page>
  screenshot(name: string): Promise<void>
  leave(): Promise<void>
}

export async function visit(
  browser: Browser,
  origin: string,
  look: Look = { device: 'desktop', scheme: 'light' },
): Promise<Visitor> {
  const context = await browser.newContext({
    ...devices[look.device],
    baseURL: origin,
    colorScheme: look.scheme,
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(15_000)
  const calls: string[] = []
  const offers: string[] = []
  const complaints: string[] = []

  await context.addInitScript(watchPage)
  context.on('response', (response) => {
    const { pathname } = new URL(response.url())
    const call = `${response.request().method()} ${pathname} ${response.status()}`
    if (pathname === '/api/login/passkey/options') offers.push(call)
    else if (pathname.startsWith('/api/')) calls.push(call)
  })
  context.on('weberror', (error) => complaints.push(error.error().message))
  context.on('console', (message) => {
    // Chromium reports every 4xx like this; whether one was called for is what `calls` is for.
    const isRefusal = message.text().startsWith('Failed to load resource')
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text())
  })

  const page = await context.newPage()
  return {
    context,
    page,
    calls,
    offers,
    complaints,
    openTab: () => context.newPage(),
    async screenshot(name) {
      const file = `../screenshots/${name}-${look.device}-${look.scheme}.png`
      // The skip link hides above the window; scrolled down, that is in the picture.
      await page.evaluate(() => scrollTo(0, 0))
      await page.screenshot({ path: fileURLToPath(new URL(file, import.meta.url)), fullPage: true })
    },
    leave: () => context.close(),
  }
}

/** Runs in the page before anything else does. */
function watchPage() {
  const watched = Object.assign(window, { layoutShift: 0 })
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    console.error(`Content-Security-Policy: ${violatedDirective} refused ${blockedURI}`)
  })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if ('value' in entry && 'hadRecentInput' in entry && !entry.hadRecentInput) {
        watched.layoutShift += Number(entry.value)
      }
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

/** How far things moved by themselves since the page was loaded (Cumulative Layout Shift). */
export const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(() => ('layoutShift' in window ? Number(window.layoutShift) : Number.NaN))

export const countOf = (calls: string[], call: string): number => calls.filter((made) => made === call).length

export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([])
}

export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(excess).toBeLessThanOrEqual(0)
}

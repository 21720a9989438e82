import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { type Lab, root } from '../lab.ts'
import { type Row, row, type Skipped } from '../row.ts'

const dist = join(root, 'apps/web/dist')
const assets = join(dist, 'assets')
const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]
/** Lighthouse's slow 4G and its slowdown of the processor. */
const network = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_638_400 / 8,
  uploadThroughput: 750_000 / 8,
}
const processorSlowdown = 4

/** What a visitor waits for before they can sign in. */
export async function web(lab: Lab, { rounds }: { rounds: number }): Promise<(Row | Skipped)[]> {
  const scripts = scriptsOfSignIn()
  const bytes = [...scripts].reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0)
  const size = row(
    {
      id: 'web-javascript',
      what: 'JavaScript before the sign-in page can be used, gzip',
      unit: 'kB',
      limit: 95,
      must: 'stay below',
      from: `${scripts.size} files of ${readdirSync(assets).filter((name) => name.endsWith('.js')).length}`,
    },
    [bytes / 1000],
  )
  const executablePath = places.find((place) => place && existsSync(place))
  const browser = await chromium
    .launch({ ...(executablePath && { executablePath }), args: browserFlags })
    .catch(() => null)
  if (!browser)
    return [
      size,
      {
        id: 'web-lcp',
        what: 'largest contentful paint of the sign-in page',
        skipped: 'no Chromium found; set CHROMIUM_PATH',
      },
    ]

  const product = await lab.product({})
  const paints: number[] = []
  const waits: number[] = []
  const shifts: number[] = []
  for (let round = 0; round < rounds; round++) {
    const context = await browser.newContext({ viewport: { width: 412, height: 823 } })
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Network.enable')
    await devtools.send('Network.setCacheDisabled', { cacheDisabled: true })
    await devtools.send('Network.emulateNetworkConditions', network)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: processorSlowdown })
    await page.addInitScript(watchPaints)
    await page.goto(`${product.url}/login`)
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
    await page.locator('[data-prerendered]').waitFor({ state: 'detached' })
    await page.waitForTimeout(500)
    const seen = JSON.parse(await page.evaluate('JSON.stringify(globalThis.seen)')) as {
      lcp: number
      works: number
      shift: number
    }
    paints.push(seen.lcp / 1000)
    waits.push(seen.works / 1000)
    shifts.push(seen.shift)
    await context.close()
  }
  await browser.close()
  await product.stop()
  const from = 'Chromium, slow 4G (150 ms, 1.6 Mbit/s), CPU slowed 4 times, empty cache'
  return [
    size,
    row(
      {
        id: 'web-lcp',
        what: 'largest contentful paint of the sign-in page',
        unit: 's',
        limit: 1,
        must: 'stay below',
        from,
      },
      paints,
    ),
    row(
      {
        id: 'web-works',
        what: 'time until the button of the sign-in page works',
        unit: 's',
        limit: 2,
        must: 'stay below',
        from,
      },
      waits,
    ),
    row(
      {
        id: 'web-shift',
        what: 'layout shift of the sign-in page',
        unit: 'shift',
        limit: 0,
        must: 'stay below',
        from,
      },
      shifts,
    ),
  ]
}

const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

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

/** The scripts that index.html names, the sign-in route's chunk, and whatever those import. */
function scriptsOfSignIn(): Set<string> {
  const html = readFileSync(join(dist, 'index.html'), 'utf8')
  const named = [...html.matchAll(/assets\/([\w.-]+\.js)/g)].map(([, name = '']) => name)
  const route = readdirSync(assets).filter((name) => /^login.*\.js$/.test(name))
  const found = new Set<string>()
  const follow = (name: string) => {
    if (found.has(name)) return
    found.add(name)
    const source = readFileSync(join(assets, name), 'utf8')
    for (const [, imported = ''] of source.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g))
      follow(imported)
  }
  for (const name of [...named, ...route]) follow(name)
  return found
}

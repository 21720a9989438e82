import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { launchChromium } from '../../../web/e2e/support/chromium.ts'
import { loadEntrance, slowPage } from '../browser.ts'
import { type Lab, root } from '../lab.ts'
import { type Row, row, type Skipped } from '../row.ts'

const dist = join(root, 'apps/web/dist')
const assets = join(dist, 'assets')

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
  const browser = await launchChromium().catch(() => null)
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
    const page = await slowPage(browser)
    const seen = await loadEntrance(page, product.url)
    paints.push(seen.lcp / 1000)
    waits.push(seen.works / 1000)
    shifts.push(seen.shift)
    await page.context().close()
  }
  await product.stop()
  await browser.close()
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

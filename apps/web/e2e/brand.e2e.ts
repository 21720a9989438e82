import { brand } from '@latchkey/brand'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { paths } from '../src/app/paths.ts'
import { launchChromium } from './support/chromium.ts'
import { type Product, startProduct } from './support/product.ts'
import { visit } from './support/visitor.ts'

let product: Product
let browser: Browser
beforeAll(async () => {
  ;[product, browser] = await Promise.all([startProduct(), launchChromium()])
})
afterAll(() => Promise.all([product.stop(), browser.close()]))

const accent = brand.colours.accent.light
const mark = brand.colours['on-accent'].light

it.each([
  { file: 'favicon.ico', type: 'image/vnd.microsoft.icon', width: 32, height: 32, cut: true, ground: accent },
  { file: 'favicon.svg', type: 'image/svg+xml', width: 150, height: 150, cut: true, ground: accent },
  { file: 'icon-192.png', type: 'image/png', width: 192, height: 192, cut: true, ground: accent },
  { file: 'icon-512.png', type: 'image/png', width: 512, height: 512, cut: true, ground: accent },
  { file: 'icon-maskable-512.png', type: 'image/png', width: 512, height: 512, cut: false, ground: accent },
  { file: 'apple-touch-icon.png', type: 'image/png', width: 180, height: 180, cut: false, ground: accent },
  {
    file: 'social.png',
    type: 'image/png',
    width: 1200,
    height: 630,
    cut: false,
    ground: brand.colours.panel.light,
  },
])(
  '$file loads in the page, in its size and the brand’s colours',
  async ({ file, type, cut, ground, ...size }) => {
    const visitor = await visit(browser, product.origin)
    await visitor.page.goto('/login')
    const response = await visitor.page.request.get(`/${file}`)
    expect(response.headers()['content-type']).toMatch(type)
    const picture = await look(visitor.page, `/${file}`)
    expect({ width: picture.width, height: picture.height }).toEqual(size)
    expect(picture.edge).toBe(ground)
    expect(picture.corner).toBe(cut && brand.logo.plateRadius > 0 ? 'nothing' : ground)
    expect(picture.colours).toContain(mark)
    expect(visitor.complaints).toEqual([])
    await visitor.leave()
  },
)

it('the manifest names the product, and every icon in it is there', async () => {
  const visitor = await visit(browser, product.origin)
  const { page, complaints } = visitor
  await page.goto('/login')
  const address = await page.locator('link[rel=manifest]').getAttribute('href')
  const response = await page.request.get(address ?? '')
  expect(response.headers()['content-type']).toMatch('application/manifest+json')
  const manifest = await response.json()
  expect(manifest).toMatchObject({ name: brand.name, theme_color: brand.colours.paper.light })
  for (const { src, sizes } of manifest.icons) {
    const { width, height } = await look(page, src)
    if (sizes !== 'any') expect(`${width}x${height}`).toBe(sizes)
  }
  // Chromium reads it under the page's Content-Security-Policy and finds nothing to complain of.
  const devtools = await visitor.context.newCDPSession(page)
  const { errors, data } = await devtools.send('Page.getAppManifest')
  expect({ errors, data: JSON.parse(data ?? '{}') }).toEqual({ errors: [], data: manifest })
  expect(complaints).toEqual([])
  await visitor.leave()
})

it('the page says the name and wears the colours of the brand, in light and in dark', async () => {
  for (const scheme of ['light', 'dark'] as const) {
    const visitor = await visit(browser, product.origin, { device: 'desktop', scheme })
    const { page } = visitor
    await page.goto('/login')
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
    expect(await page.title()).toBe(`Sign in · ${brand.name}`)
    const content = (name: string) => page.locator(`meta[property="og:${name}"]`).getAttribute('content')
    expect([await content('title'), await content('description')]).toEqual([brand.name, brand.description])
    const [paper, button] = await page.evaluate(() =>
      [document.documentElement, document.querySelector('button[type=submit]')].map(
        (element) => element && getComputedStyle(element).backgroundColor,
      ),
    )
    expect([paper, button]).toEqual([rgb(brand.colours.paper[scheme]), rgb(brand.colours.accent[scheme])])
    await visitor.leave()
  }
})

it('every address that the page knows is answered with 200, and what is none with its “not found” and 404', async () => {
  const visitor = await visit(browser, product.origin)
  const { page, complaints } = visitor
  for (const path of Object.values(paths)) {
    const response = await page.request.get(path.replace(':id', '0123456789abcdef01234567'))
    expect([path, response.status()]).toEqual([path, 200])
  }
  const linked = await page.goto('/reset-password#token=x')
  expect(linked?.status()).toBe(200)
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(await page.title()).not.toMatch('not found')
  for (const path of ['/nonsense', '/wp-admin', '/.env', '/.well-known/unknown', '/index.php']) {
    const response = await page.goto(path)
    expect([path, response?.status()]).toEqual([path, 404])
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
  }
  expect(complaints).toEqual([])
  await visitor.leave()
})

const rgb = (colour: string) =>
  `rgb(${[1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)).join(', ')})`

/**
 * A picture as the page sees it: its size, the colours at a corner and in the middle of an edge, and all that are in
 * it.
 */
function look(page: Page, address: string) {
  return page.evaluate(async (src) => {
    const image = new Image()
    image.src = src
    await image.decode()
    const { naturalWidth: width, naturalHeight: height } = image
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no canvas')
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, width, height)
    const at = (x: number, y: number) => {
      const [red = 0, green = 0, blue = 0, alpha = 0] = data.slice(
        (y * width + x) * 4,
        (y * width + x) * 4 + 4,
      )
      if (alpha === 0) return 'nothing'
      return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`
    }
    const colours = new Set<string>()
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) colours.add(at(x, y))
    return { width, height, corner: at(0, 0), edge: at(Math.floor(width / 2), 1), colours: [...colours] }
  }, address)
}

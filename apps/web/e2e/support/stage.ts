import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { launchChromium } from './chromium.ts'
import { type Product, startProduct } from './product.ts'

/** For the file that imports them: a product with an empty database, and a browser, from its first test to its last. */
export let product: Product
export let browser: Browser

beforeAll(async () => {
  product = await startProduct()
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

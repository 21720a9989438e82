import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from './support/chromium.ts'
import { type HttpsFront, startHttpsFront } from './support/https-front.ts'
import { greeting, newPerson, register } from './support/people.ts'
import { type Product, startProduct } from './support/product.ts'
import { giveAuthenticator } from './support/virtual-authenticator.ts'
import { countOf, visit } from './support/visitor.ts'

// Three domains that lead to one product. Passkeys are made for the first; of the others it names one.
const own = 'https://latchkey.example'
const related = 'https://latchkey-shop.test'
const stranger = 'https://somewhere-else.test'

let product: Product
let front: HttpsFront
let browser: Browser

beforeAll(async () => {
  product = await startProduct({
    PUBLIC_URL: own,
    PASSKEY_ORIGINS: related,
    TRUST_PROXY: '1',
  })
  front = await startHttpsFront(product.origin)
  browser = await launchChromium(...front.flags)
})

afterAll(async () => {
  await browser?.close()
  await front?.stop()
  await product?.stop()
})

it('a passkey of one domain signs in at another that it names, and at no third', async () => {
  const person = newPerson()
  const { page, calls, complaints, leave } = await visit(browser, own)
  const authenticator = await giveAuthenticator(page)
  await register(page, person)
  await page.getByRole('link', { name: 'Account', exact: true }).click()
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('has been added').waitFor()
  expect(await authenticator.passkeys()).toMatchObject([{ rpId: 'latchkey.example' }])

  const enter = async (origin: string) => {
    await authenticator.isTouched(false)
    await page.goto(`${origin}/login`)
    await authenticator.isTouched(true)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  }
  await enter(stranger)
  await page.getByText('Passkeys do not work at this address').waitFor()
  expect(countOf(calls, 'POST /api/login/passkey 200')).toBe(0)
  await enter(related)
  await greeting(page, person).waitFor()
  expect(new URL(page.url()).origin).toBe(related)
  expect(countOf(calls, 'POST /api/login/passkey 200')).toBe(1)
  expect(complaints).toEqual([])
  await leave()
})

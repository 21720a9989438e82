import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from './support/chromium.ts'
import {
  type ClientPage,
  callProtected,
  openClientPage,
  reload,
  startClientPage,
  statusOf,
  tryToSignIn,
} from './support/client-page.ts'
import { registerFrom } from './support/elsewhere.ts'
import { type FaultyProxy, loseAnswer, startFaultyProxy } from './support/faulty-proxy.ts'
import { type HttpsFront, startHttpsFront } from './support/https-front.ts'
import { newPerson } from './support/people.ts'
import { type Product, startProduct } from './support/product.ts'
import { countOf, visit } from './support/visitor.ts'

// The API has a host of its own, and pages call it from others.
const api = 'https://api.latchkey.test'
const app = 'https://app.latchkey.test'
const elsewhere = 'https://app.elsewhere.test'
const stranger = 'https://stranger.latchkey.test'

const refreshPath = '/api/refresh-token'
const refreshed = `POST ${refreshPath} 200`

let product: Product
let proxy: FaultyProxy
let clientPage: ClientPage
let front: HttpsFront
let browser: Browser

beforeAll(async () => {
  product = await startProduct({
    PUBLIC_URL: api,
    CLIENT_URL: `${app},${elsewhere}`,
    // It is said to lead to this service itself, so that the API starts.
    PASSKEY_ORIGINS: elsewhere,
    TRUST_PROXY: '1',
  })
  proxy = await startFaultyProxy(product.origin)
  clientPage = await startClientPage()
  front = await startHttpsFront(clientPage.origin, { 'api.latchkey.test': proxy.origin })
  browser = await launchChromium(...front.flags)
})

afterAll(async () => {
  await browser?.close()
  await front?.stop()
  await clientPage?.stop()
  await proxy?.stop()
  await product?.stop()
})

const at = (origin: string) => `${origin}/?api=${encodeURIComponent(`${api}/api`)}`

async function signedIn() {
  const person = newPerson()
  await registerFrom(product.origin, person)
  const visitor = await visit(browser, app)
  await openClientPage(visitor.page, at(app))
  expect(await statusOf(visitor.page)).toBe('signedOut')
  expect(await tryToSignIn(visitor.page, person)).toBeNull()
  const greeted = `signed in as ${person.username}`
  expect(await statusOf(visitor.page)).toBe(greeted)
  return { ...visitor, person, greeted }
}

describe('a page on another host of the same site', () => {
  it('can read no cookie of the API, and stays signed in over reloads and in a second tab', async () => {
    const { page, context, openTab, greeted, calls, leave } = await signedIn()
    expect(await page.evaluate(() => document.cookie)).toBe('')
    const names = (await context.cookies(api)).map(({ name }) => name)
    expect(names.toSorted()).toEqual(
      ['device', 'refreshToken', 'session'].map((kind) => `__Host-latchkey.${kind}`),
    )
    await reload(page)
    expect(await statusOf(page)).toBe(greeted)
    const other = await openTab()
    await openClientPage(other, at(app))
    expect(await statusOf(other)).toBe(greeted)
    expect(calls.filter((call) => / 403$/.test(call))).toEqual([])
    await leave()
  })

  it('refreshes and replays when its token has expired', async () => {
    const { page, calls, leave } = await signedIn()
    const before = countOf(calls, refreshed)
    await product.advance(16 * 60)
    expect(await callProtected(page)).toContain('Welcome')
    expect(countOf(calls, refreshed)).toBe(before + 1)
    expect(countOf(calls, 'GET /api/protected 401')).toBe(1)
    await leave()
  })

  it('loses an answer after the server has rotated, and goes on', async () => {
    const { page, greeted, leave } = await signedIn()
    // What it asks the browser's permission for is remembered.
    await page.evaluate(() => window.auth.refresh())
    proxy.spoil(refreshPath, loseAnswer)
    const code = await page.evaluate(() => window.auth.refresh().catch((error) => error.code))
    expect([code, proxy.pending()]).toEqual(['network_error', 0])
    expect(await statusOf(page)).toBe(greeted)
    await page.evaluate(() => window.auth.refresh())
    await reload(page)
    expect(await statusOf(page)).toBe(greeted)
    await leave()
  })

  it('finds its session again when localStorage was cleared, and when another tab signed in', async () => {
    const { page, openTab, greeted, leave } = await signedIn()
    await page.evaluate(() => localStorage.clear())
    await reload(page)
    expect(await statusOf(page)).toBe(greeted)

    const next = newPerson()
    await registerFrom(product.origin, next)
    const other = await openTab()
    await openClientPage(other, at(app))
    expect(await tryToSignIn(other, next)).toBeNull()
    await expect.poll(() => statusOf(page)).toBe(`signed in as ${next.username}`)
    await leave()
  })

  it('signs out in every tab, for good', async () => {
    const { page, context, openTab, leave } = await signedIn()
    const other = await openTab()
    await openClientPage(other, at(app))
    await page.evaluate(() => window.auth.logout())
    await expect.poll(() => statusOf(other)).toBe('signedOut')
    await reload(page)
    expect(await statusOf(page)).toBe('signedOut')
    const left = (await context.cookies(api)).map(({ name }) => name)
    expect(left).toEqual(['__Host-latchkey.device'])
    await leave()
  })

  it('is not signed out by the API’s own page, which has no key for the session', async () => {
    const { page, openTab, greeted, leave } = await signedIn()
    const own = await openTab()
    await own.goto(`${api}/dashboard`)
    await own.getByText('This browser forgot its key').waitFor()
    await page.bringToFront()
    expect(await callProtected(page)).toContain('Welcome')
    await reload(page)
    expect(await statusOf(page)).toBe(greeted)
    await leave()
  })
})

describe('a page that cannot work', () => {
  it('on another site is told so when somebody signs in', async () => {
    const person = newPerson()
    await registerFrom(product.origin, person)
    const { page, context, leave } = await visit(browser, elsewhere)
    await openClientPage(page, at(elsewhere))
    expect(await tryToSignIn(page, person)).toEqual({
      code: 'cross_site_page',
      message: expect.stringContaining('This page is on another site than the service that signs people in'),
    })
    expect(await context.cookies(api)).toEqual([])
    await leave()
  })

  it('because CLIENT_URL does not name it, is told so by the client', async () => {
    const { page, leave } = await visit(browser, stranger)
    await openClientPage(page, at(stranger))
    expect(await tryToSignIn(page, newPerson())).toEqual({
      code: 'origin_refused',
      message: expect.stringContaining(`takes no requests from pages at ${stranger}`),
    })
    await leave()
  })

  it('because the API is away, is told no such thing', async () => {
    const { page, leave } = await visit(browser, app)
    await openClientPage(page, at(app))
    proxy.cutOff(true)
    expect(await tryToSignIn(page, newPerson())).toMatchObject({ code: 'network_error' })
    proxy.cutOff(false)
    await leave()
  })
})

it('an API does not start for pages of another site, and says why', async () => {
  const main = fileURLToPath(new URL('../../api/dist/main.js', import.meta.url))
  const { PATH } = process.env
  const env = { PATH, PUBLIC_URL: api, CLIENT_URL: elsewhere }
  const failure = await promisify(execFile)(process.execPath, [main], { env }).catch((error) => error)
  expect(failure.code).toBe(1)
  expect(failure.stderr).toContain(`CLIENT_URL has ${elsewhere}, which is another site than PUBLIC_URL`)
  expect(failure.stderr).toContain('docs/origins.md')
})

describe('on other ports of one host', () => {
  it('a page reads the cookies of the API; by the number of the machine it is on another site', async () => {
    const { port } = new URL(clientPage.origin)
    const byNumber = `http://127.0.0.1:${port}`
    const local = await startProduct({ CLIENT_URL: `${clientPage.origin},${byNumber}` })
    const localBrowser = await launchChromium()
    const prefix = `latchkey-${new URL(local.origin).port}`
    const address = (origin: string) => `${origin}/?api=${local.origin}/api&prefix=${prefix}`
    const person = newPerson()
    await registerFrom(local.origin, person)

    const { page, calls, leave } = await visit(localBrowser, clientPage.origin)
    await openClientPage(page, address(clientPage.origin))
    expect(calls).toEqual([])
    expect(await tryToSignIn(page, person)).toBeNull()
    await reload(page)
    expect(await statusOf(page)).toBe(`signed in as ${person.username}`)
    expect(await page.evaluate(() => document.cookie)).toContain(`${prefix}.session=`)
    expect(
      await page.evaluate(() => Object.keys(localStorage).some((name) => name.endsWith(':session'))),
    ).toBe(false)

    await openClientPage(page, address(byNumber))
    expect(await tryToSignIn(page, person)).toMatchObject({ code: 'cross_site_page' })
    await leave()
    await localBrowser.close()
    await local.stop()
  })
})

import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchChromium } from './support/chromium.ts'
import { registerFrom } from './support/elsewhere.ts'
import { cookiesBeside, cookiesOf, type Neighbour, ownName, startNeighbour } from './support/neighbour.ts'
import {
  arrive,
  callAfterExpiry,
  greeting,
  loginHeading,
  newPerson,
  type Person,
  register,
  sessionId,
  signIn,
  signOut,
} from './support/people.ts'
import { type Product, startProduct } from './support/product.ts'
import { type Visitor, visit } from './support/visitor.ts'

// All ports of a host share its cookies, and a browser sends them to every one of them.

let product: Product
/** Another installation on another port of the same host. */
let other: Product
let neighbour: Neighbour
let browser: Browser
let visitor: Visitor

beforeAll(async () => {
  ;[product, other, neighbour, browser] = await Promise.all([
    startProduct(),
    startProduct(),
    startNeighbour(),
    launchChromium(),
  ])
})

afterAll(async () => {
  await browser?.close()
  await Promise.all([product?.stop(), other?.stop(), neighbour?.stop()])
})

beforeEach(async () => {
  visitor = await visit(browser, product.origin)
})

afterEach(() => visitor.leave())

const refusals = () => visitor.calls.filter((call) => call.endsWith(' 403'))

/** In nobody's form but the neighbour's: a short id, and a signed session of a well-known framework. */
const ofAnotherKind = (attributes: string) => async () => [
  ['refreshToken', 'abc.def', attributes],
  ['session', 's%3Aabc.def', attributes],
  ['device', 'x', attributes],
]

/** Real ones: tokens that somebody else signed, and a readable cookie that looks like ours. */
async function ofAnotherInstallation() {
  const cookies = await registerFrom(other.origin, newPerson())
  return ['refreshToken', 'session', 'device'].map((kind) => [
    kind,
    cookies.get(ownName(other.origin, kind)) ?? '',
    kind === 'session' ? '' : '; HttpOnly',
  ])
}

describe('a neighbour’s cookies', () => {
  const places = {
    'under our names, below /api': { path: '/api', name: (kind: string) => ownName(product.origin, kind) },
    'under our former names, below /api': { path: '/api', name: (kind: string) => kind },
    'under our former names': { path: '/', name: (kind: string) => kind },
  }
  const forms = {
    'of another kind': ofAnotherKind(''),
    'of another kind, HttpOnly': ofAnotherKind('; HttpOnly'),
    'of another installation': ofAnotherInstallation,
  }
  const cases = Object.entries(places).flatMap(([where, place]) =>
    Object.entries(forms).map(([which, make]) => ({ where, which, place, make })),
  )

  it.each(cases)('$where, $which: sign nobody out, and outlive a sign-out', async ({ place, make }) => {
    const { page, context, calls } = visitor
    const person = newPerson()
    await register(page, person)
    const sid = await sessionId(page)
    const theirs = (await make()).map(
      ([kind = '', value, attributes]) => `${place.name(kind)}=${value}; Path=${place.path}${attributes}`,
    )
    await neighbour.set(context, theirs)
    const expectTheirs = async () =>
      expect(await cookiesBeside(context, product.origin)).toEqual(theirs.toSorted())
    await expectTheirs()

    await page.reload()
    await greeting(page, person).waitFor()
    await callAfterExpiry(page)
    expect(await sessionId(page)).toBe(sid)
    expect(refusals()).toEqual([])

    await signOut(page)
    expect(calls.at(-1)).toBe('POST /api/logout 200')
    await page.reload()
    await loginHeading(page).waitFor()
    expect(await page.getByText('no longer valid').count()).toBe(0)
    expect(await cookiesOf(context, product.origin)).toEqual([ownName(product.origin, 'device')])
    await expectTheirs()

    await arrive(page, person)
    await expectTheirs()
  })
})

describe('two installations on two ports of one host', () => {
  it('know each their own people in one browser, and signing out of one leaves the other alone', async () => {
    const here = visitor.page
    const people = { here: newPerson(), there: newPerson() }
    await registerFrom(other.origin, people.there)
    await register(here, people.here)
    const there = await visitor.openTab()
    await there.goto(`${other.origin}/login`)
    await signIn(there, people.there)
    await greeting(there, people.there).waitFor()
    const goesOn = async (page: Page, person: Person) => {
      // A page in the background is slow to do anything.
      await page.bringToFront()
      await page.reload()
      await greeting(page, person).waitFor()
      await callAfterExpiry(page)
    }
    await goesOn(there, people.there)
    await goesOn(here, people.here)

    const before = await cookiesOf(visitor.context, other.origin)
    await signOut(here)
    expect(await cookiesOf(visitor.context, other.origin)).toEqual(before)
    await goesOn(there, people.there)

    await here.bringToFront()
    await arrive(here, people.here)
    await there.bringToFront()
    await signOut(there)
    await goesOn(here, people.here)
    expect(refusals()).toEqual([])
  })
})

describe('somebody who signed in under the names of former versions', () => {
  /** As if an older version had set them. */
  async function renameCookies({ context }: Visitor) {
    const own = ownName(product.origin, '')
    const cookies = await context.cookies()
    await context.clearCookies()
    await context.addCookies(cookies.map((cookie) => ({ ...cookie, name: cookie.name.replace(own, '') })))
    expect(await cookiesOf(context, product.origin)).toEqual([])
  }

  it('stays signed in, under today’s names, and signs out of all of them', async () => {
    const { page, context, calls, offers } = visitor
    const person = newPerson()
    await register(page, person)
    const sid = await sessionId(page)
    await renameCookies(visitor)

    await page.reload()
    await greeting(page, person).waitFor()
    expect(await sessionId(page)).toBe(sid)
    await page.reload()
    await greeting(page, person).waitFor()
    await callAfterExpiry(page)
    expect(refusals()).toEqual([])

    await signOut(page)
    expect(calls.at(-1)).toBe('POST /api/logout 200')
    // The sign-in page asks for a challenge by itself, and the answer names the browser anew.
    await expect.poll(() => offers).toHaveLength(1)
    const left = (await context.cookies()).map(({ name }) => name)
    expect(left.toSorted()).toEqual(['device', ownName(product.origin, 'device')])
  })

  it('is told once, and not at every visit, that this session was ended elsewhere', async () => {
    const { page, calls } = visitor
    const person = newPerson()
    await register(page, person)
    await renameCookies(visitor)
    const elsewhere = await visit(browser, product.origin)
    await arrive(elsewhere.page, person)
    await elsewhere.page.getByRole('link', { name: 'Sessions', exact: true }).click()
    await elsewhere.page.getByRole('button', { name: /^End the session/ }).click()
    await elsewhere.page.getByRole('button', { name: 'End session' }).click()
    await elsewhere.page.getByText('You are not signed in anywhere else.').waitFor()
    await elsewhere.leave()

    await page.reload()
    await page.getByText('This session was ended').waitFor()
    calls.length = 0
    await page.reload()
    await loginHeading(page).waitFor()
    expect(calls).toEqual([])
  })
})

describe('a cookie jar that neighbours have filled', () => {
  const jar = Array.from({ length: 40 }, (_, i) => `neighbour-${i}=${'x'.repeat(500)}; Path=/`)

  it('is explained in the page and at its address, and nobody is signed out by it', async () => {
    const { page, context } = visitor
    const person = newPerson()
    await register(page, person)
    await neighbour.set(context, jar)
    await page.getByRole('button', { name: 'Call the protected endpoint' }).click()
    await page.getByText('Delete cookies of this host').first().waitFor()
    expect(await greeting(page, person).count()).toBe(1)

    await page.reload()
    await page.getByRole('heading', { name: 'Too many cookies' }).waitFor()
    await page.getByText('Delete cookies of this host').waitFor()

    await context.clearCookies({ name: /^neighbour-/ })
    await page.reload()
    await greeting(page, person).waitFor()
  })

  it('is explained to somebody who signs in', async () => {
    const { page, context } = visitor
    const person = newPerson()
    await registerFrom(product.origin, person)
    await page.goto('/login', { waitUntil: 'networkidle' })
    await neighbour.set(context, jar)
    await signIn(page, person)
    await page.getByText('Delete the cookies of this site').waitFor()
  })

  it('does not keep the server from hearing of a sign-out, later', async () => {
    const { page, context, calls } = visitor
    const person = newPerson()
    await registerFrom(product.origin, person)
    await arrive(page, person)
    await neighbour.set(context, jar)
    await signOut(page)
    expect(calls.at(-1)).toBe('POST /api/logout 431')
    await context.clearCookies({ name: /^neighbour-/ })
    await expect.poll(() => calls.at(-1), { timeout: 15_000 }).toBe('POST /api/logout 200')
  })
})
